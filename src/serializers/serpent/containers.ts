import type { PyDict } from "../../values.ts";

/**
 * A dict without prototype. Not `Object.create(null)`: that makes a hash table, which is slower to fill, to read and
 * to write than an object with a shape of its own.
 */
export function emptyDict(): PyDict {
  return Object.setPrototypeOf({}, null) as PyDict;
}
