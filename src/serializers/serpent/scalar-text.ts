import { pyFloatRepr } from "../../values/py-repr.ts";
import type { PyComplex } from "../../values/python-values.ts";
import { Unwritable } from "../unwritable.ts";

const MOST_DIGITS = 4_300; // Python reads and writes no longer ints

/** Infinity has no literal but one that overflows. Not for nan, which has none at all. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "1e30000" : "-1e30000";
  return pyFloatRepr(value);
}

/** @throws {Unwritable} */
export function bigintText(value: bigint): string {
  const text = String(value);
  if (text.length > MOST_DIGITS + (value < 0n ? 1 : 0)) {
    throw new Unwritable(
      `an integer of more than ${MOST_DIGITS} digits is refused by Python; send it as hexadecimal text`,
    );
  }
  return text;
}

/** @throws {Unwritable} */
export function complexText({ re, im }: PyComplex): string {
  if (Object.is(im, -0) || Number.isNaN(re) || Number.isNaN(im)) {
    throw new Unwritable("a complex number with nan, or with an imaginary part of -0.0, has no form that Python reads");
  }
  return `(${floatText(re)}${im < 0 ? "" : "+"}${floatText(im)}j)`;
}

/** Python's isoformat of the moment, in UTC; microseconds only when there are any. @throws {Unwritable} */
export function isoText(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) {
    throw new Unwritable(`a Date ${Number.isNaN(year) ? "that is invalid" : "outside Python's years 1 to 9999"}`);
  }
  const [seconds = "", fraction = ""] = date.toISOString().slice(0, -1).split(".");
  return `${seconds}${fraction === "000" ? "" : `.${fraction}000`}+00:00`;
}
