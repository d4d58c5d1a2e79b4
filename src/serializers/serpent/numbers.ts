import { PyComplex, PyFloat } from "../../values.ts";

const LITERAL =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?/y;
const MOST_DIGITS = 4_300; // CPython's own limit, against quadratic time

/** An unsigned number: where its literal ends, and what it is; an imaginary one apart. */
export interface NumberLiteral {
  readonly end: number;
  readonly value: number | bigint;
  readonly kind: "int" | "float" | "imaginary";
}

/** The number literal at `at`; undefined when there is none that Python would take. */
export function readNumber(text: string, at: number): NumberLiteral | undefined {
  LITERAL.lastIndex = at;
  const found = LITERAL.exec(text)?.[0];
  if (found === undefined) return undefined;
  const end = at + found.length;
  // `1x`, `0xg`, `1__0`: a literal must end where a word could not go on.
  if (/[\p{L}\p{N}_.]/u.test(text[end] ?? "")) return undefined;
  const digits = found.includes("_") ? found.replaceAll("_", "") : found;
  if (/^0[xob]/i.test(digits)) return { end, value: shrink(BigInt(digits)), kind: "int" };
  if (/[jJ]$/.test(digits)) return { end, value: Number(digits.slice(0, -1)), kind: "imaginary" };
  if (/[.eE]/.test(digits)) return { end, value: Number(digits), kind: "float" };
  if (digits.length > MOST_DIGITS || (/^0\d/.test(digits) && /[1-9]/.test(digits))) return undefined;
  return { end, value: digits.length < 16 ? Number(digits) : shrink(BigInt(digits)), kind: "int" };
}

/** A bigint as a number where that loses nothing. */
function shrink(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
}

/** The value of a literal with its sign. */
export function signedValue(literal: NumberLiteral, negative: boolean, lossless: boolean): unknown {
  const { value, kind } = literal;
  switch (kind) {
    case "int":
      // There is no integer -0.
      return negative && value !== 0 ? -value : value;
    case "float":
      return lossless ? new PyFloat(negative ? -Number(value) : Number(value)) : negative ? -Number(value) : value;
    case "imaginary":
      return new PyComplex(negative ? -0 : 0, negative ? -Number(value) : Number(value));
    default:
      return kind satisfies never;
  }
}
