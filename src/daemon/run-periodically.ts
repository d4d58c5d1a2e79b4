import type { Environment } from "../base/environment.ts";
import { isThenable } from "./error-replies.ts";

/**
 * Runs `work` every `everyMs`, but not while an earlier run is pending. Errors go to `failed` and do not stop it. Returns
 * the function that stops it. Its timer does not keep the process alive.
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

/** Calls a hook of the user's. What it throws, or rejects with, goes to `failed`. */
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
