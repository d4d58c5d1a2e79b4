import type { Environment, Timer } from "../base/environment.ts";
import { TimeoutError } from "../base/errors.ts";
import type { URI } from "../values/uri.ts";

interface Deadline {
  readonly environment: Environment;
  /** Milliseconds; 0: no limit. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Waits for a connection attempt that several calls share, up to the time limit of this call. */
export async function withDeadline<R>(
  connecting: Promise<R>,
  { environment, timeoutMs, signal }: Deadline,
  uri: URI,
): Promise<R> {
  if (timeoutMs <= 0 && signal === undefined) return connecting;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal?.reason);
  const expire = (): void =>
    reject(new TimeoutError(`no connection to ${uri} within ${timeoutMs} ms`, { code: "PYRO_CONNECT_TIMEOUT" }));
  let timer: Timer | undefined;
  let settled = false;
  const start = (): void => {
    if (!settled) timer = environment.setTimeout(expire, timeoutMs);
  };
  // Started after the timer of the attempt's first step, which has the same limit and a more specific error.
  if (timeoutMs > 0) environment.setImmediate(start);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([connecting, promise]);
  } finally {
    settled = true;
    environment.clearTimer(timer);
    signal?.removeEventListener("abort", abort);
  }
}
