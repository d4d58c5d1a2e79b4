/**
 * Large buffers that serve again. Memory that is new to the process costs far more than what is done with it: the system
 * hands it out page by page, which for 11 MiB takes 6 ms, and copying them 1 ms.
 */
import { Buffer } from "node:buffer";

const SMALLEST_BYTES = 64 << 10;
const LARGEST_BYTES = 16 << 20;
const MOST_SPARES = 3;
const KEEP_MS = 5_000;

let spares: Buffer[] = [];
let watched = false;
let used = false;

/** A buffer of at least `size` bytes, whatever is in them. Give it back when nobody looks at it any more. */
export function takeBuffer(size: number): Buffer {
  return takeSpare(size) ?? Buffer.allocUnsafeSlow(size);
}

/** The same, but only if it costs no new memory. */
export function takeSpare(size: number): Buffer | undefined {
  used = true;
  let best = -1;
  for (let at = 0; at < spares.length; at++) {
    const length = spares[at]?.length ?? 0;
    if (length >= size && (best < 0 || length < (spares[best]?.length ?? 0))) best = at;
  }
  const [spare] = best < 0 ? [] : spares.splice(best, 1);
  return spare;
}

/** Leaves a buffer to whoever needs one next; after a while without use it is dropped. */
export function giveBuffer(buffer: Buffer): void {
  if (buffer.length < SMALLEST_BYTES || buffer.length > LARGEST_BYTES) return;
  spares.push(buffer);
  if (spares.length > MOST_SPARES) spares = spares.sort((a, b) => b.length - a.length).slice(0, MOST_SPARES);
  if (watched) return;
  watched = true;
  setTimeout(tidy, KEEP_MS).unref();
}

function tidy(): void {
  if (!used) spares = [];
  watched = used;
  used = false;
  if (watched) setTimeout(tidy, KEEP_MS).unref();
}
