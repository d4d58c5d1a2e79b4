const HEADER = " +--- This exception occured remotely (Pyro) - Remote traceback:";
const FOOTER = " +--- End of remote traceback";

/**
 * Formats an error as text: the local stack, then the remote traceback, in the format of Pyro's `excepthook`
 * (`Pyro5 5.15, errors.py`).
 */
export function formatTraceback(error: unknown): string {
  const local = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  const remote: unknown = error instanceof Error ? Reflect.get(error, "remoteTraceback") : undefined;
  if (typeof remote !== "string" || remote === "") return `${local}\n`;
  const lines = remote.replace(/\n$/, "").split("\n");
  return `${local}\n${HEADER}\n${lines.map((line) => ` | ${line}\n`).join("")}${FOOTER}\n`;
}

/** Prints uncaught errors with their remote traceback, then exits with code 1, as Python's `excepthook` does. */
export function installExceptHook(): void {
  process.on("uncaughtException", (error) => {
    process.stderr.write(formatTraceback(error));
    process.exit(1);
  });
}
