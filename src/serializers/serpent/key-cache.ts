import type { Buffer } from "node:buffer";

/**
 * Keys recur: what was a key before is found again by its bytes. That saves decoding it, and as it is an internal
 * string of the engine by then, also the search for its twin. Both tables hold a few hundred short strings at most.
 */
const ascii: (string | undefined)[] = new Array<undefined>(1024).fill(undefined);
const wide: ({ readonly bytes: Uint8Array; readonly text: string } | undefined)[] = new Array<undefined>(256).fill(
  undefined,
);

/** The text of a range of ASCII; `hash` is any number that depends on its bytes. */
export function asciiKey(bytes: Buffer, from: number, to: number, hash: number): string {
  const slot = hash & 1023;
  const known = ascii[slot];
  if (known !== undefined && known.length === to - from) {
    let at = from;
    while (at < to && known.charCodeAt(at - from) === bytes[at]) at++;
    if (at === to) return known;
  }
  // Decoded by itself: a part of a larger text would keep all of that in memory.
  const text = bytes.toString("latin1", from, to);
  ascii[slot] = text;
  return text;
}

/** The same for any other range. */
export function wideKey(bytes: Buffer, from: number, to: number, hash: number): string {
  const slot = hash & 255;
  const known = wide[slot];
  if (known !== undefined && known.bytes.length === to - from) {
    let at = from;
    while (at < to && known.bytes[at - from] === bytes[at]) at++;
    if (at === to) return known.text;
  }
  const text = bytes.toString("utf8", from, to);
  wide[slot] = { bytes: new Uint8Array(bytes.subarray(from, to)), text };
  return text;
}
