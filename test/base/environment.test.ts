import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { EnvironmentState, processEnvironment, sleep } from "../../src/base/environment.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

test("state is made once for each environment, when it is first asked for", () => {
  const [one, other] = [new VirtualEnvironment({ NAME: "one" }), new VirtualEnvironment({ NAME: "other" })];
  let made = 0;
  const state = new EnvironmentState(({ variables }) => ({ name: variables["NAME"], number: ++made }));
  expect(made).toBe(0);
  expect(state.of(one)).toEqual({ name: "one", number: 1 });
  expect(state.of(other)).toEqual({ name: "other", number: 2 });
  expect(state.of(one)).toBe(state.of(one));
  expect(new EnvironmentState(() => ({})).of(one)).not.toBe(state.of(one));
  expect(made).toBe(2);
});

test("sleep resolves after its time, and leaves no listener behind", async () => {
  const environment = new VirtualEnvironment();
  const { signal } = new AbortController();
  let slept = false;
  const sleeping = sleep(environment, 100, signal).then(() => {
    slept = true;
  });
  await environment.advance(99);
  expect([slept, getEventListeners(signal, "abort").length]).toEqual([false, 1]);
  await environment.advance(1);
  await sleeping;
  expect([slept, getEventListeners(signal, "abort").length, environment.timers]).toEqual([true, 0, 0]);
});

test("a signal that aborts ends the sleep with its reason, and the timer", async () => {
  const environment = new VirtualEnvironment();
  const stop = new AbortController();
  const reason = new Error("enough");
  const sleeping = sleep(environment, 100, stop.signal);
  stop.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  expect(environment.timers).toBe(0);
  await expect(sleep(environment, 100, stop.signal)).rejects.toBe(reason);
  expect([environment.timers, getEventListeners(stop.signal, "abort").length]).toEqual([0, 0]);
});

test("the process's environment is Node's", async () => {
  expect(processEnvironment.variables).toBe(process.env);
  const before = processEnvironment.now();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    processEnvironment.setImmediate(() => order.push("immediate"));
    processEnvironment.nextTick(() => order.push("tick"));
    const never = processEnvironment.setTimeout(() => order.push("cleared"), 1);
    processEnvironment.clearTimer(never);
    processEnvironment.clearTimer(undefined);
    const repeated = processEnvironment.setInterval(() => {
      order.push("interval");
      processEnvironment.clearTimer(repeated);
      processEnvironment.setTimeout(resolve, 2);
    }, 5);
  });
  expect(order).toEqual(["tick", "immediate", "interval"]);
  expect(processEnvironment.now() - before).toBeGreaterThanOrEqual(5);
  expect(Math.abs(processEnvironment.date().getTime() - Date.now())).toBeLessThan(1_000);
  expect(processEnvironment.randomHex(4)).toMatch(/^[0-9a-f]{8}$/);
  expect(processEnvironment.randomUuid()).toMatch(/^[0-9a-f-]{36}$/);
  expect(processEnvironment.random()).toBeLessThan(1);
});
