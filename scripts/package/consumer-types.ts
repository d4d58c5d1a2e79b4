/** TypeScript projects that import the installed package. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, ROOT, runCommand, type Step } from "../steps.ts";
import { makeProject } from "./projects.ts";

const PROGRAM = `
import { Daemon, expose, proxy, type Remote, remote, serve, type URI } from "pyro-ts";

interface Warehouse {
  listContents(): string[];
  store(name: string, item: string): void;
}
class Shelf implements Warehouse {
  static {
    expose(this, { methods: { listContents: "list_contents()", store: "store(name, item)" } });
  }
  #contents: string[] = [];
  listContents(): string[] {
    return this.#contents;
  }
  store(_name: string, item: string): void {
    this.#contents.push(item);
  }
}

export async function main(): Promise<string[]> {
  await using daemon = await Daemon.listen({ host: "127.0.0.1" });
  const uri: URI = daemon.register(new Shelf());
  const warehouse: Remote<Warehouse> = proxy<Warehouse>(uri);
  await warehouse.store("Janet", "television");
  // @ts-expect-error: the package has types, which refuse this
  await warehouse.store(1, 2, 3, 4);
  const contents: string[] = await warehouse.listContents();
  await remote(warehouse).release();
  return contents;
}
export { serve };
`;

const RESOLUTIONS = {
  NodeNext: { module: "nodenext" },
  Bundler: { module: "esnext", moduleResolution: "bundler" },
};

/** The newest TypeScript, and the last one with a JavaScript API. */
const COMPILERS = {
  "TypeScript 7": join(ROOT, "node_modules", "typescript", "bin", "tsc"),
  "TypeScript 6": join(ROOT, "scripts", "reference", "node_modules", "typescript", "bin", "tsc"),
};

async function compile(): Promise<Outcome> {
  const types = `@types/node@${process.versions.node.split(".")[0]}`;
  const folder = await makeProject("types", { "main.ts": PROGRAM }, [types]);
  const failures: string[] = [];
  let compiled = 0;
  for (const [compiler, tsc] of Object.entries(COMPILERS)) {
    for (const [resolution, options] of Object.entries(RESOLUTIONS)) {
      for (const skipLibCheck of [false, true]) {
        const tsconfig = {
          compilerOptions: {
            ...options,
            target: "es2022",
            strict: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            noEmit: true,
            skipLibCheck,
          },
          files: ["main.ts"],
        };
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
        const { ok, output } = await runCommand(process.execPath, [tsc, "-p", "."], { cwd: folder });
        compiled++;
        if (!ok) failures.push(`${compiler}, ${resolution}, skipLibCheck ${skipLibCheck}:\n${output}`);
      }
    }
  }
  const note = `${compiled} projects: TypeScript 7 and 6, NodeNext and Bundler, with and without skipLibCheck`;
  return { ok: failures.length === 0, output: failures.join("\n"), note };
}

export const typesStep: Step = { name: "types for consumers", run: compile };
