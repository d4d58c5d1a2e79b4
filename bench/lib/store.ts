/** Raw results, in `.cache/bench`: each sample of a run, and its report. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./options.ts";
import { CACHE } from "./places.ts";
import type { Results } from "./results.ts";

export function saveResults(name: string, results: Results, report: string): void {
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(join(CACHE, `${name}.json`), JSON.stringify(results));
  writeFileSync(join(CACHE, `${name}.md`), report);
}

/** @throws {UsageError} when there is no such run. */
export function loadResults(name: string): Results {
  try {
    return JSON.parse(readFileSync(join(CACHE, `${name}.json`), "utf8")) as Results;
  } catch (error) {
    throw new UsageError(`there is no run ${name} in .cache/bench`, { cause: error });
  }
}
