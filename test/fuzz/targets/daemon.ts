import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { Daemon, expose, PyroError, proxy, type Remote, RemoteError, remote } from "#pyro";
import { NameServer } from "../../../src/naming/name-server.ts";
import { rawPyro4, rawPyro5 } from "../../support/scripted-peer.ts";
import { echoCall } from "../compose.ts";
import { SERIALIZER_NAMES, type Serialized, streamSeeds } from "../corpus.ts";
import type { Seed, Target } from "../format.ts";
import { inOneLine, Problem, refusalCode } from "../judge.ts";
import { serializerId } from "../messages.ts";
import { Random } from "../random.ts";
import { greeting, payloadOf } from "./greetings.ts";
import { chunksOf } from "./wire.ts";

/** As in the vectors, as far as it is there to be misused. */
class Service {
  static {
    expose(this, {
      methods: {
        echo: "echo(value)",
        add: "add(x, y)",
        notify: "notify(what)",
        fail: "fail(text='failed')",
        later: "later(value)",
        keep: "keep(name, *, colour='red', **options)",
      },
      attrs: { counter: "counter" },
      oneway: ["notify"],
    });
  }

  counter: unknown = 0;

  echo(value: unknown): unknown {
    return value;
  }

  add(x: unknown, y: unknown): number {
    if (typeof x !== "number" || typeof y !== "number") throw new RemoteError("TypeError", ["numbers only"]);
    return x + y;
  }

  notify(_what: unknown): void {}

  fail(text: unknown): never {
    throw new RemoteError("ValueError", [text]);
  }

  async later(value: unknown): Promise<unknown> {
    await turn();
    return value;
  }

  keep(name: unknown, colour: unknown, options: unknown): unknown {
    return { name, colour, options };
  }
}

const GOOD_EVERY = 20;
const NEW_NAMES_EVERY = 500;
const MOST_WAIT_MS = 5_000;
/** What V8 says when code of ours slips: nothing that a peer sends should make it. */
const SLIP =
  /Cannot (?:convert|read|set|destructure|access|mix)|is not (?:a function|iterable|a constructor|defined|an object)|call stack|Invalid \w+ length|out of range|ERR_[A-Z]+/;
/** A daemon, fed with the bytes of bad clients; good ones must be served all the while. */
export async function openDaemon(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), "pyro-fuzz-"));
  const path = join(folder, "socket");
  const slips: Problem[] = [];
  const daemon = await Daemon.listen({
    unixSocket: path,
    limits: { maxInflatedBytes: 4 << 20 },
    onError: (error) => {
      try {
        // Methods may throw what they like, and do so in Python's words.
        if (error instanceof PyroError || SLIP.test(error.message)) refusalCode(error);
      } catch (problem) {
        slips.push(problem as Problem);
      }
    },
  });
  const service = new Service();
  daemon.register(service, "service");
  daemon.register(new NameServer(), "Pyro.NameServer");
  const good = ([4, 5] as const).map((protocol) => proxy<Service>(`PYRO:service@./u:${path}`, { protocol }));
  let fed = 0;

  return {
    async feed(input, variant) {
      const received = await sent(path, chunksOf(input, new Random(variant)));
      if (++fed % GOOD_EVERY === 0) await judgeService(good[fed & 1] as Remote<Service>, fed);
      if (fed % NEW_NAMES_EVERY === 0) {
        daemon.unregister("Pyro.NameServer");
        daemon.register(new NameServer(), "Pyro.NameServer");
        service.counter = 0;
      }
      const slip = slips.shift();
      if (slip !== undefined) throw slip;
      const text = received.toString("latin1");
      const found = SLIP.exec(text);
      if (found !== null && !input.includes(found[0])) {
        throw new Problem("error", `answered: ${text.slice(Math.max(0, found.index - 60), found.index + 60)}`);
      }
      return received.length === 0 ? "no answer" : received.includes("CONNECTFAIL") ? "refused" : kindOf(received);
    },
    async check() {
      const fresh = proxy<Service>(`PYRO:service@./u:${path}`, { timeoutMs: MOST_WAIT_MS });
      await remote(fresh)
        .connect()
        .catch((error: unknown) => {
          throw new Problem("unserved", `cannot connect: ${inOneLine(error)}`, error);
        });
      await judgeService(fresh, "new");
      await remote(fresh).release();
    },
    async close() {
      await Promise.all(good.map((one) => remote(one).release()));
      await daemon.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function judgeService(peer: Remote<Service>, value: unknown): Promise<void> {
  const answer = await peer.echo(value).catch((error: unknown) => {
    throw new Problem("unserved", `a good client got ${inOneLine(error)}`, error);
  });
  if (answer !== value) throw new Problem("unserved", "a good client got another's answer");
}

const CONNECTOK = 2;

/** How far a client came: by the type of the first answer, and whether there was a second. */
function kindOf(received: Buffer): string {
  const type = received.readUInt16BE(4) === 48 ? received.readUInt16BE(6) : received[6];
  if (type !== CONNECTOK) return "refused";
  return received.indexOf("PYRO\u0001\u00f6", 40, "latin1") > 0 || received.indexOf("PYRO\0\x30", 24, "latin1") > 0
    ? "answered"
    : "welcomed";
}

/** Sends the chunks over a connection of their own, and gives what came back until its end. */
function sent(path: string, chunks: readonly Buffer[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connectSocket({ path });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Problem("left", `the connection is still open after ${MOST_WAIT_MS} ms`));
    }, MOST_WAIT_MS);
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    socket.on("error", () => undefined); // it may end while we write
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(received));
    });
    socket.on("connect", () => void speak());
    async function speak(): Promise<void> {
      for (const chunk of chunks) {
        if (socket.destroyed) return;
        socket.write(chunk);
        await turn();
      }
      // Methods that take their time are answered as long as the client is there.
      await turn();
      await turn();
      socket.end();
    }
  });
}

/** What Python's clients sent, and a call with each serializer in each version. */
export function daemonSeeds(): readonly Seed[] {
  const all = streamSeeds("client").map(({ bytes }) => ({ bytes }));
  for (const pyro of [4, 5] as const) {
    for (const name of SERIALIZER_NAMES) {
      const raw = pyro === 4 ? rawPyro4 : rawPyro5;
      const serializer = serializerId(pyro, name);
      const connected = raw({ type: 1, flags: pyro === 4 ? 0x10 : 0, serializer, payload: greeting(name) });
      const calls = callsIn(name).map((payload, index) => raw({ type: 4, sequence: index + 1, serializer, payload }));
      all.push(
        { bytes: Buffer.concat([connected, ...calls]) },
        { bytes: Buffer.concat([connected, calls[0] as Buffer]) },
      );
    }
  }
  return all;
}

function callsIn(name: Serialized): readonly Buffer[] {
  const call = (method: string, args: readonly unknown[], kwargs: object | null): Buffer =>
    payloadOf(name, (codec, out) => codec.dumpCall({ object: "service", method, args, kwargs: kwargs as never }, out));
  return [
    echoCall(
      name,
      payloadOf(name, (codec, out) => codec.dump([1, "text", { a: null }], out)),
    ),
    call("add", [1, 2], {}),
    call("keep", ["x"], { colour: "blue", size: 3 }),
    call("later", ["x"], {}),
    call("fail", [], {}),
    call("__getattr__", ["counter"], null),
    call("__setattr__", ["counter", 7], null),
  ];
}
