/**
 * Numbers that were chosen so that a Map finds none of them quickly. V8 hashes numbers without a secret (texts have one):
 * whoever sends 20,000 that share a place in its table has us compare for a second, and 100,000 for half a minute.
 */

/** So many do no harm, wherever they are. */
const HARMLESS = 1_024;
const PLACES = 4_096;

/** Watches over the numbers that become keys of one Map or Set. */
export class HashFloodGuard {
  #count = 0;
  #places: Uint32Array | undefined;

  /** Takes one more number; true when too many of them so far share a place. */
  add(key: number | bigint): boolean {
    if (++this.#count <= HARMLESS) return false;
    this.#places ??= new Uint32Array(PLACES);
    const place = hashOf(key) & (PLACES - 1);
    const there = (this.#places[place] ?? 0) + 1;
    this.#places[place] = there;
    // By chance a place has 1/4096 of them, and hardly ever twice as many.
    return there > 32 + (4 * this.#count) / PLACES;
  }
}

/** V8's hash of a number that is a key. If another version has another one, this finds nothing, and refuses nothing. */
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

/** `ComputeLongHash` (V8 14), the lower half. */
function hash64(key: bigint): number {
  let hash = BigInt.asUintN(64, ~key + (key << 18n));
  hash ^= hash >> 31n;
  hash = BigInt.asUintN(64, hash * 21n);
  hash ^= hash >> 11n;
  hash = BigInt.asUintN(64, hash + (hash << 6n));
  return Number(BigInt.asIntN(32, hash ^ (hash >> 22n)));
}
