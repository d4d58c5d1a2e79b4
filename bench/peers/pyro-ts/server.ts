/** `server.ts`: the object; `server.ts ns COUNT`: a name server that holds so many names. Settings as they are by default. */
import { Daemon, expose, startNameServer } from "../../../src/index.ts";
import { MemoryStorage } from "../../../src/naming/storage.ts";
import { LIST5, nameAndUri } from "../../lib/shapes.ts";
import { type BenchObject, benchContract } from "./contract.ts";

class Bench implements BenchObject {
  static {
    expose(this, benchContract);
  }

  listContents(): string[] {
    return LIST5 as string[];
  }

  echo(value: unknown): unknown {
    return value;
  }

  *stream(count: number): Generator<number> {
    for (let i = 0; i < count; i++) yield i;
  }
}

/** Filled behind the server's back: registering is not what is measured. */
function filled(count: number): MemoryStorage {
  const storage = new MemoryStorage();
  for (let i = 0; i < count; i++) {
    const [name, uri] = nameAndUri(i);
    storage.set(name, { uri, metadata: new Set() });
  }
  return storage;
}

async function start(what: string | undefined, count: number): Promise<string> {
  if (what === "ns") {
    const { uri } = await startNameServer({ host: "127.0.0.1", port: 0, storage: filled(count) });
    return String(uri);
  }
  const daemon = await Daemon.listen({ host: "127.0.0.1" });
  return String(daemon.register(new Bench(), "bench"));
}

console.log(`READY ${JSON.stringify({ uri: await start(process.argv[2], Number(process.argv[3])) })}`);
