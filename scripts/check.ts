/**
 * Everything that must hold before a commit, one line a step: `npm run check`. Two steps run at a time; one that fails
 * shows what its tool said, and the others go on. The last line counts the tests.
 */
import { stripVTControlCharacters } from "node:util";
import { commandStep, runSteps, type Step, secondsSince } from "./steps.ts";

const AT_A_TIME = 2;

const counted = { passed: 0, failed: 0, skipped: 0 };

/** Vitest's own count of the tests in its output, added to the sum; "" for other tools. */
function countTests(output: string): string {
  const line = /^\s*Tests\s+(.*?)\s*\(\d+\)$/m.exec(stripVTControlCharacters(output))?.[1] ?? "";
  for (const [, number, what] of line.matchAll(/(\d+) (passed|failed|skipped)/g)) {
    counted[what as keyof typeof counted] += Number(number);
  }
  return line;
}

/** The slow ones come first, so that none is waited for alone. */
const STEPS: readonly Step[] = [
  commandStep("types", ["tsc", "-p", "."]),
  commandStep("architecture and unit", ["vitest", "run", "--project", "unit", "--reporter", "minimal"], (output) =>
    countTests(output),
  ),
  commandStep("format and lint", ["biome", "check", "--error-on-warnings", "."]),
  commandStep("promises and switches", ["oxlint", "--type-aware", "--deny-warnings"]),
];

const began = performance.now();
const { failed } = await runSteps(STEPS, AT_A_TIME);
console.log(failed.length === 0 ? `all is well after ${secondsSince(began)}` : `not well: ${failed.join(", ")}`);
const skipped = counted.skipped > 0 ? `, ${counted.skipped} skipped` : "";
console.log(`tests: ${counted.passed} passed, ${counted.failed} failed${skipped}`);
process.exitCode = failed.length === 0 ? 0 : 1;
