/** Item streams, with Python servers and Python clients of both versions (`docs/protocol.md`, section 6). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Daemon, expose, proxy, type RemoteStream, remote } from "#pyro";
import { type PythonProcess, startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

const SERVER = `
import time
try:
    import Pyro5.api as pyro
except ImportError:
    import Pyro4 as pyro

@pyro.expose
@pyro.behavior(instance_mode="single")
class Source(object):
    def __init__(self):
        self.made = 0
        self.finished = 0
    def count(self, n):
        for i in range(n):
            self.made += 1
            yield i
    def endless(self):
        try:
            while True:
                self.made += 1
                yield self.made
        finally:
            self.finished += 1
    def broken(self):
        yield 1
        yield 2
        raise ValueError("no third")
    def letters(self):
        return iter(["a", "b", "c"])
    def state(self):
        return [self.made, self.finished]
    def streams(self):
        return len(daemon.streaming_responses)

daemon = pyro.Daemon(port=0)
print("URI", daemon.register(Source()), flush=True)
daemon.requestLoop()
`;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("from a Python server, Pyro%i", (version) => {
  let server: PythonProcess;
  let uri: string;

  beforeAll(async () => {
    server = await startPython(version, ["-c", SERVER]);
    uri = (await server.line(/^URI (.*)$/))[1] as string;
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each([1, 2, 64])("all items come, in order, with %i asked for ahead", async (streamPrefetch) => {
    await using source = proxy(uri, { streamPrefetch });
    expect(await all(await source.count(500))).toEqual(Array.from({ length: 500 }, (_, index) => index));
    expect(await all(await source.letters())).toEqual(["a", "b", "c"]);
    expect(await all(await source.count(0))).toEqual([]);
    expect(await source.streams()).toBe(0);
  });

  test("an exception comes at its place, and ends the stream", async () => {
    await using source = proxy(uri);
    const items: RemoteStream<number> = await source.broken();
    expect([(await items.next()).value, (await items.next()).value]).toEqual([1, 2]);
    await expect(items.next()).rejects.toMatchObject({ remoteType: "builtins.ValueError", message: "no third" });
    expect(await items.next()).toEqual({ done: true, value: undefined });
    expect(await source.streams()).toBe(0);
  });

  test("a stream that is left early ends over there, and was never more than the items ahead in front", async () => {
    await using source = proxy(uri, { streamPrefetch: 8 });
    const [before = 0] = await source.state();
    const taken: number[] = [];
    for await (const item of (await source.endless()) as RemoteStream<number>) {
      taken.push(item - before);
      if (taken.length === 20) break;
    }
    expect(taken).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    await expect.poll(() => source.streams()).toBe(0);
    const [made = 0] = await source.state();
    expect(made - before).toBeGreaterThanOrEqual(20);
    expect(made - before).toBeLessThanOrEqual(28);
  });

  test("other calls go on beside a stream, and so do other streams", async () => {
    await using source = proxy(uri);
    const [one, two]: RemoteStream<number>[] = await Promise.all([source.count(100), source.count(100)]);
    const sums = await Promise.all(
      [one, two].map(async (items) => {
        let sum = 0;
        for await (const item of items as RemoteStream<number>) {
          sum += item;
          if (item % 10 === 0) await source.letters();
        }
        return sum;
      }),
    );
    expect(sums).toEqual([4950, 4950]);
  });

  test("a proxy that was released has no items any more; one that connects anew goes on with them", async () => {
    await using source = proxy(uri, { streamPrefetch: 1 });
    const items: RemoteStream<number> = await source.count(3);
    expect(await items.next()).toEqual({ done: false, value: 0 });
    await remote(source).release();
    await expect(items.next()).rejects.toThrow("the proxy for this stream result has been closed");

    const others: RemoteStream<number> = await source.count(3);
    expect(await others.next()).toEqual({ done: false, value: 0 });
    await remote(source).release();
    await remote(source).connect();
    expect([(await others.next()).value, (await others.next()).value]).toEqual([1, 2]);
    expect((await others.next()).done).toBe(true);
  });
});

test.skipIf(whyNoPython() !== undefined)("a Python server that does not stream says so", async () => {
  await using server = await startPython(5, ["-c", SERVER], { env: { PYRO_ITER_STREAMING: "0" } });
  await using source = proxy((await server.line(/^URI (.*)$/))[1] as string);
  await expect(source.count(3)).rejects.toMatchObject({ code: "PYRO_NO_STREAMING" });
});

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("to a Python client, Pyro%i", (version) => {
  let ended = 0;
  class Source {
    static {
      expose(this, {
        methods: {
          ...{ count: "count(n)", later: "later(n)", endless: "endless()", broken: "broken()", list: "list()" },
          openStreams: "open_streams()",
        },
      });
    }
    *count(n: number): Generator<number> {
      for (let index = 0; index < n; index++) yield index;
    }
    async *later(n: number): AsyncGenerator<string> {
      for (let index = 0; index < n; index++) {
        await Promise.resolve();
        yield `item ${index}`;
      }
    }
    *endless(): Generator<number> {
      try {
        for (let index = 0; ; index++) yield index;
      } finally {
        ended++;
      }
    }
    *broken(): Generator<number> {
      yield 1;
      throw new RangeError("no second");
    }
    list(): number[] {
      return [1, 2];
    }
    openStreams(): number {
      return daemon.streams.size;
    }
  }
  let daemon: Daemon;
  const client = (code: string): Promise<unknown[]> =>
    runClient(version, [daemon.register(new Source())], `p = P.Proxy(uris[0])\n${code}`);

  beforeAll(async () => {
    daemon = await Daemon.listen({ streaming: { lingerMs: 200 } });
  });
  afterAll(() => daemon.close());

  test("generators, async ones too, are iterators; lists are lists", async () => {
    const lines = await client(`
show(list(p.count(5)))
show(list(p.count(0)))
show(list(p.later(3)))
show(type(p.list()).__name__)
show(p.open_streams())
`);
    expect(lines).toEqual([[0, 1, 2, 3, 4], [], ["item 0", "item 1", "item 2"], "list", 0]);
  });

  test("an exception comes at its place; an ended stream says so", async () => {
    const lines = await client(`
it = p.broken()
show([attempt(next, it), attempt(next, it), attempt(next, it)])
`);
    expect(lines).toEqual([[1, "ValueError: no second", "PyroError: item stream terminated"]]);
  });

  test("a stream that is closed ends its generator, and so does one whose client is gone for long", async () => {
    ended = 0;
    const lines = await client(`
it = p.endless()
show([next(it), next(it)])
it.close()
time.sleep(0.1)
show(p.open_streams())
it = p.endless()
show(next(it))
p._pyroRelease()
`);
    expect(lines).toEqual([[0, 1], 0, 0]);
    await expect.poll(() => daemon.streams.size).toBe(0);
    expect(ended).toBe(2);
  });

  test("another connection goes on with a stream whose own is gone", async () => {
    const lines = await client(`
it = p.count(4)
show(next(it))
p._pyroRelease()
p._pyroBind()
show(list(it))
`);
    expect(lines).toEqual([0, [1, 2, 3]]);
  });
});

test("streams end by age, and with their daemon; without streaming there are none", async () => {
  const ended: string[] = [];
  class Source {
    static {
      expose(this, { methods: ["items"] });
    }
    *items(): Generator<number> {
      try {
        for (let index = 0; ; index++) yield index;
      } finally {
        ended.push("ended");
      }
    }
  }
  const daemon = await Daemon.listen({ streaming: { lifetimeMs: 100 } });
  await using source = proxy(daemon.register(new Source()), { streamPrefetch: 1 });
  const items = await source.items();
  expect((await items.next()).value).toBe(0);
  await expect.poll(() => ended).toEqual(["ended"]);
  await expect(items.next()).rejects.toThrow("item stream terminated");
  await daemon.close();

  const second = await Daemon.listen();
  await using other = proxy(second.register(new Source()));
  expect((await (await other.items()).next()).value).toBe(0);
  await second.close();
  expect(ended).toEqual(["ended", "ended"]);

  await using third = await Daemon.listen({ streaming: { enabled: false } });
  await using none = proxy(third.register(new Source()));
  await expect(none.items()).rejects.toMatchObject({ code: "PYRO_NO_STREAMING" });
});
