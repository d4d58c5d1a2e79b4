import { pyFloatRepr } from "../../values/py-repr.ts";
import type { PyComplex } from "../../values/python-values.ts";
import { MAX_INT_DIGITS } from "../numbers.ts";
import { Unwritable } from "../unwritable.ts";

/** The literal of a float. Infinity is written as a literal that overflows. Not for NaN, which has no literal. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "1e30000" : "-1e30000";
  return pyFloatRepr(value);
}

/** @throws {Unwritable} */
export function bigintText(value: bigint): string {
  const text = String(value);
  if (text.length > MAX_INT_DIGITS + (value < 0n ? 1 : 0)) {
    throw new Unwritable(
      `integer of more than ${MAX_INT_DIGITS} digits, which Python refuses; send it as hexadecimal text`,
    );
  }
  return text;
}

/** @throws {Unwritable} */
export function complexText({ re, im }: PyComplex): string {
  if (Object.is(im, -0) || Number.isNaN(re) || Number.isNaN(im)) {
    throw new Unwritable("a complex number with nan, or with an imaginary part of -0.0, has no literal in Python");
  }
  return `(${floatText(re)}${im < 0 ? "" : "+"}${floatText(im)}j)`;
}

/** Python's isoformat of a date, in UTC; microseconds only if they are not 0. @throws {Unwritable} */
export function isoText(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) {
    throw new Unwritable(Number.isNaN(year) ? "invalid Date" : "Date is outside Python's years 1 to 9999");
  }
  const [seconds = "", fraction = ""] = date.toISOString().slice(0, -1).split(".");
  return `${seconds}${fraction === "000" ? "" : `.${fraction}000`}+00:00`;
}
