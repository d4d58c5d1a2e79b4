import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority } from "./certificates.ts";
import { Program } from "./program.ts";
import { type PythonPyro, python } from "./python.ts";

/** What a half of an example is written for: our TypeScript, or one of Python's Pyros. */
export type Side = "TypeScript" | "Pyro4" | "Pyro5";

/** An example as it lies in its folder. */
export interface Example {
  readonly name: string;
  /** How many names its server registers: with any, a name server of the server's side runs too. */
  readonly names?: number;
  /** Its client tells the server to stop; the others are ended with SIGTERM. */
  readonly stopsServer?: boolean;
  /** It needs certificates: made anew, in the folder CERTIFICATES. */
  readonly certificates?: boolean;
}

/** Which server and which client run together. All the same Python too: the transcript is Pyro's own, not only ours. */
export const PAIRS: readonly { readonly server: Side; readonly client: Side }[] = [
  { server: "TypeScript", client: "TypeScript" },
  { server: "TypeScript", client: "Pyro4" },
  { server: "TypeScript", client: "Pyro5" },
  { server: "Pyro4", client: "TypeScript" },
  { server: "Pyro4", client: "Pyro4" },
  { server: "Pyro5", client: "TypeScript" },
  { server: "Pyro5", client: "Pyro5" },
];

const ROOT = join(import.meta.dirname, "../..");
export const EXAMPLES_FOLDER: string = join(ROOT, "test/interop/examples");

// A loaded machine starts a program in seconds, not in the tenth of one that it takes otherwise.
const START_MS = 30_000;
const RUN_MS = 60_000;

/** The file of a half: one for each Pyro where they differ, else one for both. */
export function halfOf(example: string, half: "server" | "client", side: Side): string {
  const folder = join(EXAMPLES_FOLDER, example);
  if (side === "TypeScript") return join(folder, `${half}.ts`);
  const own = join(folder, `${half}${side.slice(-1)}.py`);
  return existsSync(own) ? own : join(folder, `${half}.py`);
}

/** The names of all folders of examples. */
export function exampleFolders(): string[] {
  const folders = readdirSync(EXAMPLES_FOLDER, { withFileTypes: true }).filter((one) => one.isDirectory());
  return folders.map((one) => one.name).toSorted();
}

/** What the client of an example writes, whoever serves it. */
export function transcriptOf(example: string): string {
  return readFileSync(join(EXAMPLES_FOLDER, example, "expected.txt"), "utf8");
}

/** What came of a run. */
export interface Outcome {
  readonly transcript: string;
  /** Exit codes and everything on stderr, of both halves. */
  readonly ends: { readonly client: number; readonly server: number; readonly stderr: string };
}

/** Runs the client of one side against the server of another, both to their ends. */
export async function runPair(example: Example, server: Side, client: Side): Promise<Outcome> {
  const { name, names = 0 } = example;
  const env: Record<string, string> = {};
  using certificates = example.certificates === true ? makeCertificates() : undefined;
  if (certificates !== undefined) env["CERTIFICATES"] = certificates.folder;
  await using nameServer = names > 0 ? startNameServerOf(server) : undefined;
  if (nameServer !== undefined) {
    const [, port = ""] = await nameServer.wrote(/^URI = PYRO:Pyro\.NameServer@localhost:(\d+)$/m, START_MS);
    env["PYRO_NS_PORT"] = port;
  }
  await using serving = start(server, [halfOf(name, "server", server)], env);
  const ready = names === 0 ? /^(PYRO:.*)\n/m : new RegExp(`(?:^.* is registered.*\n[^]*){${names}}`, "m");
  const [, uris = ""] = await serving.wrote(ready, START_MS);
  await using calling = start(
    client,
    [halfOf(name, "client", client), ...uris.split(" ").filter((one) => one !== "")],
    env,
  );
  const clientCode = await endOf(calling);
  if (example.stopsServer !== true) serving.kill("SIGTERM");
  const serverCode = await endOf(serving);
  const stderr = calling.stderr + serving.stderr;
  return { transcript: calling.stdout, ends: { client: clientCode, server: serverCode, stderr } };
}

function start(side: Side, args: readonly string[], env: Record<string, string> = {}): Program {
  if (side === "TypeScript") {
    // What `npm start` keeps there too: the library starts in a third of the time.
    const cache = { NODE_COMPILE_CACHE: join(ROOT, ".cache/compiled") };
    return new Program(process.execPath, args, { cwd: ROOT, env: { ...cache, ...env } });
  }
  const { command, env: own } = python(Number(side.slice(-1)) as PythonPyro);
  return new Program(command, args, { env: { ...own, ...env } });
}

const OUR_NAME_SERVER = `
import { startNameServer, stopSignal } from "#pyro";
await using running = await startNameServer({ port: 0 });
console.log("URI = " + running.uri);
await stopSignal();
`;

function startNameServerOf(side: Side): Program {
  return side === "TypeScript"
    ? start(side, ["--input-type=module-typescript", "-e", OUR_NAME_SERVER])
    : start(side, ["-m", side === "Pyro4" ? "Pyro4.naming" : "Pyro5.nameserver", "-p", "0", "-x"]);
}

function makeCertificates(): { readonly folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  const authority = new Authority("Example authority");
  writeFileSync(join(folder, "ca-cert.pem"), authority.cert);
  for (const [who, { cert, key }] of Object.entries({
    server: authority.issue("Example server", { hosts: ["localhost"] }),
    client: authority.issue("Ann"),
  })) {
    writeFileSync(join(folder, `${who}-cert.pem`), cert);
    writeFileSync(join(folder, `${who}-key.pem`), key);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

async function endOf(program: Program): Promise<number> {
  const timer = setTimeout(() => program.kill("SIGKILL"), RUN_MS);
  try {
    return await program.ends();
  } finally {
    clearTimeout(timer);
  }
}
