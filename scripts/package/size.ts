/** What each entry weighs, minified and compressed, against its budget. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "rolldown";
import { type Outcome, ROOT, type Step } from "../steps.ts";
import { entriesOf, type Manifest } from "./manifest.ts";

const BUDGET = join(import.meta.dirname, "size-budget.json");
const TOLERANCE = 0.05;

interface Budget {
  readonly comment: string;
  readonly bytes: Readonly<Record<string, number>>;
}

/** Bytes of an entry with all its chunks, without the packages that are installed with us. */
async function weigh(path: string, dependencies: readonly string[]): Promise<number> {
  const { output } = await build({
    input: join(ROOT, "dist", path),
    platform: "node",
    external: [/^node:/, ...dependencies],
    output: { format: "esm", minify: true, codeSplitting: false },
    write: false,
    logLevel: "silent",
  });
  return output.reduce((sum, one) => sum + (one.type === "chunk" ? gzipSync(one.code, { level: 9 }).length : 0), 0);
}

async function compare(manifest: Manifest, update: boolean): Promise<Outcome> {
  const bytes: Record<string, number> = {};
  for (const { name, specifier } of entriesOf(manifest)) {
    bytes[specifier] = await weigh(`${name}.js`, Object.keys(manifest.dependencies));
  }
  const budget = JSON.parse(readFileSync(BUDGET, "utf8")) as Budget;
  if (update) writeFileSync(BUDGET, `${JSON.stringify({ ...budget, bytes }, undefined, 2)}\n`);
  const allowed = update ? bytes : budget.bytes;
  const problems = Object.entries(bytes).flatMap(([entry, size]) => {
    const most = allowed[entry];
    if (most === undefined) return [`${entry}: ${size} bytes, and there is no budget for it`];
    return size > most * (1 + TOLERANCE) ? [`${entry}: ${size} bytes; the budget is ${most}, and 5 % more`] : [];
  });
  for (const entry of Object.keys(allowed)) if (!(entry in bytes)) problems.push(`${entry}: a budget without an entry`);
  const note = Object.entries(bytes)
    .map(([entry, size]) => `${entry} ${(size / 1_024).toFixed(1)} KiB`)
    .join(", ");
  const advice = "If that is intended: npm run check:package -- --update";
  return { ok: problems.length === 0, output: [...problems, advice].join("\n"), note };
}

export function sizeStep(manifest: Manifest, update: boolean): Step {
  return { name: "size", run: () => compare(manifest, update) };
}
