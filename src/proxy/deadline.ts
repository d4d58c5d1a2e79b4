import type { Environment } from "../base/environment.ts";
import { TimeoutError } from "../base/errors.ts";
import type { URI } from "../values/uri.ts";

interface Deadline {
  readonly environment: Environment;
  /** Milliseconds; 0: no limit. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Waits for a connection attempt that calls share, no longer than this call may take. */
export async function withDeadline<R>(
  work: Promise<R>,
  { environment, timeoutMs, signal }: Deadline,
  uri: URI,
): Promise<R> {
  if (timeoutMs <= 0 && signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal?.reason);
  const expired = (): void =>
    reject(new TimeoutError(`no connection to ${uri} within ${timeoutMs} ms`, { code: "PYRO_CONNECT_TIMEOUT" }));
  const timer = timeoutMs > 0 ? environment.setTimeout(expired, timeoutMs) : undefined;
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    environment.clearTimer(timer);
    signal?.removeEventListener("abort", abort);
  }
}
