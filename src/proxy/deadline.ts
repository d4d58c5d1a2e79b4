import { TimeoutError } from "../base/errors.ts";
import type { URI } from "../values/uri.ts";

/** Waits for a shared connection attempt no longer than this one call may. */
export async function withDeadline<R>(
  work: Promise<R>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  uri: URI,
): Promise<R> {
  if (timeoutMs <= 0 && signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal?.reason);
  const expired = (): void =>
    reject(new TimeoutError(`no connection to ${uri} within ${timeoutMs} ms`, { code: "PYRO_CONNECT_TIMEOUT" }));
  const timer = timeoutMs > 0 ? setTimeout(expired, timeoutMs) : undefined;
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
