import type { Environment } from "../base/environment.ts";
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
  // The connection attempt has the same limit, and its error is more specific, so it is reported first.
  const expired = (): void => environment.setImmediate(expire);
  const timer = timeoutMs > 0 ? environment.setTimeout(expired, timeoutMs) : undefined;
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([connecting, promise]);
  } finally {
    environment.clearTimer(timer);
    signal?.removeEventListener("abort", abort);
  }
}
