import { SerializeError } from "../base/errors.ts";
import { PyComplex, PyFloat, PyTuple } from "../values/python-values.ts";
import { HashFloodGuard } from "./hash-flood-guard.ts";

/**
 * Finds dict keys and set elements that are equal in Python: `1`, `1.0` and `True`, and tuples with equal items. The
 * first of equal keys is kept, as in Python. All keys must be hashable in Python.
 */
export class PythonKeys {
  readonly #first = new Map<unknown, unknown>();
  #floodGuard: HashFloodGuard | undefined;

  /**
   * Returns the first key that is equal to this one, which is usually the key itself.
   *
   * @throws {SerializeError} for too many numbers with colliding hashes.
   */
  firstEqual(key: unknown): unknown {
    if (typeof key === "string") return key;
    const id = canonical(key);
    if (!this.#first.has(id)) {
      if (typeof id === "number" || typeof id === "bigint") this.#checkFlood(id);
      this.#first.set(id, key);
      return key;
    }
    return this.#first.get(id);
  }

  #checkFlood(key: number | bigint): void {
    this.#floodGuard ??= new HashFloodGuard();
    if (this.#floodGuard.add(key)) {
      throw new SerializeError("too many numeric dict keys or set elements with colliding hashes");
    }
  }
}

/** A value that is the same for equal keys. Not for strings. */
function canonical(key: unknown): unknown {
  if (typeof key === "boolean") return Number(key);
  if (typeof key === "number") return canonicalNumber(key);
  if (key instanceof PyFloat) return canonicalNumber(key.value);
  if (key instanceof PyComplex) return key.im === 0 ? canonicalNumber(key.re) : `c${key.re + 0},${key.im}`;
  if (key instanceof PyTuple) return `t${key.length}(${key.map(canonicalText).join("")})`;
  if (key instanceof Uint8Array) return `b${key.join(" ")};`;
  return key;
}

/** An int outside the safe range is a bigint, and can be equal to a float. */
function canonicalNumber(value: number): number | bigint {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
}

function canonicalText(key: unknown): string {
  if (typeof key === "string") return `s${key.length}:${key}`;
  const id = canonical(key);
  if (typeof id === "string") return id;
  return id === null || typeof id === "object" ? `${id === null ? "None" : "..."};` : `n${id};`;
}
