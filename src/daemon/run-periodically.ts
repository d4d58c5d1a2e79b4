import type { Environment } from "../base/environment.ts";
import { isThenable } from "./error-replies.ts";

/**
 * Does `work` every `everyMs`, but not before the last time is over; an error does not end it. Gives what ends it. A
 * program that has nothing else to do is not kept alive by it.
 */
export function runPeriodically(
  environment: Environment,
  work: () => unknown,
  everyMs: number,
  failed: (error: unknown) => void,
): () => void {
  let busy = false;
  const done = (): void => {
    busy = false;
  };
  const timer = environment.setInterval(() => {
    if (busy) return;
    try {
      const result = work();
      if (!isThenable(result)) return;
      busy = true;
      result.then(undefined, failed).then(done, done);
    } catch (error) {
      failed(error);
    }
  }, everyMs);
  timer.unref();
  return () => environment.clearTimer(timer);
}

/** Calls a hook of the user's; what it throws, now or later, goes to `failed`. */
export function callHook<R>(hook: () => R, failed: (error: unknown) => void): R | undefined {
  try {
    const result = hook();
    if (isThenable(result)) result.then(undefined, failed);
    return result;
  } catch (error) {
    failed(error);
    return undefined;
  }
}
