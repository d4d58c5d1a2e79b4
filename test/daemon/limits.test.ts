/** What one client may make the daemon do: calls at once, answers that nobody takes, connections that idle. */
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { callContext, Daemon, type DaemonOptions, expose, proxy, remote } from "#pyro";
import { sleep } from "../../src/base/environment.ts";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { MessageDecoder } from "../../src/wire/decoder.ts";
import { pyro5 } from "../../src/wire/pyro5.ts";
import { memoryHostIn } from "../support/memory-host.ts";
import { rawPyro5, ScriptedPeer } from "../support/scripted-peer.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

const HEAD = "# serpent utf-8 python3.2\n";
const CONNECT = rawPyro5({ type: 1, payload: `${HEAD}{'handshake':'hello','object':'work'}` });
const call = (sequence: number, method: string, args = "()", flags = 0): Buffer =>
  rawPyro5({ type: 4, sequence, flags, payload: `${HEAD}('work','${method}',${args},{})` });

class Work {
  static {
    expose(this, { methods: { hold: "hold()", large: "large(bytes)", add: "add(text)", wait: "wait(ms)" } });
  }
  started = 0;
  running = 0;
  most = 0;
  aborted = 0;
  readonly releases: (() => void)[] = [];
  readonly added: string[] = [];
  readonly annotated: unknown[] = [];

  async hold(): Promise<number> {
    this.started++;
    this.running++;
    this.most = Math.max(this.most, this.running);
    callContext()?.signal.addEventListener("abort", () => this.aborted++, { once: true });
    await new Promise<void>((resolve) => this.releases.push(resolve));
    this.running--;
    return this.started;
  }
  large(bytes: number): string {
    this.started++;
    return "x".repeat(bytes);
  }
  add(text: string): void {
    this.added.push(text);
    this.annotated.push(...(callContext()?.annotations.get("XYZZ") ?? []));
  }
  async wait(ms: number): Promise<string> {
    await sleep(here.environment, ms);
    return "answered";
  }
}

let daemon: Daemon;
let here: ReturnType<typeof memoryHostIn<VirtualEnvironment>>;
const work: { object: Work } = { object: new Work() };
async function serve(options: DaemonOptions = {}): Promise<number> {
  here = memoryHostIn(new VirtualEnvironment());
  daemon = await Daemon.listen({ ...here, host: "127.0.0.1", drainMs: 50, ...options });
  work.object = new Work();
  return daemon.register(work.object, "work").port as number;
}
afterEach(() => Promise.all([daemon.close(), here.environment.advance(60_000)]));

/** Lets all that was sent be read, served and answered. No time passes. */
const settled = (): Promise<void> => here.environment.settle();

async function greeted(port: number): Promise<ScriptedPeer> {
  const peer = await ScriptedPeer.dial(here.transport, { kind: "tcp", host: "127.0.0.1", port });
  peer.send(CONNECT);
  await peer.receivedAtLeast(41);
  return peer;
}

/** The sequence numbers of the answers in what a peer received. */
function answers(received: Buffer): number[] {
  const found: number[] = [];
  const decoder = new MessageDecoder({ limits: DEFAULT_LIMITS, fallback: pyro5 });
  decoder.push(received, (message) => found.push(message.sequence));
  return found.slice(1); // the first answers the handshake
}

test("no more calls run at once than may; the others start one by one as those end, in their order", async () => {
  const port = await serve({ maxCallsInFlight: 3 });
  const { object } = work;
  await using peer = await greeted(port);
  const calls = Array.from({ length: 20 }, (_, index) => call(index + 1, "hold"));
  peer.send(Buffer.concat([...calls, call(100, "add", "('behind them',)")]));
  await settled();
  expect([object.started, object.running, object.added]).toEqual([3, 3, []]);
  for (let ended = 0; ended < 20; ended++) {
    expect(object.releases.length).toBeGreaterThan(0);
    object.releases.shift()?.();
    await settled();
  }
  expect(answers(peer.received).length).toBe(21);
  expect(object.most).toBe(3);
  // The last one is answered as soon as it has started: with the end of the third from the end.
  const held = calls.map((_, index) => index + 1);
  expect(answers(peer.received)).toEqual([...held.slice(0, -2), 100, ...held.slice(-2)]);
  expect(object.added).toEqual(["behind them"]);
});

test("many more calls than there is room to keep are taken in all the same, in order", async () => {
  const port = await serve({ maxCallsInFlight: 1 });
  const { object } = work;
  await using peer = await greeted(port);
  const texts = Array.from({ length: 5_000 }, (_, index) => `text ${index}`);
  peer.send(Buffer.concat([call(1, "hold"), ...texts.map((text, at) => call(at + 2, "add", `('${text}',)`))]));
  await settled();
  expect(object.running).toBe(1);
  expect(object.added).toEqual([]);
  object.releases.shift()?.();
  await settled();
  expect(object.added.length).toBe(5_000);
  expect(object.added).toEqual(texts);
});

test.each([4, 5] as const)("a Pyro%d call that had to wait keeps all that came with it", async (protocol) => {
  const port = await serve({ maxCallsInFlight: 1 });
  await using peer = proxy(`PYRO:work@127.0.0.1:${port}`, { ...here, protocol });
  const { object } = work;
  const first = peer.hold();
  await settled();
  expect(object.running).toBe(1);
  const correlationId = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
  const annotations = new Map([["XYZZ", new Uint8Array([7])]]);
  const replies: (readonly number[])[] = [];
  const second = remote(peer)
    .with({
      correlationId,
      annotations,
      onReply: (reply) => replies.push([...(reply.correlationId ?? [])]),
    })
    .add("waited");
  await settled();
  object.releases.shift()?.();
  await first;
  await second;
  expect(object.added).toEqual(["waited"]);
  expect(object.annotated).toEqual([7]);
  expect(replies).toEqual([[...correlationId]]);
});

test("when a caller goes away, what runs is told so and what waits never starts", async () => {
  const gone: string[] = [];
  const port = await serve({ maxCallsInFlight: 2, onDisconnect: ({ address }) => gone.push(address) });
  const { object } = work;
  const peer = await greeted(port);
  peer.send(Buffer.concat(Array.from({ length: 10 }, (_, index) => call(index + 1, "hold"))));
  await settled();
  expect(object.started).toBe(2);
  await peer[Symbol.asyncDispose]();
  await settled();
  expect(object.aborted).toBe(2);
  for (const release of object.releases.splice(0)) release();
  await settled();
  expect(object.started).toBe(2);
  expect(gone).toHaveLength(1);
});

test("a client that does not read its answers gets no more made; once it reads it gets them all", async () => {
  const port = await serve();
  const { object } = work;
  await using peer = await greeted(port);
  peer.pause();
  // Small enough for all of them to come in with one chunk of bytes.
  const count = 250;
  peer.send(Buffer.concat(Array.from({ length: count }, (_, index) => call(index + 1, "large", "(100000,)"))));
  await settled();
  const made = object.started;
  expect(made).toBeGreaterThan(0);
  // What fits into the connection's own buffers, and a little more.
  expect(made).toBeLessThan(100);
  await here.environment.advance(60_000);
  expect(object.started).toBe(made);
  await using other = proxy(`PYRO:work@127.0.0.1:${port}`, here);
  expect(await other.large(3)).toBe("xxx");
  peer.resume();
  await settled();
  expect(object.started).toBe(count + 1);
  await peer.receivedAtLeast(count * 100_000);
  expect(answers(peer.received)).toHaveLength(count);
});

test("a daemon that closes lets a slow client have the rest of its answer", async () => {
  const port = await serve({ drainMs: 30_000 });
  await using peer = await greeted(port);
  peer.pause();
  peer.send(call(1, "large", "(3000000,)"));
  await settled();
  expect(work.object.started).toBe(1);
  const closing = daemon.close();
  await here.environment.advance(4_500);
  peer.resume();
  await peer.closed;
  expect(answers(peer.received)).toEqual([1]);
  await closing;
});

test("a client that takes nothing of its answer is dropped: 5 s after the daemon closes, or after drainMs", async () => {
  for (const [drainMs, droppedMs] of [
    [30_000, 5_000],
    [2_500, 2_500],
  ] as const) {
    const port = await serve({ drainMs });
    await using peer = await greeted(port);
    peer.pause();
    peer.send(call(1, "large", "(3000000,)"));
    await settled();
    let closed = false;
    const closing = daemon.close().then(() => {
      closed = true;
    });
    await here.environment.advance(droppedMs - 1);
    expect(closed).toBe(false);
    await here.environment.advance(1);
    expect(closed).toBe(true);
    await closing;
  }
});

test("a connection that idles is closed; one that waits for its answer is not", async () => {
  const gone: string[] = [];
  const port = await serve({ idleTimeoutMs: 150, onDisconnect: ({ address }) => gone.push(address) });
  await using idle = await greeted(port);
  await using waiting = proxy(`PYRO:work@127.0.0.1:${port}`, here);
  const answer = waiting.wait(700);
  await here.environment.advance(149);
  expect([idle.open, gone.length]).toEqual([true, 0]);
  await here.environment.advance(1);
  expect([idle.open, gone.length]).toEqual([false, 1]);
  await here.environment.advance(549);
  expect(gone.length).toBe(1);
  await here.environment.advance(1);
  expect(await answer).toBe("answered");
  await here.environment.advance(150);
  expect(gone.length).toBe(2);
  const again = waiting.wait(1); // over a new connection
  await here.environment.advance(1);
  expect(await again).toBe("answered");
});

test("a connection that talks from time to time is not idle", async () => {
  const gone: string[] = [];
  const port = await serve({ idleTimeoutMs: 2_000, onDisconnect: ({ address }) => gone.push(address) });
  await using talking = await greeted(port);
  for (let times = 1; times <= 6; times++) {
    await here.environment.advance(1_999);
    talking.send(call(times, "add", "('something',)"));
    await settled();
    expect(work.object.added.length).toBe(times);
  }
  expect(gone).toEqual([]);
  await here.environment.advance(2_000);
  expect(gone.length).toBe(1);
});

test("a signal that is asked for when the caller is gone is aborted; that of a call which is over stays quiet", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const quiet: AbortSignal[] = [];
  const late: AbortSignal[] = [];
  const closed: string[] = [];
  class Late {
    static {
      expose(this, { methods: ["early", "afterwards"] });
    }
    async early(): Promise<void> {
      quiet.push(callContext()?.signal as AbortSignal);
      await turn();
    }
    async afterwards(): Promise<void> {
      const context = callContext();
      await gone;
      late.push(context?.signal as AbortSignal);
      context?.trackResource({ close: () => closed.push("at once") });
    }
  }
  await serve({ onDisconnect: () => resolve() });
  const peer = proxy(daemon.register(new Late()), here);
  await peer.early();
  const over = peer.afterwards().catch((error: Error) => error.name);
  await settled();
  await remote(peer).release();
  expect(await over).toBe("ConnectionClosedError");
  await settled();
  expect(closed).toEqual(["at once"]);
  expect([...quiet, ...late].map((signal) => signal.aborted)).toEqual([false, true]);
});
