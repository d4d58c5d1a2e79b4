/** Characters that Python's repr escapes: Unicode's categories C and Z except the space. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;
const PAGE = 256;
/** Pages of 256 characters, created on first use: 1 for each printable character. */
const pages: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(0x110000 / PAGE).fill(undefined);

/**
 * Whether Python's `repr` shows this character without an escape. Depends on the Unicode version of this engine; Python
 * versions with another Unicode version can differ for new characters.
 */
export function isPrintable(point: number): boolean {
  const page = pages[point >> 8] ?? createPage(point >> 8);
  return page[point & 0xff] === 1;
}

function createPage(number: number): Uint8Array {
  const page = Uint8Array.from({ length: PAGE }, (_, at) => {
    const point = number * PAGE + at;
    return point === 0x20 || !UNPRINTABLE.test(String.fromCodePoint(point)) ? 1 : 0;
  });
  pages[number] = page;
  return page;
}
