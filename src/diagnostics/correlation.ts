import { Buffer } from "node:buffer";

/**
 * Creates a correlation id: a random UUID (version 4) as 16 bytes, written to `id` if provided. The id only
 * distinguishes calls in logs and has no security purpose, so `Math.random` is sufficient. Loading `node:crypto` would
 * add 6 ms to the start of every program.
 */
export function newCorrelationId(id: Uint8Array = new Uint8Array(16)): Uint8Array {
  for (let offset = 0; offset < 16; offset += 4) {
    const random = (Math.random() * 0x1_0000_0000) >>> 0;
    id[offset] = random >>> 24;
    id[offset + 1] = random >>> 16;
    id[offset + 2] = random >>> 8;
    id[offset + 3] = random;
  }
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}

/** Formats a correlation id as UUID text, `01234567-89ab-...`. */
export function correlationText(id: Uint8Array): string {
  return Buffer.from(id)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
