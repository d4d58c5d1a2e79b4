/** What Python's repr escapes: Unicode's categories C and Z, but not the space. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;
const PAGE = 256;
/** By page of 256 characters, made when one of them is first asked for: 1 for each that is printable. */
const pages: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(0x110000 / PAGE).fill(undefined);

/**
 * Whether Python's `repr` shows this character as it is. Which characters exist is what this engine's Unicode says: a
 * Python of another age escapes those that it does not know.
 */
export function isPrintable(point: number): boolean {
  const page = pages[point >> 8] ?? makePage(point >> 8);
  return page[point & 0xff] === 1;
}

function makePage(number: number): Uint8Array {
  const page = Uint8Array.from({ length: PAGE }, (_, at) => {
    const point = number * PAGE + at;
    return point === 0x20 || !UNPRINTABLE.test(String.fromCodePoint(point)) ? 1 : 0;
  });
  pages[number] = page;
  return page;
}
