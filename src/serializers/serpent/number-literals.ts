import { PyComplex } from "../../values/python-values.ts";
import { MAX_INT_DIGITS, toNumberIfSafe } from "../numbers.ts";
import { isNameByte, type Source } from "./source.ts";

const RADIX_DIGITS: Readonly<Record<string, RegExp>> = {
  x: /^(?:_?[0-9a-f])+$/i,
  o: /^(?:_?[0-7])+$/,
  b: /^(?:_?[01])+$/,
};

/** A number literal without its sign. */
export interface NumberLiteral {
  readonly value: number | bigint | PyComplex;
  readonly isFloat: boolean;
}

/** Reads the number literal at the reading position. @throws {SerializeError} if it is invalid in Python. */
export function readNumber(source: Source): NumberLiteral {
  const { bytes, at: start, end } = source;
  let at = start;
  while (at < end && isNameByte(bytes[at] as number)) at++;
  const whole = at;
  if (bytes[at] === 46) {
    at++;
    while (at < end && isNameByte(bytes[at] as number)) at++;
  }
  // Only an exponent can have a sign inside a literal: `1e+16`, but not `0xe+1`.
  if ((bytes[at] === 43 || bytes[at] === 45) && endsInExponent(source, start, at)) {
    at++;
    while (at < end && isNameByte(bytes[at] as number)) at++;
  }
  const literal = source.ascii(start, at);
  const radix = at === whole && bytes[start] === 48 ? (literal[1] ?? "").toLowerCase() : "";
  const found = radix in RADIX_DIGITS ? radixInteger(literal, radix) : decimal(literal);
  if (found === undefined || bytes[at] === 46) source.fail(`invalid number ${literal.slice(0, 40)}`, start);
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
  return { value: toNumberIfSafe(BigInt(`0${radix}${digits.replaceAll("_", "")}`)), isFloat: false };
}

/** The form of most floats that `ScalarReader` does not read itself. */
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
  if (digits.length > MAX_INT_DIGITS || (digits.startsWith("0") && /[1-9]/.test(digits))) return undefined;
  return { value: digits.length < 16 ? Number(digits) : toNumberIfSafe(BigInt(digits)), isFloat: false };
}
