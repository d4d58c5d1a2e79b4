/** Python's ints of more than 32 bits: digits of 15 bits, least significant first, two bytes each. */
import type { Buffer } from "node:buffer";

const DIGIT_BITS = 15;
const DIGIT = 0x7fff;

/** Reads an int of `digits` digits. Returns undefined if a digit is invalid, or if the last digit is 0. */
export function longValue(bytes: Buffer, at: number, digits: number): bigint | undefined {
  if (digits === 0) return 0n;
  // Converted through hexadecimal text, because adding bigints digit by digit takes quadratic time.
  let bits = 0;
  let bitCount = 0;
  const words: number[] = [];
  for (let index = 0; index < digits; index++) {
    const digit = bytes.readUInt16LE(at + index * 2);
    if (digit > DIGIT || (index === digits - 1 && digit === 0)) return undefined;
    bits |= (digit << bitCount) & 0xffff;
    const free = 16 - bitCount;
    if (free <= DIGIT_BITS) {
      words.push(bits);
      bits = digit >>> free;
      bitCount = DIGIT_BITS - free;
    } else bitCount += DIGIT_BITS;
  }
  words.push(bits);
  return BigInt(
    `0x${words
      .reverse()
      .map((word) => word.toString(16).padStart(4, "0"))
      .join("")}`,
  );
}

/** The digits of a value, which must not be negative. */
export function longDigits(value: bigint): number[] {
  const hex = value.toString(16);
  const digits: number[] = [];
  let bits = 0;
  let bitCount = 0;
  for (let end = hex.length; end > 0; end -= 4) {
    bits |= Number.parseInt(hex.slice(Math.max(0, end - 4), end), 16) << bitCount;
    bitCount += 16;
    while (bitCount >= DIGIT_BITS) {
      digits.push(bits & DIGIT);
      bits >>>= DIGIT_BITS;
      bitCount -= DIGIT_BITS;
    }
  }
  if (bits > 0) digits.push(bits);
  while (digits.at(-1) === 0) digits.pop();
  return digits;
}
