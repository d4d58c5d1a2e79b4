/** Resolves with the name of the first SIGINT or SIGTERM, or with `abort` when `signal` aborts. */
export function stopSignal(signal?: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const stop = (name: string): void => {
      process.removeListener("SIGINT", stop);
      process.removeListener("SIGTERM", stop);
      signal?.removeEventListener("abort", aborted);
      resolve(name);
    };
    const aborted = (): void => stop("abort");
    if (signal?.aborted === true) return resolve("abort");
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
