import type { Environment } from "../base/environment.ts";

/** When a request loop ends before its daemon is closed. */
export interface LoopOptions {
  /** Called every `everyMs`; the loop ends when it returns false (Pyro's loopCondition). */
  readonly while?: () => boolean;
  /** Default 100. */
  readonly everyMs?: number;
  /** Ends the loop. */
  readonly signal?: AbortSignal;
}

/** Resolves when `over` does, or when an option ends the loop. Rejects with what `while` throws. */
export function runLoop(environment: Environment, over: Promise<void>, options: LoopOptions): Promise<void> {
  const { while: condition, everyMs = 100, signal } = options;
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settled = (then: () => void): void => {
      environment.clearTimer(timer);
      signal?.removeEventListener("abort", stop);
      then();
    };
    const stop = (): void => settled(resolve);
    const check = (): void => {
      try {
        if (condition?.() === false) stop();
      } catch (error) {
        settled(() => reject(error));
      }
    };
    const timer = condition === undefined ? undefined : environment.setInterval(check, everyMs);
    signal?.addEventListener("abort", stop, { once: true });
    void over.then(stop);
    check();
  });
}
