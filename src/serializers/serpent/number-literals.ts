import { PyComplex } from "../../values/python-values.ts";
import { isNameByte, type Source } from "./source.ts";

const MOST_DIGITS = 4_300; // CPython's own limit, against quadratic time (`sys.int_info`)
const RADIX_DIGITS: Readonly<Record<string, RegExp>> = {
  x: /^(?:_?[0-9a-f])+$/i,
  o: /^(?:_?[0-7])+$/,
  b: /^(?:_?[01])+$/,
};

/** A number literal as Python reads it, without its sign. */
export interface NumberLiteral {
  readonly value: number | bigint | PyComplex;
  readonly isFloat: boolean;
}

/** The number literal at the reading position, which goes behind it. @throws {SerializeError} for none, or a wrong one. */
export function readNumber(source: Source): NumberLiteral {
  const { bytes, at: start, end } = source;
  let at = start;
  while (at < end && isNameByte(bytes[at] as number)) at++;
  const whole = at;
  if (bytes[at] === 46) {
    at++;
    while (at < end && isNameByte(bytes[at] as number)) at++;
  }
  // An exponent's sign is the only one inside a literal: `1e+16`, but not `0xe+1`.
  if ((bytes[at] === 43 || bytes[at] === 45) && endsInExponent(source, start, at)) {
    at++;
    while (at < end && isNameByte(bytes[at] as number)) at++;
  }
  const literal = source.ascii(start, at);
  const radix = at === whole && bytes[start] === 48 ? (literal[1] ?? "").toLowerCase() : "";
  const found = radix in RADIX_DIGITS ? radixInteger(literal, radix) : decimal(literal);
  if (found === undefined || bytes[at] === 46) source.fail(`the number ${literal.slice(0, 40)}, which is none`, start);
  source.at = at;
  return found;
}

function endsInExponent(source: Source, start: number, at: number): boolean {
  const last = source.bytes[at - 1];
  if (at === start || (last !== 101 && last !== 69)) return false;
  const second = source.bytes[start + 1];
  return source.bytes[start] !== 48 || (second !== 120 && second !== 88);
}

function radixInteger(literal: string, radix: string): NumberLiteral | undefined {
  const digits = literal.slice(2);
  if (!RADIX_DIGITS[radix]?.test(digits)) return undefined;
  return { value: shrink(BigInt(`0${radix}${digits.replaceAll("_", "")}`)), isFloat: false };
}

/** The form of nearly all floats that are not read by the parser itself. */
const PLAIN_FLOAT = /^(?:\d\.\d+e[+-]\d+|\de[+-]\d+)$/;
const DECIMAL = /^(?:\d+(?:_\d+)*)?(\.(?:\d+(?:_\d+)*)?)?(e[+-]?\d+(?:_\d+)*)?(j)?$/i;

function decimal(literal: string): NumberLiteral | undefined {
  if (PLAIN_FLOAT.test(literal)) return { value: Number(literal), isFloat: true };
  const parts = DECIMAL.exec(literal);
  if (parts === null || !/^\.?\d/.test(literal)) return undefined;
  const [, fraction, exponent, imaginary] = parts;
  const digits = literal.includes("_") ? literal.replaceAll("_", "") : literal;
  if (imaginary !== undefined) return { value: new PyComplex(0, Number(digits.slice(0, -1))), isFloat: false };
  if (fraction !== undefined || exponent !== undefined) return { value: Number(digits), isFloat: true };
  if (digits.length > MOST_DIGITS || (digits.startsWith("0") && /[1-9]/.test(digits))) return undefined;
  return { value: digits.length < 16 ? Number(digits) : shrink(BigInt(digits)), isFloat: false };
}

/** A bigint as a number where that loses nothing. */
function shrink(value: bigint): number | bigint {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
