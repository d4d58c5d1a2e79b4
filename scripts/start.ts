/**
 * `npm start`: the three hosts of the tutorial as three processes on this machine, each on a loopback address of its
 * own. stdout is the client's transcript, everything else goes to stderr. All three end with it, whatever ends it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ADDRESSES = { nameserver: "127.0.0.221", warehouse: "127.0.0.220", client: "127.0.0.224" } as const;
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const READY_MS = 15_000;
const STOP_MS = 5_000;

type Service = keyof typeof ADDRESSES;

const children: ChildProcess[] = [];
let stopping = false;

function launch(service: Service, stdio: "inherit" | "piped"): ChildProcess {
  const child = spawn(process.execPath, [`services/${service}/main.ts`], {
    cwd: ROOT,
    env: {
      NODE_COMPILE_CACHE: join(ROOT, ".cache/compiled"),
      ...process.env,
      PYRO_HOST: ADDRESSES[service],
      PYRO_NS_HOST: ADDRESSES.nameserver,
      ...(service === "client" ? {} : { FORCE_COLOR: "0" }),
    },
    stdio: stdio === "inherit" ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

/** Starts a server and waits for the line that says that it serves; its output goes to stderr, with its name. */
async function startServer(service: Service, ready: RegExp): Promise<void> {
  const child = launch(service, "piped");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`${service} is not ready after ${READY_MS} ms`)), READY_MS);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      console.error(`${service}: ${line}`);
      if (ready.test(line)) resolve();
    });
  }
  child.once("exit", (code) => {
    if (stopping) return;
    reject(new Error(`${service} ended with ${code}; see its lines above`));
  });
  child.once("error", reject);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function stopAll(): Promise<void> {
  stopping = true;
  // The client first, the name server last: each may still need the ones below it.
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(timer);
  }
}

async function run(): Promise<number> {
  await startServer("nameserver", /^URI = /);
  await startServer("warehouse", /is registered with/);
  const client = launch("client", "inherit");
  const [code, signal] = (await once(client, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? (signal === "SIGINT" ? 130 : 1);
}

let interrupted: number | undefined;
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.on(signal, () => {
    interrupted = code;
    void stopAll();
  });
}

let code: number;
try {
  code = await run();
} catch (error) {
  code = 1;
  if (interrupted === undefined) console.error(error instanceof Error ? `start: ${error.message}` : error);
}
await stopAll();
process.exit(interrupted ?? code);
