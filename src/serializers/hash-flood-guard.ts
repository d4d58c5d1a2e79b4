/**
 * Detects numbers that a peer chose so that their hashes collide. V8 hashes numbers without a secret seed (strings have
 * one): 20,000 numbers in one bucket of a Map take a second, 100,000 take half a minute.
 */

/** Up to this count, collisions cost little. */
const HARMLESS_COUNT = 1_024;
const BUCKETS = 4_096;

/** Counts hash collisions among the numeric keys of one Map or Set. */
export class HashFloodGuard {
  #count = 0;
  #buckets: Uint32Array | undefined;

  /** Adds a number. Returns true if too many numbers are in its bucket. */
  add(key: number | bigint): boolean {
    if (++this.#count <= HARMLESS_COUNT) return false;
    this.#buckets ??= new Uint32Array(BUCKETS);
    const bucket = hashOf(key) & (BUCKETS - 1);
    const size = (this.#buckets[bucket] ?? 0) + 1;
    this.#buckets[bucket] = size;
    // With random keys a bucket has 1/4096 of them, and rarely twice as many.
    return size > 32 + (4 * this.#count) / BUCKETS;
  }
}

/** V8's hash of a numeric key. If a V8 version uses another hash, the guard detects nothing and refuses nothing. */
function hashOf(key: number | bigint): number {
  if (typeof key === "bigint") return hash64(BigInt.asUintN(64, key < 0n ? -key : key));
  if ((key | 0) === key) return hash32(key);
  scratch.setFloat64(0, key);
  return hash64(scratch.getBigUint64(0));
}

const scratch = new DataView(new ArrayBuffer(8));

/** `ComputeUnseededHash` (V8 14). */
function hash32(key: number): number {
  let hash = (~key + (key << 15)) | 0;
  hash ^= hash >>> 12;
  hash = (hash + (hash << 2)) | 0;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2057);
  return hash ^ (hash >>> 16);
}

/** The lower half of `ComputeLongHash` (V8 14). */
function hash64(key: bigint): number {
  let hash = BigInt.asUintN(64, ~key + (key << 18n));
  hash ^= hash >> 31n;
  hash = BigInt.asUintN(64, hash * 21n);
  hash ^= hash >> 11n;
  hash = BigInt.asUintN(64, hash + (hash << 6n));
  return Number(BigInt.asIntN(32, hash ^ (hash >> 22n)));
}
