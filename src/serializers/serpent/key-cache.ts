import type { Buffer } from "node:buffer";

/**
 * A cache of dict keys, found by their bytes, because keys are often repeated. It saves decoding them, and looking them
 * up in V8's string table, since cached keys are internalized. Both tables contain at most a few hundred short strings.
 */
const ascii: (string | undefined)[] = new Array<undefined>(1024).fill(undefined);
const wide: ({ readonly bytes: Uint8Array; readonly text: string } | undefined)[] = new Array<undefined>(256).fill(
  undefined,
);

/** The text of an ASCII range. `hash` is any number computed from its bytes. */
export function asciiKey(bytes: Buffer, from: number, to: number, hash: number): string {
  const slot = hash & 1023;
  const cached = ascii[slot];
  if (cached !== undefined && cached.length === to - from) {
    let at = from;
    while (at < to && cached.charCodeAt(at - from) === bytes[at]) at++;
    if (at === to) return cached;
  }
  // Decoded separately: a slice of a larger text would keep that text in memory.
  const text = bytes.toString("latin1", from, to);
  ascii[slot] = text;
  return text;
}

/** The text of any other range. */
export function wideKey(bytes: Buffer, from: number, to: number, hash: number): string {
  const slot = hash & 255;
  const cached = wide[slot];
  if (cached !== undefined && cached.bytes.length === to - from) {
    let at = from;
    while (at < to && cached.bytes[at - from] === bytes[at]) at++;
    if (at === to) return cached.text;
  }
  const text = bytes.toString("utf8", from, to);
  wide[slot] = { bytes: new Uint8Array(bytes.subarray(from, to)), text };
  return text;
}
