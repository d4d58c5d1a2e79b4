import { PyFloat } from "../values/python-values.ts";

/** CPython's limit for reading and writing decimal integers (`sys.int_info`); it prevents quadratic time. */
export const MAX_INT_DIGITS = 4_300;

/** A bigint as a number if that is exact. */
export function toNumberIfSafe(value: bigint): number | bigint {
  const safe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return safe ? Number(value) : value;
}

/** The items of a typed array; those of float arrays as PyFloat, so that they are written as floats. */
export function typedArrayItems(view: ArrayBufferView): readonly unknown[] {
  const numbers = [...(view as unknown as Iterable<number | bigint>)];
  const isFloat = view instanceof Float32Array || view instanceof Float64Array;
  return isFloat ? numbers.map((one) => new PyFloat(Number(one))) : numbers;
}
