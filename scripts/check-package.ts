/**
 * Whether the package can be published: `npm run check:package`. It is packed, checked by the tools of others, and
 * installed and used in empty projects. `-- --update` accepts the present sizes and the present public API.
 *
 * Runtimes are installed into `.cache/check-package`, which needs the npm registry the first time. One that cannot be
 * installed is skipped, and said so; with CI set, a skipped step is a failure.
 */
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { typesStep } from "./package/consumer-types.ts";
import type { Manifest } from "./package/manifest.ts";
import { CACHE, TARBALL } from "./package/projects.ts";
import { programSteps, runtimeSteps } from "./package/runtimes.ts";
import { sizeStep } from "./package/size.ts";
import { commandStep, type Outcome, ROOT, runCommand, runSteps, type Step, secondsSince } from "./steps.ts";

const AT_A_TIME = 2;

const update = process.argv.includes("--update");
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
const lowest = manifest.engines.node.slice(">=".length);

const pack: Step = {
  name: "build and pack",
  async run(): Promise<Outcome> {
    mkdirSync(CACHE, { recursive: true });
    const built = await runCommand("node", ["scripts/build.ts"]);
    if (!built.ok) return built;
    const { ok, output } = await runCommand("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", CACHE]);
    if (!ok) return { ok, output };
    const packed: unknown = JSON.parse(output);
    // An array in older versions of npm, an object by name in newer ones.
    const [{ filename, size, entryCount }] = Object.values(packed as object) as [
      { filename: string; size: number; entryCount: number },
    ];
    renameSync(join(CACHE, filename), TARBALL);
    return { ok, output, note: `${filename}: ${(size / 1_024).toFixed(0)} KiB, ${entryCount} files` };
  },
};

/** The slow ones come first. */
const STEPS: readonly Step[] = [
  typesStep,
  commandStep("documentation", ["node", "scripts/reference/docs.ts"]),
  ...runtimeSteps(lowest),
  ...programSteps(lowest),
  commandStep("public API", ["node", "scripts/reference/api-report.ts", ...(update ? ["--update"] : [])], (output) =>
    output.trim().split("\n").slice(-1).join(""),
  ),
  sizeStep(manifest, update),
  commandStep("attw", ["attw", "--profile", "esm-only", "--format", "ascii", "--no-emoji", TARBALL]),
  commandStep("publint", ["publint", "run", "--strict", TARBALL]),
  commandStep("knip", ["knip", "--no-progress"]),
];

const began = performance.now();
const packed = await runSteps([pack], 1);
const rest = packed.failed.length === 0 ? await runSteps(STEPS, AT_A_TIME) : { failed: [], skipped: [] };
const failed = [...packed.failed, ...rest.failed, ...(process.env["CI"] === undefined ? [] : rest.skipped)];
if (rest.skipped.length > 0) console.log(`SKIPPED, so not checked: ${rest.skipped.join(", ")}`);
console.log(failed.length === 0 ? `all is well after ${secondsSince(began)}` : `not well: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
