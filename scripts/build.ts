/**
 * `npm run build`: the package as it is published. The library and the programs are bundled into a few files, as each
 * module costs a program 0.3 ms of its start (`pyro-ns` answers after 58 ms, where 75 files took 95); the types are not.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { entriesOf, type Manifest } from "./package/manifest.ts";
import { nodeCheck } from "./package/node-check.ts";
import { publishTypes } from "./package/publish-types.ts";

const ROOT = join(import.meta.dirname, "..");
const OUT = join(ROOT, "dist");

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
const entries = entriesOf(manifest);

rmSync(OUT, { recursive: true, force: true });
await build({
  cwd: ROOT,
  input: Object.fromEntries(entries.map(({ name }) => [name, `src/${name}.ts`])),
  platform: "node",
  // `await using` is newer than the oldest Node that `engines` allows.
  transform: { target: "node22" },
  // What is installed with us stays a package of its own.
  external: [/^node:/, ...Object.keys(manifest.dependencies)],
  output: {
    dir: OUT,
    format: "esm",
    chunkFileNames: "shared/[name].js",
    sourcemap: true,
    // The first import of an entry is evaluated first: an old Node fails with the reason, not with what it lacks.
    banner: ({ isEntry, name }) => {
      if (!isEntry) return "";
      return name.startsWith("cli/")
        ? 'import "./node-version.js";'
        : `import "${"../".repeat(name.split("/").length - 1) || "./"}node-version.js";`;
    },
  },
  logLevel: "warn",
});
writeFileSync(join(OUT, "node-version.js"), nodeCheck(manifest.engines.node, "throw"));
writeFileSync(join(OUT, "cli", "node-version.js"), nodeCheck(manifest.engines.node, "exit"));

execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: ROOT,
  stdio: "inherit",
});
publishTypes(
  OUT,
  entries.filter(({ program }) => !program).map(({ name }) => `${name}.d.ts`),
);
