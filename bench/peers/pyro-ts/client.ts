import { connect as open, proxy, release } from "../../../src/index.ts";
import type { BenchClient, ServerInfo } from "../../lib/client.ts";
import type { Item } from "../../lib/shapes.ts";
import { benchContract } from "./contract.ts";

export async function connect({ uri = "" }: ServerInfo): Promise<BenchClient> {
  if (uri.includes("Pyro.NameServer")) {
    const names = proxy(uri);
    await open(names);
    return {
      nsLookup: (name) => names["lookup"](name),
      nsList: () => names["list"](),
      close: () => release(names),
    };
  }
  const bench = proxy(uri, benchContract);
  await open(bench);
  return {
    listContents: () => bench.listContents(),
    echoStr: (text) => bench.echo(text),
    echoBytes: (bytes) => bench.echo(bytes) as Promise<Uint8Array>,
    echoNested: (items) => bench.echo(items) as Promise<Item[]>,
    close: () => release(bench),
  };
}
