import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Program } from "../support/program.ts";
import { startPython, whyNoPython } from "../support/python.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
let folder: string;
let env: Record<string, string>;

/** The code of the README, as pasted: files by the name in their first line. */
function programs(): Map<string, string> {
  return new Map(
    [...README.matchAll(/```ts\n(\/\/ (\S+\.ts)\n[\s\S]*?)```/g)].map(([, code = "", name = ""]) => [name, code]),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

beforeAll(async () => {
  // What `npm ci` does: the pasted programs import the package, and so what is built of it.
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
    cwd: ROOT,
  });
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  folder = mkdtempSync(join(ROOT, ".cache/readme-"));
  for (const [name, code] of programs()) writeFileSync(join(folder, name), code);
  env = { PYRO_NS_PORT: String(await freePort()) };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (name: string): Program => Program.node(join(folder, name), [], { env });

test.skipIf(whyNoPython() !== undefined)(
  "the README's programs do what it says, and its Python lines too",
  async () => {
    expect([...programs().keys()]).toEqual(["warehouse.ts", "visit.ts", "nameserver.ts"]);
    await using names = start("nameserver.ts");
    await names.wrote(/^URI = PYRO:Pyro\.NameServer@localhost:\d+$/m);
    await using warehouse = start("warehouse.ts");
    await warehouse.wrote(/^Pyro daemon running\.$/m);
    await warehouse.wrote(/is registered with/);
    await using visit = start("visit.ts");
    expect(await visit.ends(), visit.stderr).toBe(0);
    expect(visit.stdout).toBe("[ 'chair', 'bike', 'flashlight', 'laptop', 'television' ]\n");
    expect(README).toContain(visit.stdout.trim());
    expect(warehouse.stdout).toMatch(/Janet stored the television\.\nJanet took the couch\.\n/);

    const python = /```python\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
    await using henry = await startPython(5, ["-c", python], { env });
    expect((await henry.line(/^\[.*\]$/))[0]).toBe("['chair', 'bike', 'flashlight', 'laptop', 'television', 'bricks']");
    const pyro4 = python.replace("import Pyro5.api", "import Pyro4").replace("Pyro5.api.Proxy", "Pyro4.Proxy");
    await using again = await startPython(4, ["-c", pyro4], { env });
    expect((await again.line(/^\[.*\]$/))[0]).toContain("'bricks', 'bricks'");

    warehouse.kill("SIGTERM");
    expect(await warehouse.ends()).toBe(0);
    names.kill("SIGINT");
    expect(await names.ends()).toBe(0);
  },
);
