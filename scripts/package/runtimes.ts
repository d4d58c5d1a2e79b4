/** The installed package, used: a daemon and a proxy in one program, in each runtime that is supported. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, runCommand, type Step } from "../steps.ts";
import { CACHE, install, installedPackages, makeProject } from "./projects.ts";

/** A plain `npm install pyro-ts` brings no more packages, itself included. */
const MOST_PACKAGES = 5;

/** Prints `ok` if values, an exception and an item stream arrive. */
const PROGRAM = `
import { deepStrictEqual } from "node:assert";
import { Daemon, expose, proxy, remote } from "pyro-ts";

class Warehouse {
  static {
    expose(this, { methods: { store: "store(name, item)", take: "take(name, item)", listContents: "list_contents()", count: "count(to)" } });
  }
  contents = ["chair", "bike"];
  store(name, item) { this.contents.push(item); return name + " stored the " + item; }
  take(name, item) { throw new RangeError("there is no " + item); }
  listContents() { return this.contents; }
  *count(to) { for (let n = 1; n <= to; n++) yield n; }
}

const daemon = await Daemon.listen({ host: "127.0.0.1" });
const uri = daemon.register(new Warehouse());
for (const serializer of ["serpent", "json", "marshal", "msgpack"]) {
  const warehouse = proxy(uri, { serializer });
  deepStrictEqual(await warehouse.store("Janet", serializer), "Janet stored the " + serializer);
  const failure = await warehouse.take("Janet", "couch").then(() => undefined, (error) => error);
  deepStrictEqual(failure?.message, "there is no couch");
  const numbers = [];
  for await (const n of await warehouse.count(3)) numbers.push(n);
  deepStrictEqual(numbers.map(Number), [1, 2, 3]);
  await remote(warehouse).release();
}
const warehouse = proxy(uri);
deepStrictEqual(await warehouse.list_contents(), ["chair", "bike", "serpent", "json", "marshal", "msgpack"]);
await remote(warehouse).release();
await daemon.close();
console.log("ok");
`;

interface Runtime {
  readonly name: string;
  /** A package with a program of the same name, installed into the cache; undefined: it is installed with us. */
  readonly tool?: { readonly package: string; readonly version: string };
  readonly command: readonly string[];
}

function programOf(tool: NonNullable<Runtime["tool"]>): string {
  return join(CACHE, "tools", `${tool.package}-${tool.version}`, "node_modules", ".bin", tool.package);
}

/** Installs the runtime unless it is in the cache. */
async function provide(tool: NonNullable<Runtime["tool"]>): Promise<void> {
  const folder = join(CACHE, "tools", `${tool.package}-${tool.version}`);
  const done = join(folder, "done");
  if (existsSync(done)) return;
  mkdirSync(folder, { recursive: true });
  // These packages get their program in an install script.
  const manifest = { private: true, allowScripts: { [tool.package]: true } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  await install(folder, [`${tool.package}@${tool.version}`]);
  const { ok, output } = await runCommand(programOf(tool), ["--version"]);
  if (!ok) throw new Error(`${tool.package}@${tool.version} does not run here: ${output}`);
  writeFileSync(done, "");
}

/** @param lowest the oldest Node of `engines`: `22.13` */
function runtimes(lowest: string): readonly Runtime[] {
  const node = { package: "node", version: `${lowest}.0` };
  const bun = { package: "bun", version: "1.4.5" };
  const deno = { package: "deno", version: "2.9.6" };
  return [
    { name: `Node ${node.version}`, tool: node, command: [programOf(node)] },
    { name: `Node ${process.versions.node}`, command: [process.execPath] },
    { name: `Bun ${bun.version}`, tool: bun, command: [programOf(bun)] },
    {
      name: `Deno ${deno.version}`,
      tool: deno,
      command: [programOf(deno), "run", "--no-prompt", "--allow-net", "--allow-env", "--allow-read", "--allow-sys"],
    },
  ];
}

async function use({ name, tool, command }: Runtime): Promise<Outcome> {
  try {
    if (tool !== undefined) await provide(tool);
  } catch (error) {
    return { ok: undefined, output: "", note: error instanceof Error ? error.message : String(error) };
  }
  const folder = await makeProject(name.toLowerCase().replace(" ", "-"), { "use.js": PROGRAM });
  const [program = "", ...args] = command;
  const { ok, output } = await runCommand(program, [...args, "use.js"], { cwd: folder });
  const packages = installedPackages(folder);
  if (packages.length > MOST_PACKAGES) {
    return { ok: false, output: `more than ${MOST_PACKAGES} packages are installed: ${packages.join(", ")}` };
  }
  const works = ok && output === "ok\n";
  return { ok: works, output, note: `packages installed: ${packages.length} (${packages.join(", ")})` };
}

/** One step per runtime. */
export function runtimeSteps(lowest: string): readonly Step[] {
  return runtimes(lowest).map((runtime) => ({ name: runtime.name, run: () => use(runtime) }));
}

/** The programs of the package, and what a Node says that is too old for it. */
export function programSteps(lowest: string): readonly Step[] {
  const old = { package: "node", version: "20.19.0" };
  const runAll = async (program: string): Promise<readonly { ok: boolean; output: string }[]> => {
    const folder = await makeProject("programs", {
      "import.js": 'await import("pyro-ts").catch((e) => console.log(e.message));',
    });
    const bin = join(folder, "node_modules", "pyro-ts", "dist", "cli");
    const commands = [[join(bin, "ns.js"), "-h"], [join(bin, "nsc.js"), "-h"], ["import.js"]];
    const outcomes = [];
    for (const args of commands) outcomes.push(await runCommand(program, args, { cwd: folder }));
    return outcomes;
  };
  return [
    {
      name: "programs, and old Node",
      async run(): Promise<Outcome> {
        const now = await runAll(process.execPath);
        const usage = now.slice(0, 2).every(({ ok, output }) => ok && output.startsWith("usage: pyro-ns"));
        const output = now.map((one) => one.output).join("\n");
        if (!usage) return { ok: false, output };
        try {
          await provide(old);
        } catch (error) {
          return { ok: undefined, output: "", note: error instanceof Error ? error.message : String(error) };
        }
        const expected = `pyro-ts needs Node ${lowest} or newer; this is Node ${old.version}\n`;
        const refusals = await runAll(programOf(old));
        const refused = refusals.every((one) => one.output === expected);
        return { ok: refused, output: refusals.map((one) => one.output).join("\n"), note: expected.trim() };
      },
    },
  ];
}
