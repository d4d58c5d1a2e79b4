/**
 * `npm run fuzz -- [--inputs N] [--seed S] [--only serpent,daemon] [--replay]`: bad input for everything that reads what
 * others send. The same seed gives the same inputs. Ends with 1 when anything was found; findings are kept as vectors.
 */
import { parseArgs } from "node:util";
import { outcomeOf } from "./engine.ts";
import { inputIn, keep, keptFindings, write } from "./findings.ts";
import type { Format, Target } from "./format.ts";
import { FORMATS } from "./formats.ts";
import { Problem } from "./judge.ts";
import { outcomesText, table } from "./report.ts";
import { type Result, watched } from "./watch.ts";

const INPUTS = 2_000_000;
const SHARES = 1_000;

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} ${text}: a whole number is needed`);
  return Number(text);
}

function chosen(only: string | undefined): readonly Format[] {
  if (only === undefined) return FORMATS;
  return only.split(",").map((name) => {
    const found = FORMATS.find((one) => one.name === name);
    if (found === undefined)
      throw new Error(`--only ${name}: no such format; ${FORMATS.map((one) => one.name).join(", ")}`);
    return found;
  });
}

async function fuzz(formats: readonly Format[], inputs: number, seed: number): Promise<boolean> {
  const shares = formats.reduce((sum, { share }) => sum + share, 0);
  const results: [string, Result][] = [];
  console.log(`seed ${seed}, ${inputs} inputs of ${formats.length} formats`);
  for (const format of formats) {
    const result = await watched(format, seed, Math.ceil((inputs * format.share) / shares));
    results.push([format.name, result]);
    console.log(outcomesText(format.name, result));
    for (const finding of result.findings) {
      const file = keep(finding);
      console.log(`  FOUND ${finding.problem.kind} by input ${finding.index}: ${finding.problem.message}`);
      console.log(`    ${file ?? "not kept"}, ${finding.bytes.length} bytes\n${finding.problem.stack}`);
    }
  }
  console.log(`\n${table(results)}`);
  return results.every(([, { findings }]) => findings.length === 0);
}

/** Reads every finding again, and notes what comes of it now. */
async function replay(formats: readonly Format[]): Promise<boolean> {
  const targets = new Map<string, Target>();
  let good = true;
  for (const [name, finding] of keptFindings()) {
    const format = formats.find((one) => one.name === finding.format);
    if (format === undefined) continue;
    const target = targets.get(format.name) ?? (await format.open());
    targets.set(format.name, target);
    const started = performance.now();
    const outcome = await outcomeOf(target, inputIn(finding)).catch((problem: unknown) => problem);
    console.log(`${name}: ${String(outcome)}, ${Math.round(performance.now() - started)} ms`);
    if (outcome instanceof Problem) good = false;
    else write(name, { ...finding, outcome: String(outcome) });
  }
  for (const target of targets.values()) await target.close?.();
  return good;
}

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: String(INPUTS) },
    seed: { type: "string", default: String(Date.now() % SHARES) },
    only: { type: "string" },
    replay: { type: "boolean", default: false },
  },
});
const formats = chosen(values.only);
const good = values.replay
  ? await replay(formats)
  : await fuzz(formats, wholeNumber("inputs", values.inputs), wholeNumber("seed", values.seed));
process.exitCode = good ? 0 : 1;
