import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** The file with the warehouse's contents cannot be read or written. */
export class StockError extends Error {
  override readonly name = "StockError";
}

/** A warehouse's contents in a file, kept across restarts. */
export interface Stock {
  readonly contents: readonly string[];
  /** Replaces the file atomically. @throws {StockError} if it cannot be written. */
  save(contents: readonly string[]): void;
}

/**
 * Opens the file. If it does not exist, the contents are `initial`.
 *
 * @throws {StockError} if the file is not a JSON list of strings.
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

/** Writes a second file and renames it, so that a power failure never leaves a partial file. */
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
