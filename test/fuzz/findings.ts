/** Inputs that once brought something about, kept as vectors: a file each. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Input } from "./engine.ts";
import type { Told } from "./orders.ts";

const FOLDER = new URL("findings/", import.meta.url);

export interface Kept {
  readonly format: string;
  /** What the input brought about when it was found. */
  readonly found: string;
  /** "accepted", or the code of the refusal: what comes of it now. Left out as long as it is not mended. */
  readonly outcome?: string;
  readonly seed: number;
  readonly index: number;
  readonly variant: number;
  readonly base64: string;
}

/** All that were found so far, by the names of their files. */
export function keptFindings(): ReadonlyMap<string, Kept> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return new Map(names.sort().map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Kept]));
}

export function inputIn({ base64, variant }: Kept): Input {
  return { bytes: Buffer.from(base64, "base64"), variant };
}

/** Keeps a finding; gives the name of its file. What no single input brought about is not kept. */
export function keep({ format, seed, index, variant, bytes, problem }: Told): string | undefined {
  if (bytes.length === 0) return undefined;
  const base64 = Buffer.from(bytes).toString("base64");
  const name = `${format}-${createHash("sha256").update(base64).digest("hex").slice(0, 8)}.json`;
  write(name, { format, found: `${problem.kind}: ${problem.message}`, seed, index, variant, base64 });
  return name;
}

export function write(name: string, finding: Kept): void {
  writeFileSync(new URL(name, FOLDER), `${JSON.stringify(finding, undefined, 2)}\n`);
}
