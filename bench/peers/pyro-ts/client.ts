import { proxy, type RemoteStream, remote } from "../../../src/index.ts";
import type { BenchClient, ServerInfo } from "../../lib/client.ts";
import type { Item } from "../../lib/shapes.ts";
import { benchContract } from "./contract.ts";

export async function connect({ uri = "" }: ServerInfo): Promise<BenchClient> {
  if (uri.includes("Pyro.NameServer")) {
    const names = proxy(uri);
    await remote(names).connect();
    return {
      nsLookup: (name) => names["lookup"](name),
      nsList: () => names["list"](),
      close: () => remote(names).release(),
    };
  }
  const { BENCH_SERIALIZER: serializer, BENCH_ITEMS } = process.env;
  const bench = proxy(uri, benchContract, {
    ...(serializer === "marshal" || serializer === "msgpack" ? { serializer } : {}),
    streamInBulk: BENCH_ITEMS !== "single",
  });
  await remote(bench).connect();
  return {
    listContents: () => bench.listContents(),
    echoStr: (text) => bench.echo(text),
    echoBytes: (bytes) => bench.echo(bytes) as Promise<Uint8Array>,
    echoNested: (items) => bench.echo(items) as Promise<Item[]>,
    stream: (count) => streamed(bench.stream(count)),
    close: () => remote(bench).release(),
  };
}

/** The items of a stream that is on its way, without a generator of the bench's own around them. */
function streamed(coming: Promise<RemoteStream<number>>): AsyncIterable<number> {
  let items: RemoteStream<number> | undefined;
  const arrived = coming.then((stream) => {
    items = stream;
    return stream;
  });
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => items?.next() ?? arrived.then((stream) => stream.next()),
      return: () => arrived.then((stream) => stream.return()),
    }),
  };
}
