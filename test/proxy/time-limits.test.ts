/** How long a proxy waits: for a connection, for the handshake, between two tries. */
import { expect, test } from "vitest";
import { Daemon, expose, proxy, remote } from "#pyro";
import { MemoryNetwork } from "../../src/transport/memory-transport.ts";
import type { Connection, Listener, Transport } from "../../src/transport/transport.ts";
import { memoryHostIn } from "../support/memory-host.ts";
import { End } from "../support/transports.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

class Echo {
  static {
    expose(this, { methods: { echo: "echo(value)" } });
  }
  echo(value: unknown): unknown {
    return value;
  }
}

const AT = { kind: "tcp", host: "127.0.0.1", port: 9090 } as const;
const URI_THERE = "PYRO:echo@127.0.0.1:9090";

/** A server that accepts connections and says nothing. */
async function silent(transport: Transport, accepted: End[] = []): Promise<Listener> {
  const onConnection = (one: Connection): void => void accepted.push(new End(one));
  return transport.listen(AT, { onConnection, onError: () => undefined });
}

/** When a promise is rejected, and with what. */
function outcome(environment: VirtualEnvironment, promise: Promise<unknown>): { at?: number; error?: unknown } {
  const found: { at?: number; error?: unknown } = {};
  promise.catch((error: unknown) => Object.assign(found, { at: environment.now(), error }));
  return found;
}

test("a connection and its handshake share the time that a call has", async () => {
  const environment = new VirtualEnvironment();
  const transport = new MemoryNetwork({ environment, latencyMs: 40 }).host("127.0.0.1");
  const accepted: End[] = [];
  await silent(transport, accepted);
  const call = outcome(environment, proxy(URI_THERE, { transport, environment, timeoutMs: 100 }).echo(1));
  await environment.advance(99);
  expect([accepted.length, call.at]).toEqual([1, undefined]);
  await environment.advance(1);
  expect(call).toMatchObject({ at: 100, error: { name: "TimeoutError", code: "PYRO_CONNECT_TIMEOUT" } });
  await environment.advance(10_000);
  expect([accepted[0]?.events, environment.timers]).toEqual([["end", "close"], 0]);
});

test("a call that waits for its connection has the rest of its time for its answer", async () => {
  const environment = new VirtualEnvironment();
  const network = new MemoryNetwork({ environment, latencyMs: 100 });
  const daemon = await Daemon.listen({ ...AT, transport: network.host("127.0.0.1"), environment });
  daemon.register(new Echo(), "echo");
  // Connection 100 ms, handshake 200 ms, call 200 ms.
  for (const [timeoutMs, expected] of [
    [501, undefined],
    [499, "PYRO_TIMEOUT"],
    [299, "PYRO_CONNECT_TIMEOUT"],
    [99, "PYRO_CONNECT_TIMEOUT"],
  ] as const) {
    const echo = proxy(URI_THERE, { transport: network.host("10.0.0.1"), environment, timeoutMs });
    const start = environment.now();
    const call = outcome(environment, echo.echo(1));
    await environment.advance(600);
    expect([timeoutMs, (call.error as { code?: string } | undefined)?.code]).toEqual([timeoutMs, expected]);
    if (expected !== undefined) expect((call.at ?? 0) - start).toBe(timeoutMs);
    await Promise.all([remote(echo).release(), environment.advance(10_000)]);
  }
  await Promise.all([daemon.close(), environment.advance(10_000)]);
  expect(environment.timers).toBe(0);
});

test("reconnect tries every delayMs until the server is there, or its tries are used up", async () => {
  const environment = new VirtualEnvironment();
  const here = memoryHostIn(environment);
  const echo = proxy(URI_THERE, here);
  const failed = outcome(environment, remote(echo).reconnect({ tries: 3, delayMs: 1_000 }));
  let connectedAt: number | undefined;
  void remote(echo)
    .reconnect({ delayMs: 1_500 })
    .then(() => {
      connectedAt = environment.now();
    });
  await environment.advance(2_999);
  expect(failed).toMatchObject({ at: 2_000, error: { message: "failed to reconnect" } });
  const daemon = await Daemon.listen({ ...here, ...AT });
  daemon.register(new Echo(), "echo");
  await environment.advance(1);
  expect(connectedAt).toBe(3_000);
  expect(await echo.echo("again")).toBe("again");
  await remote(echo).release();
  await daemon.close();
});

test("the wait between two tries ends when its signal aborts", async () => {
  const environment = new VirtualEnvironment();
  const stop = new AbortController();
  const waiting = remote(proxy(URI_THERE, memoryHostIn(environment))).reconnect({ signal: stop.signal });
  await environment.settle();
  expect(environment.timers).toBe(1);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  expect(environment.timers).toBe(0);
});
