/** What peers need beyond Node: got where that takes no installing on the system; for the rest, why it is not there. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BENCH, PLACES, PYTHON_PEERS, ROOT } from "./places.ts";

export type Need = "npm packages" | "Python's Pyro" | "gcc" | "nats-server" | "built pyro-ts";

/** Debian puts servers there, which is on nobody's PATH but root's. */
export const PATH: string = [process.env["PATH"], "/usr/sbin"].join(delimiter);

/** Whether a program of that name can be run. */
export function onPath(program: string): boolean {
  return PATH.split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, program)));
}

/** Bench's own packages, installed when they are missing or older than the lock. Gives a reason when that fails. */
function npmPackages(): string | undefined {
  const installed = join(BENCH, "node_modules", ".package-lock.json");
  const lock = join(BENCH, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return undefined;
  console.error("installing bench's own npm packages");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: BENCH,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return status === 0 ? undefined : "`npm ci` in bench/ failed";
}

/** Unpacks Python's Pyro4 and Pyro5 where nobody has done so yet. */
function pythonPeers(): string | undefined {
  if (!existsSync(PLACES.python)) return `there is no ${PLACES.python}`;
  const done = join(PYTHON_PEERS, "done");
  if (existsSync(done)) return undefined;
  if (process.env["PYTHON_PEERS"] !== undefined) return "PYTHON_PEERS names no folder with Pyro4 and Pyro5";
  if (!onPath("apt-get")) return "Pyro4 and Pyro5 are unpacked with apt, which is not here";
  console.error("unpacking Python's Pyro4 and Pyro5");
  spawnSync(join(ROOT, ".ci", "python-peers"), [PYTHON_PEERS], { stdio: ["ignore", "ignore", "inherit"] });
  return existsSync(done) ? undefined : "`.ci/python-peers .cache/python-peers` failed";
}

const REASONS: Readonly<Record<Need, () => string | undefined>> = {
  "npm packages": npmPackages,
  "Python's Pyro": pythonPeers,
  gcc: () => (onPath("gcc") ? undefined : "there is no gcc"),
  "nats-server": () => (onPath("nats-server") ? undefined : "there is no nats-server"),
  "built pyro-ts": () => (existsSync(join(ROOT, "dist", "index.js")) ? undefined : "there is no dist/: npm run build"),
};

const known = new Map<Need, string | undefined>();

/** Why a need cannot be met, undefined when it is; each is tried once. */
export function whyNot(need: Need): string | undefined {
  if (!known.has(need)) known.set(need, REASONS[need]());
  return known.get(need);
}
