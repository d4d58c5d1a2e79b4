import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";

const POOL = Buffer.allocUnsafeSlow(4096);
let used = POOL.length;

/** A new correlation id: a random uuid (version 4) as 16 bytes. */
export function newCorrelationId(): Uint8Array {
  if (used === POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const id = Buffer.from(POOL.subarray(used, used + 16));
  used += 16;
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}

/** A correlation id in the usual writing, `01234567-89ab-...`. */
export function correlationText(id: Uint8Array): string {
  return Buffer.from(id)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
