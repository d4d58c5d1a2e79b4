/** Python's ints beyond 32 bits: digits of 15 bits, the lowest first, two bytes each. */
import type { Buffer } from "node:buffer";

const DIGIT_BITS = 15;
const DIGIT = 0x7fff;

/** The value of so many digits; undefined when one of them is none, or the last is 0. */
export function longValue(bytes: Buffer, at: number, digits: number): bigint | undefined {
  if (digits === 0) return 0n;
  // As one hexadecimal number: adding digit by digit would take quadratic time.
  let bits = 0;
  let room = 0;
  const words: number[] = [];
  for (let index = 0; index < digits; index++) {
    const digit = bytes.readUInt16LE(at + index * 2);
    if (digit > DIGIT || (index === digits - 1 && digit === 0)) return undefined;
    bits |= (digit << room) & 0xffff;
    const used = 16 - room;
    if (used <= DIGIT_BITS) {
      words.push(bits);
      bits = digit >>> used;
      room = DIGIT_BITS - used;
    } else room += DIGIT_BITS;
  }
  words.push(bits);
  return BigInt(
    `0x${words
      .reverse()
      .map((word) => word.toString(16).padStart(4, "0"))
      .join("")}`,
  );
}

/** The digits of a value, which is not negative. */
export function longDigits(value: bigint): number[] {
  const hex = value.toString(16);
  const digits: number[] = [];
  let bits = 0;
  let have = 0;
  for (let end = hex.length; end > 0; end -= 4) {
    bits |= Number.parseInt(hex.slice(Math.max(0, end - 4), end), 16) << have;
    have += 16;
    while (have >= DIGIT_BITS) {
      digits.push(bits & DIGIT);
      bits >>>= DIGIT_BITS;
      have -= DIGIT_BITS;
    }
  }
  if (bits > 0) digits.push(bits);
  while (digits.at(-1) === 0) digits.pop();
  return digits;
}
