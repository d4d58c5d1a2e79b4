/** A time-out ends the waiting, not the work: the call goes on at the server. */
import { setTimeout as sleep } from "node:timers/promises";
import { proxy, type Remote, remote, TimeoutError } from "#pyro";
import type { Bell } from "./server.ts";

/** Asks again and again until the count is as wanted. */
async function until(count: () => Promise<number>, wanted: number): Promise<void> {
  while ((await count()) !== wanted) await sleep(20);
}

await using bell: Remote<Bell> = proxy<Bell>(process.argv[2] ?? "");
console.log(`heard by ${await bell.heard()}`);
try {
  await remote(bell).with({ timeoutMs: 400 }).wait();
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log("nobody rings: TimeoutError");
}

// The time-out closed the connection, on which nothing had come: the next call opens another.
await until(() => bell.waiting(), 1);
console.log("but the call still waits over there");
await bell.ring();
await until(() => bell.heard(), 1);
console.log("now it rang, and the call is over");
console.log(`who waits now hears at once: ${await bell.wait()}`);
