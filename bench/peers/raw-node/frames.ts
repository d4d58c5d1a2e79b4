/**
 * The frames of the floors, in `raw-c/raw.c` too: u32be length of the rest, u8 what it is, the rest. A request and a reply
 * are as long as Pyro5's for the same call.
 */
import { Buffer } from "node:buffer";

export const REQUEST_BYTES = 97;
export const REPLY_BYTES = 112;
export const HEAD_BYTES = 5;

/** Answered with a reply. */
export const LIST = 0x4c;
/** Sent back as it is. */
export const ECHO = 0x45;

/** A frame of `size` bytes in all. */
export function frame(size: number, what: number, fill: string | number): Buffer {
  const made = Buffer.alloc(size, fill);
  made.writeUInt32BE(size - 4, 0);
  made[4] = what;
  return made;
}

/** The same bytes `times` times, so that many frames leave in one write. */
export function repeated(bytes: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}
