import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** What a warehouse holds cannot be read, or not be kept. */
export class StockError extends Error {
  override readonly name = "StockError";
}

/** The things of a warehouse in a file, so that they outlive the program. */
export interface Stock {
  readonly contents: readonly string[];
  /** Replaces what the file holds, all of it or nothing. @throws {StockError} when it cannot be written. */
  save(contents: readonly string[]): void;
}

/**
 * Opens the file; without one, the warehouse begins with `initial`.
 *
 * @throws {StockError} for a file that holds something else.
 */
export function openStock(path: string, initial: readonly string[]): Stock {
  return { contents: read(path) ?? initial, save: (contents) => write(path, contents) };
}

function read(path: string): string[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new StockError(`cannot read what the warehouse holds: ${(error as Error).message}`, { cause: error });
  }
  const contents = parsed(text);
  if (Array.isArray(contents) && contents.every((thing) => typeof thing === "string")) return contents;
  throw new StockError(`${path} is no JSON list of texts: repair it, or move it away to begin anew`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** By way of a second file: a power cut leaves the one or the other, never half of one. */
function write(path: string, contents: readonly string[]): void {
  try {
    const file = openSync(`${path}.new`, "w");
    try {
      writeFileSync(file, `${JSON.stringify(contents)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw new StockError(`the warehouse cannot keep what it holds: ${(error as Error).message}`, { cause: error });
  }
}
