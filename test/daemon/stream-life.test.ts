/** How long an item stream lives while no client reads it. */
import { expect, test } from "vitest";
import { Daemon, type DaemonOptions, expose, proxy, type Remote, type RemoteStream, remote } from "#pyro";
import { memoryHostIn } from "../support/memory-host.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

class Numbers {
  static {
    expose(this, { methods: ["all"] });
  }
  ended = 0;
  *all(): Generator<number> {
    try {
      for (let number = 0; ; number++) yield number;
    } finally {
      this.ended++;
    }
  }
}

interface Served {
  readonly environment: VirtualEnvironment;
  readonly daemon: Daemon;
  readonly numbers: Numbers;
  readonly peer: Remote<{ all(): RemoteStream<number> }>;
}

async function serve(streaming: DaemonOptions["streaming"]): Promise<Served> {
  const environment = new VirtualEnvironment();
  const here = memoryHostIn(environment);
  const daemon = await Daemon.listen({ ...here, ...(streaming === undefined ? {} : { streaming }) });
  const numbers = new Numbers();
  const peer = proxy(daemon.register(numbers), { ...here, streamPrefetch: 1 });
  return { environment, daemon, numbers, peer };
}

test("a stream outlives its connection by lingerMs, for another connection to go on with it", async () => {
  const { environment, daemon, numbers, peer } = await serve({ lingerMs: 1_000 });
  await using _ = daemon;
  const stream = await peer.all();
  expect((await stream.next()).value).toBe(0);
  await remote(peer).release();
  await environment.advance(999);
  expect(numbers.ended).toBe(0);
  await remote(peer).connect();
  const { value } = await stream.next();
  expect(value).toBeGreaterThan(0);
  // It has a reader again.
  await environment.advance(10_000);
  expect(numbers.ended).toBe(0);
  await remote(peer).release();
  await environment.advance(1_000);
  expect([numbers.ended, daemon.streams.size, environment.timers]).toEqual([1, 0, 0]);
});

test("without lingerMs a stream ends with its connection", async () => {
  const { environment, daemon, numbers, peer } = await serve({ lingerMs: 0 });
  await using _ = daemon;
  await (await peer.all()).next();
  await remote(peer).release();
  await environment.settle();
  expect([numbers.ended, daemon.streams.size]).toEqual([1, 0]);
});

test("a stream ends after lifetimeMs, also one that is read", async () => {
  const { environment, daemon, numbers, peer } = await serve({ lifetimeMs: 1_000 });
  await using _ = daemon;
  const stream = await peer.all();
  for (let read = 0; read < 9; read++) {
    await environment.advance(100);
    expect((await stream.next()).value).toBe(read);
  }
  await environment.advance(99);
  expect(numbers.ended).toBe(0);
  await environment.advance(1);
  expect([numbers.ended, daemon.streams.size, environment.timers]).toEqual([1, 0, 0]);
  const rest = async (): Promise<void> => {
    for await (const _item of stream);
  };
  await expect(rest()).rejects.toThrow("item stream terminated");
  await remote(peer).release();
});

test("streams end with their daemon", async () => {
  const { environment, daemon, numbers, peer } = await serve({ lifetimeMs: 60_000 });
  await (await peer.all()).next();
  await daemon.close();
  expect([numbers.ended, environment.timers]).toEqual([1, 0]);
  await remote(peer).release();
});
