const ABOVE = " +--- This exception occured remotely (Pyro) - Remote traceback:";
const BELOW = " +--- End of remote traceback";

/**
 * An error as text, with what the other side sent along: the local stack, then the remote traceback in the frame that
 * Pyro's `excepthook` draws around it (`Pyro5 5.15, errors.py`), so that both sides' logs read alike.
 */
export function formatTraceback(error: unknown): string {
  const local = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  const remote: unknown = error instanceof Error ? Reflect.get(error, "remoteTraceback") : undefined;
  if (typeof remote !== "string" || remote === "") return `${local}\n`;
  const lines = remote.replace(/\n$/, "").split("\n");
  return `${local}\n${ABOVE}\n${lines.map((line) => ` | ${line}\n`).join("")}${BELOW}\n`;
}

/** Prints an uncaught error with its remote traceback, then ends the program with 1, as Python's own hook does. */
export function installExceptHook(): void {
  process.on("uncaughtException", (error) => {
    process.stderr.write(formatTraceback(error));
    process.exit(1);
  });
}
