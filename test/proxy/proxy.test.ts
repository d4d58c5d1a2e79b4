import { createServer } from "node:net";
import { expect, test } from "vitest";
import {
  type CallContext,
  callContext,
  contract,
  Daemon,
  type DaemonOptions,
  expose,
  proxy as overSockets,
  type Remote,
  type RemoteError,
  remote,
} from "#pyro";
import { formatTraceback } from "#pyro/diagnostics";
import { sleep } from "../../src/base/environment.ts";
import { locationText } from "../../src/transport/location.ts";
import type { Connection } from "../../src/transport/transport.ts";
import { memoryHostIn, proxyIn } from "../support/memory-host.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

/** Time passes for all that runs in memory only when a test says so. */
const environment = new VirtualEnvironment();
const here = memoryHostIn(environment);
const proxy = proxyIn(here);

interface Counter {
  readonly limit: number;
  add(amount: number): number;
  slowly(value: string, ms: number): Promise<string>;
  note(text: string): void;
  notes(): string[];
  context(): string | Promise<string>;
}

class CountingService implements Counter {
  static {
    expose(this, {
      methods: {
        add: "add(amount)",
        slowly: "slowly(value, ms)",
        note: "take_note(text)",
        notes: "list_notes()",
        context: "context()",
      },
      attrs: { limit: "upper_limit" },
      oneway: ["note"],
    });
  }

  limit = 10;
  #sum = 0;
  readonly #notes: string[] = [];

  add(amount: number): number {
    this.#sum += amount;
    return this.#sum;
  }

  async slowly(value: string, ms: number): Promise<string> {
    await sleep(environment, ms);
    return value;
  }

  note(text: string): void {
    this.#notes.push(text);
    if (text === "fail") throw new Error("nobody hears of this but the daemon");
  }

  notes(): string[] {
    return this.#notes;
  }

  async context(): Promise<string> {
    await Promise.resolve();
    const { client, pyroVersion, method } = callContext() as CallContext;
    return `${client.replace(/:\d+$/, "")} ${pyroVersion} ${method}`;
  }
}

const counterContract = contract<Counter>({
  methods: {
    add: "add(amount)",
    slowly: "slowly(value, ms)",
    note: "take_note(text)",
    notes: "list_notes()",
    context: "context()",
  },
  attrs: { limit: "upper_limit" },
  oneway: ["note"],
});

async function served(
  port = 0,
  where: DaemonOptions = here,
): Promise<{ daemon: Daemon; counter: Remote<Counter>; port: number }> {
  const daemon = await Daemon.listen({ ...where, host: "127.0.0.1", port, drainMs: 300 });
  const uri = daemon.register(new CountingService(), "counter");
  return { daemon, counter: proxy(uri, counterContract, { timeoutMs: 5_000 }), port: uri.port as number };
}

for (const protocol of [4, 5] as const) {
  test(`methods, attributes and oneway calls over Pyro${protocol}`, async () => {
    const { daemon, counter: any } = await served();
    await using _ = daemon;
    await using counter = proxy(remote(any).uri, counterContract, { protocol });
    expect(await counter.add(2)).toBe(2);
    expect(await counter.limit).toBe(10);
    await remote(counter).setAttribute("limit", 11);
    expect(await remote(counter).getAttribute("limit")).toBe(11);
    await counter.note("one");
    await counter.note("fail");
    expect(await counter.notes()).toEqual(["one", "fail"]);
    expect(await counter.context()).toBe(`127.0.0.1 ${protocol} context`);
  });
}

test("many calls are in flight on one connection, and start in the order in which they were made", async () => {
  const { daemon, counter } = await served();
  await using _ = daemon;
  await using __ = counter;
  const sums = await Promise.all(Array.from({ length: 1_000 }, (_one, at) => counter.add(at)));
  expect(sums.at(-1)).toBe(499_500);
  expect(sums).toEqual(sums.toSorted((a, b) => a - b));
  const finished: string[] = [];
  const slow = [80, 40, 1].map(async (ms) => {
    finished.push(await counter.slowly(`${ms}`, ms));
  });
  await environment.advance(80);
  await Promise.all(slow);
  expect(finished).toEqual(["1", "40", "80"]);
});

test("sequence numbers wrap around without mixing up replies", async () => {
  const { daemon, counter } = await served();
  await using _ = daemon;
  await using __ = counter;
  const slow = counter.slowly("still the same", 1_500);
  for (let round = 0; round < 70; round++) {
    await Promise.all(Array.from({ length: 1_000 }, () => counter.add(1)));
  }
  expect(await counter.add(0)).toBe(70_000);
  await environment.advance(1_500);
  expect(await slow).toBe("still the same");
}, 20_000);

test("wrong names fail locally, before anything is sent", async () => {
  const { daemon, counter } = await served();
  await using _ = daemon;
  await using __ = counter;
  const lying = counter as unknown as { nothing(): Promise<void> };
  expect(() => lying.nothing()).toThrow(/has no member 'nothing'; it has: add, slowly, note, notes, context, limit/);
  await using untyped = proxy(remote(counter).uri);
  await expect(untyped.nothing()).rejects.toThrow(/no exposed attribute or method 'nothing'; it exposes: add, context/);
  expect(() => untyped._private).toThrow("private");
  expect(await untyped.upper_limit).toBe(10);
  expect(await untyped.list_notes()).toEqual([]);
  expect(() => {
    untyped.upper_limit = 3;
  }).toThrow("await remote(proxy).setAttribute");
});

test("a proxy can be awaited, printed and compared without a call", async () => {
  const { daemon, counter } = await served();
  await using _ = daemon;
  expect(await counter).toBe(counter);
  const { inspect } = await import("node:util");
  expect(inspect(counter)).toMatch(/^Remote <PYRO:counter@127\.0\.0\.1:\d+>$/);
  await using untyped = proxy(remote(counter).uri);
  for (const peer of [counter, untyped]) {
    expect(`${String(peer)}`).toMatch(/^Remote <PYRO:counter@/);
    expect((peer as { constructor?: unknown }).constructor).toBeUndefined();
  }
  expect(JSON.stringify({ counter })).toBe('{"counter":{}}');
});

test("a broken connection fails the calls in flight; the next call connects again", async () => {
  const first = await served();
  await using counter = first.counter;
  expect(await counter.add(1)).toBe(1);
  const pending = counter.slowly("never", 10_000).catch((error: unknown) => error);
  await environment.settle();
  const closing = first.daemon.close();
  const refused = expect(counter.add(1)).rejects.toMatchObject({
    code: /PYRO_(CONNECTION_CLOSED|CANNOT_CONNECT|TIMEOUT|COMMUNICATION)/,
  });
  await environment.advance(300);
  await refused;
  await closing;
  expect(await pending).toMatchObject({ code: "PYRO_CONNECTION_CLOSED" });
  await expect(counter.add(1)).rejects.toMatchObject({ code: "PYRO_CANNOT_CONNECT" });
  const again = await served(first.port);
  await using _ = again.daemon;
  expect(await counter.add(1)).toBe(1);
});

test("a timeout ends one call with a clear error, and a late answer disturbs nobody", async () => {
  const { daemon, counter } = await served();
  await using _ = daemon;
  await using __ = counter;
  await remote(counter).connect();
  const hurried = remote(counter).with({ timeoutMs: 60 });
  const late = hurried.slowly("late", 200).catch((error: unknown) => error);
  // Other answers come in meanwhile, so the connection is known to be alive and stays.
  const others = environment.setInterval(() => void counter.add(1), 10);
  await environment.advance(60);
  expect(await late).toMatchObject({
    name: "TimeoutError",
    code: "PYRO_TIMEOUT",
    message: expect.stringMatching(/no answer from 127\.0\.0\.1:\d+ to slowly within 60 ms/),
  });
  environment.clearTimer(others);
  await environment.advance(200);
  const fine = counter.slowly("fine", 1);
  await environment.advance(1);
  expect(await fine).toBe("fine");
});

test("an AbortSignal ends the waiting at once", async () => {
  const { daemon, counter } = await served();
  await using _ = daemon;
  await using __ = counter;
  const stop = new AbortController();
  const call = remote(counter).with({ signal: stop.signal }).slowly("x", 5_000);
  await environment.settle();
  stop.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  await expect(remote(counter).with({ signal: AbortSignal.abort() }).add(1)).rejects.toMatchObject({
    name: "AbortError",
  });
  expect(await counter.add(1)).toBe(1);
  expect(await counter.add(1)).toBe(2);
});

test("a server that says nothing fails a call in bounded time", async () => {
  const nothing = { onData: () => {}, onEnd: () => {}, onDrain: () => {}, onClose: () => {} };
  const handlers = { onConnection: (one: Connection) => one.start(nothing), onError: () => undefined };
  const { location } = await here.transport.listen({ kind: "tcp", host: "127.0.0.1", port: 0 }, handlers);
  let failure: unknown;
  const call = proxy(`PYRO:x@${locationText(location)}`, { timeoutMs: 100 })
    .call()
    .catch((error: unknown) => {
      failure = error;
    });
  await environment.advance(99);
  expect(failure).toBeUndefined();
  await environment.advance(1);
  await call;
  expect(failure).toMatchObject({ name: "TimeoutError" });
});

test("a server that closes without a word, and one that speaks another protocol, are named as such", async () => {
  const closing = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await new Promise((resolve) => closing.once("listening", resolve));
  const port = (closing.address() as { port: number }).port;
  await expect(overSockets(`PYRO:x@127.0.0.1:${port}`).call()).rejects.toMatchObject({
    code: "PYRO_CONNECTION_CLOSED",
  });
  closing.close();
  const http = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
  await new Promise((resolve) => http.once("listening", resolve));
  const other = (http.address() as { port: number }).port;
  await expect(overSockets(`PYRO:x@127.0.0.1:${other}`).call()).rejects.toMatchObject({ code: "PYRO_BAD_TAG" });
  http.close();
});

test("nobody there, an unknown object, and text that is no URI", async () => {
  const { daemon, port } = await served(0, {});
  await expect(overSockets(`PYRO:nobody@127.0.0.1:${port}`).call()).rejects.toThrow(
    `connection to 127.0.0.1:${port} rejected: unknown object`,
  );
  await daemon.close();
  await expect(overSockets(`PYRO:counter@127.0.0.1:${port}`).call()).rejects.toThrow(
    `cannot connect to 127.0.0.1:${port}: connection refused; is the daemon running`,
  );
  expect(() => proxy("PYRO:counter")).toThrow("invalid uri");
});

test("the stack of a remote error leads to the line that made the call", async () => {
  const { daemon, counter } = await served();
  await using _ = daemon;
  await using __ = counter;
  async function whoCalls(): Promise<void> {
    await (counter.add as () => Promise<number>)();
  }
  const failure = (await whoCalls().catch((error: unknown) => error)) as RemoteError;
  expect(failure.is("TypeError")).toBe(true);
  expect(failure.stack).toMatch(/^TypeError: add\(\) missing 1 required positional argument: 'amount'\n/);
  expect(failure.stack).toMatch(/at (async )?whoCalls/);
  expect(formatTraceback(failure)).toMatch(
    /Remote traceback:\n \| Traceback \(most recent call last\):\n[\s\S]* \+--- End of remote traceback\n$/,
  );
});

test("release closes, and a later call opens again", async () => {
  const { daemon, counter } = await served();
  await using _ = daemon;
  expect(await counter.add(1)).toBe(1);
  await remote(counter).release();
  await remote(counter).release();
  expect(await counter.add(1)).toBe(2);
  await counter[Symbol.asyncDispose]();
});
