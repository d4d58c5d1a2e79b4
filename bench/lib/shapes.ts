/** The values that every peer is given. `python_client.py` and `codecs.py` hold the same for Python. */
import { Buffer } from "node:buffer";

export interface Item {
  readonly id: number;
  readonly name: string;
  readonly price: number;
  readonly tags: readonly string[];
}

/** What `list_contents()` answers. */
export const LIST5: readonly string[] = ["chair", "bike", "flashlight", "laptop", "couch"];

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.,-";

/** 1 KiB of ASCII text, for W3. */
export const STR1K: string = Array.from({ length: 1024 }, (_, i) => ALPHABET[(i * 7) % ALPHABET.length]).join("");

/** Bytes of an echo's payload. */
export const SIZES: Readonly<Record<"w3s" | "w3m" | "w3l", number>> = { w3s: 1024, w3m: 65_536, w3l: 8_388_608 };

/** Bytes that look random and are the same each time. */
export function bytes(size: number): Buffer {
  const made = Buffer.allocUnsafeSlow(size);
  let state = 123456789;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    made[i] = state >>> 16;
  }
  return made;
}

/** The list of dicts for W4. */
export function nested(count = 1000): Item[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    name: `item-${i}`,
    price: Math.round((i * 1.37 + 0.99) * 100) / 100 + 0.001,
    tags: [`t${i % 7}`, `group${i % 13}`],
  }));
}

/** The name and URI number `i` of a name server for W6. */
export function nameAndUri(i: number): [name: string, uri: string] {
  return [`bench.object.${i}`, `PYRO:obj_${i}@127.0.0.1:${10000 + (i % 50000)}`];
}
