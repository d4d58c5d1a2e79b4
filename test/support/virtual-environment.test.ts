import { expect, test } from "vitest";
import { sleep } from "../../src/base/environment.ts";
import { VirtualEnvironment } from "./virtual-environment.ts";

test("timers run in order of time, those of one time in the order of their start, and none before its time", async () => {
  const environment = new VirtualEnvironment();
  const log: string[] = [];
  const note = (text: string) => (): void => void log.push(`${environment.now()} ${text}`);
  environment.setTimeout(note("late"), 30);
  environment.setTimeout(note("early"), 10);
  environment.setTimeout(note("early too"), 10);
  environment.setTimeout(note("zero is one"), 0);
  environment.clearTimer(environment.setTimeout(note("never"), 5));
  environment.clearTimer(undefined);
  await environment.advance(29);
  expect(log).toEqual(["1 zero is one", "10 early", "10 early too"]);
  expect([environment.now(), environment.timers]).toEqual([29, 1]);
  await environment.advance(1);
  expect(log.at(-1)).toBe("30 late");
  expect(environment.date().toISOString()).toBe("2026-01-01T00:00:00.030Z");
});

test("an interval repeats until it is cleared, also by its own work", async () => {
  const environment = new VirtualEnvironment();
  const times: number[] = [];
  const timer = environment.setInterval(() => {
    times.push(environment.now());
    if (times.length === 3) environment.clearTimer(timer);
  }, 10);
  timer.unref();
  await environment.advance(100);
  expect([times, environment.timers]).toEqual([[10, 20, 30], 0]);
});

test("refresh starts a timer again, also one that has ended", async () => {
  const environment = new VirtualEnvironment();
  const times: number[] = [];
  const timer = environment.setTimeout(() => times.push(environment.now()), 10);
  await environment.advance(6);
  timer.refresh();
  await environment.advance(20);
  timer.refresh();
  await environment.advance(20);
  expect(times).toEqual([16, 36]);
});

test("between two timers all promises, ticks and immediates run, and those that they start", async () => {
  const environment = new VirtualEnvironment();
  const log: string[] = [];
  environment.setTimeout(() => {
    environment.setImmediate(() => environment.nextTick(() => environment.setImmediate(() => log.push("immediate"))));
    void (async () => {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      log.push("promises");
      await sleep(environment, 5);
      log.push(`slept until ${environment.now()}`);
    })();
  }, 10);
  environment.setTimeout(() => log.push("next timer"), 11);
  await environment.advance(20);
  expect(log).toEqual(["promises", "immediate", "next timer", "slept until 15"]);
});

test("random numbers repeat with their seed; ids have the usual forms", () => {
  const ids = (seed: number): string[] => {
    const environment = new VirtualEnvironment({}, seed);
    return [environment.randomHex(8), environment.randomUuid(), String(environment.random())];
  };
  expect(ids(1)).toEqual(ids(1));
  expect(ids(1)).not.toEqual(ids(2));
  expect(ids(3)[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(ids(3)[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  const environment = new VirtualEnvironment({ PYRO_HOST: "own" });
  const numbers = Array.from({ length: 1_000 }, () => environment.random());
  expect(numbers.every((one) => one >= 0 && one < 1)).toBe(true);
  expect(numbers.reduce((sum, one) => sum + one) / 1_000).toBeCloseTo(0.5, 1);
  expect(environment.variables).toEqual({ PYRO_HOST: "own" });
});
