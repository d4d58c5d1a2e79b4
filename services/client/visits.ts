import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";

/** One visit: the visitor, the thing to store and the thing to take. An empty string skips the step. */
export interface Visit {
  readonly visitor: string;
  readonly store: string;
  readonly take: string;
}

const KEYS = ["visitor", "store", "take"] as const;

/**
 * Reads a file of visits: a list of `visitor`, `store` and `take`.
 *
 * @throws {Error} if the file is invalid. The message names the file, and the line or visit.
 */
export function readVisits(path: string): Visit[] {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(`${path}:${lines.linePos(problem.pos[0]).line}: ${problem.message}`);
  const entries: unknown = document.toJS();
  if (!Array.isArray(entries)) throw new Error(`${path}: must be a list of visits`);
  return entries.map((entry: unknown, at): Visit => {
    const where = `${path}: visit ${at + 1}`;
    if (typeof entry !== "object" || entry === null) throw new Error(`${where}: must have a visitor`);
    const unknown = Object.keys(entry).find((key) => !(KEYS as readonly string[]).includes(key));
    if (unknown !== undefined) throw new Error(`${where}: unknown key '${unknown}'; known are ${KEYS.join(", ")}`);
    const text = (key: (typeof KEYS)[number]): string => {
      const value: unknown = (entry as Record<string, unknown>)[key] ?? "";
      if (typeof value !== "string") throw new Error(`${where}: ${key} must be text`);
      return value;
    };
    if (text("visitor") === "") throw new Error(`${where}: visitor is missing`);
    return { visitor: text("visitor"), store: text("store"), take: text("take") };
  });
}
