import type { PyDict } from "../../values/python-values.ts";

/** Longer keys are not cached. */
export const MAX_KEY_LENGTH = 24;
const MAX_KEYS = 64;
const MAX_DEPTH = 16;
/** Keys without characters that need escapes. */
const PLAIN = /^[\x20-\x26\x28-\x5b\x5d-\x7e]+$/;
const NONE: readonly string[] = [];

/**
 * The keys of the last dict at each depth. The next dict of the same kind has the same keys in the same order, and
 * comparing keys is faster than reading them (1,000 dicts of four keys: saves 60 us of 300).
 */
export class DictShapes {
  readonly #keys: (readonly string[])[] = [];

  at(depth: number): readonly string[] {
    return this.#keys[depth] ?? NONE;
  }

  remember(depth: number, dict: PyDict): void {
    if (depth > MAX_DEPTH) return;
    const keys = Object.keys(dict);
    const isCacheable = keys.length <= MAX_KEYS && keys.every((key) => key.length <= MAX_KEY_LENGTH && PLAIN.test(key));
    this.#keys[depth] = isCacheable ? keys : NONE;
  }
}
