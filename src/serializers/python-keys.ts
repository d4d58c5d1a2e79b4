import { SerializeError } from "../base/errors.ts";
import { PyComplex, PyFloat, PyTuple } from "../values/python-values.ts";
import { HashFloodGuard } from "./hash-flood-guard.ts";

/**
 * Which dict keys and set elements are one to Python: `1`, `1.0` and `True` are, and tuples with equal items. The
 * first of them stays, as Python keeps it. Values must be such as Python can hash.
 */
export class PythonKeys {
  readonly #first = new Map<unknown, unknown>();
  #numbers: HashFloodGuard | undefined;

  /**
   * The key that came first among those equal to this one: mostly itself.
   *
   * @throws {SerializeError} for numbers that no Map could keep in time.
   */
  first(key: unknown): unknown {
    if (typeof key === "string") return key;
    const same = canonical(key);
    if (!this.#first.has(same)) {
      if (typeof same === "number" || typeof same === "bigint") this.#judge(same);
      this.#first.set(same, key);
      return key;
    }
    return this.#first.get(same);
  }

  #judge(key: number | bigint): void {
    this.#numbers ??= new HashFloodGuard();
    if (this.#numbers.add(key)) {
      throw new SerializeError("numbers as keys or elements that were chosen to take quadratic time");
    }
  }
}

/** Equal for equal keys; text is never one of its own. */
function canonical(key: unknown): unknown {
  if (typeof key === "boolean") return Number(key);
  if (typeof key === "number") return canonicalNumber(key);
  if (key instanceof PyFloat) return canonicalNumber(key.value);
  if (key instanceof PyComplex) return key.im === 0 ? canonicalNumber(key.re) : `c${key.re + 0},${key.im}`;
  if (key instanceof PyTuple) return `t${key.length}(${key.map(canonicalText).join("")})`;
  if (key instanceof Uint8Array) return `b${key.join(" ")};`;
  return key;
}

/** Ints beyond the safe ones are bigints, and may equal a float. */
function canonicalNumber(value: number): number | bigint {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
}

function canonicalText(key: unknown): string {
  if (typeof key === "string") return `s${key.length}:${key}`;
  const same = canonical(key);
  if (typeof same === "string") return same;
  return same === null || typeof same === "object" ? `${same === null ? "None" : "..."};` : `n${same};`;
}
