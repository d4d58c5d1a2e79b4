/**
 * A process beside the test run that outlives it: when the run is over, or was killed in whatever way, it removes
 * what the run left in the engine.
 *
 * It notices by its input, which ends with the run. Its listening port is the lock that lets one run at a time, and
 * is held until the sweep is done; a process that dies loses it, so there is no stale lock.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { sweep } from "./leftovers.ts";

const LOCK_PORT = 10_133;
const WAIT_FOR_LOCK_MS = 60_000;
// A killed run may leave a `docker compose` behind that still makes containers for a moment.
const QUIET_MS = 1_500;
const GIVE_UP_MS = 60_000;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function lock(): Promise<boolean> {
  for (const start = performance.now(); performance.now() - start < WAIT_FOR_LOCK_MS; await pause(200)) {
    const server = createServer();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    server.once("error", () => resolve(false));
    server.listen(LOCK_PORT, "127.0.0.1", () => resolve(true));
    if (await promise) return true;
  }
  return false;
}

async function sweepUntilQuiet(quietMs: number): Promise<void> {
  const start = performance.now();
  for (let quietSince = start; performance.now() - quietSince < quietMs; await pause(150)) {
    const found = await sweep().catch(() => 1);
    if (found > 0) quietSince = performance.now();
    if (performance.now() - start > GIVE_UP_MS) return;
  }
}

if (!(await lock())) {
  process.stdout.write("busy\n");
  process.exit(1);
}
process.stdout.write("locked\n");
let said = "";
process.stdin.setEncoding("utf8").on("data", (text: string) => (said += text));
await once(process.stdin, "end");
// "done" comes from a run that has taken down everything itself and waits for us.
await sweepUntilQuiet(said.includes("done") ? 1 : QUIET_MS);
process.exit(0);
