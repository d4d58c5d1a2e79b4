/**
 * Everything that must hold before a commit, one line a step: `npm run check`. Two steps run at a time; one that fails
 * shows what its tool said, and the others go on. The last line counts the tests.
 */
import type { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { stripVTControlCharacters, styleText } from "node:util";

const ROOT = join(import.meta.dirname, "..");
const AT_A_TIME = 2;

/** Names and what they run. The slow ones come first, so that none is waited for alone. */
const STEPS: readonly (readonly [string, ...string[]])[] = [
  ["types", "tsc", "-p", "."],
  ["architecture and unit", "vitest", "run", "--project", "unit", "--reporter", "minimal"],
  ["format and lint", "biome", "check", "--error-on-warnings", "."],
  ["promises and switches", "oxlint", "--type-aware", "--deny-warnings"],
];

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

function run(tool: string, args: readonly string[]): Promise<Outcome> {
  const path = [join(ROOT, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: path, NO_COLOR: "1" };
  delete env["FORCE_COLOR"];
  return new Promise((resolve) => {
    const child = spawn(tool, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (text: Buffer): void => {
      output += text.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ ok: false, output: `cannot run ${tool}: ${error.message}\n` }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

const counted = { passed: 0, failed: 0, skipped: 0 };

/** Vitest's own count of the tests in its output, added to the sum; "" for other tools. */
function countTests(output: string): string {
  const line = /^\s*Tests\s+(.*?)\s*\(\d+\)$/m.exec(stripVTControlCharacters(output))?.[1] ?? "";
  for (const [, number, what] of line.matchAll(/(\d+) (passed|failed|skipped)/g)) {
    counted[what as keyof typeof counted] += Number(number);
  }
  return line;
}

function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1_000).toFixed(1)} s`;
}

const began = performance.now();
const waiting = [...STEPS];
const failed: string[] = [];

async function work(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const [name, tool = "", ...args] = step;
    const start = performance.now();
    const { ok, output } = await run(tool, args);
    const mark = ok ? styleText("green", "ok    ") : styleText("red", "FAILED");
    console.log(`${mark} ${name.padEnd(22)} ${secondsSince(start).padStart(7)}  ${countTests(output)}`.trimEnd());
    if (ok) continue;
    failed.push(name);
    console.log(`\n$ ${[tool, ...args].join(" ")}\n${output}`);
  }
}

await Promise.all(Array.from({ length: AT_A_TIME }, work));
console.log(failed.length === 0 ? `all is well after ${secondsSince(began)}` : `not well: ${failed.join(", ")}`);
const skipped = counted.skipped > 0 ? `, ${counted.skipped} skipped` : "";
console.log(`tests: ${counted.passed} passed, ${counted.failed} failed${skipped}`);
process.exitCode = failed.length === 0 ? 0 : 1;
