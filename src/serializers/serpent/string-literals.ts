import { Buffer } from "node:buffer";
import { lineEndLength, type Source } from "./source.ts";

const LF = 10;
const CR = 13;
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;

/** By the code of the letter behind the backslash. */
const SIMPLE_ESCAPES: (string | undefined)[] = new Array<string | undefined>(128).fill(undefined);
for (const pair of ["\\\\", "''", '""', "a\x07", "b\b", "f\f", "n\n", "r\r", "t\t", "v\v"]) {
  SIMPLE_ESCAPES[pair.charCodeAt(0)] = pair.charAt(1);
}
/** How many hexadecimal digits follow: `\x41`, `\u20ac`, `\U0001f600`. */
const HEX_ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x78, 2],
  [0x75, 4],
  [0x55, 8],
]);
const PREFIXES: ReadonlySet<string> = new Set(["u", "r", "b", "br", "rb"]);

/** Whether a string literal begins here: a quote, perhaps behind a prefix. */
export function isStringStart(source: Source): boolean {
  return prefixAt(source) !== undefined;
}

/** The letters before the quote of a string literal, in lower case; undefined where none begins. */
function prefixAt(source: Source): string | undefined {
  const { bytes, at } = source;
  const code = bytes[at] ?? 0;
  if (code === SINGLE || code === DOUBLE) return "";
  const letter = String.fromCharCode(code | 0x20);
  if (letter !== "b" && letter !== "r" && letter !== "u") return undefined;
  for (let length = 1; length <= 2; length++) {
    const next = bytes[at + length];
    if (next !== SINGLE && next !== DOUBLE) continue;
    const prefix = bytes.toString("latin1", at, at + length).toLowerCase();
    return PREFIXES.has(prefix) ? prefix : undefined;
  }
  return undefined;
}

/**
 * One or more adjacent string literals of any kind, as one str or bytes; the reading position goes behind them.
 * Here is every rule; the parser reads plain quoted text by itself, as that is what peers write.
 *
 * @throws {SerializeError} for what Python refuses, and for `\N{NAME}`, as JavaScript has no table of names.
 */
export function readStrings(source: Source): string | Uint8Array {
  let text = "";
  let bytes: boolean | undefined;
  for (let prefix = prefixAt(source); prefix !== undefined; prefix = prefixAt(source)) {
    const isBytes = prefix.includes("b");
    if (bytes !== undefined && bytes !== isBytes) source.fail("bytes beside text");
    bytes = isBytes;
    source.at += prefix.length;
    text += readBody(source, prefix.includes("r"), isBytes);
    source.skipBlanks();
  }
  return bytes === true ? new Uint8Array(Buffer.from(text, "latin1")) : text;
}

/** What is between the quotes; of bytes a character each. */
function readBody(source: Source, raw: boolean, isBytes: boolean): string {
  const { bytes, end, at: start } = source;
  const quote = bytes[start] as number;
  const triple = bytes[start + 1] === quote && bytes[start + 2] === quote;
  let text = "";
  let at = start + (triple ? 3 : 1);
  /** What is gathered from here on is to be added to `text`; `seen` has the bits of it. */
  let from = at;
  let seen = 0;
  const gathered = (to: number): string => (seen < 128 ? source.ascii(from, to) : source.text(from, to));
  while (at < end) {
    const code = bytes[at] as number;
    if (code > 31 && code !== quote && code !== BACKSLASH) {
      seen |= code;
      at++;
    } else if (code === quote) {
      if (triple && (bytes[at + 1] !== quote || bytes[at + 2] !== quote)) {
        at++;
        continue;
      }
      if (isBytes && seen > 127) source.fail("bytes that are no ASCII", start);
      source.at = at + (triple ? 3 : 1);
      return text === "" ? gathered(at) : text + gathered(at);
    } else if (code === BACKSLASH && raw) {
      const lineEnd = lineEndLength(bytes, at + 1);
      if (lineEnd > 0) {
        text += `${gathered(at + 1)}\n`;
        at += 1 + lineEnd;
        from = at;
      } else {
        // The character behind it belongs to the text, even a quote.
        seen |= bytes[at + 1] ?? 0;
        at += bytes[at + 1] === 0 ? 1 : 2;
      }
    } else if (code === BACKSLASH) {
      text += gathered(at);
      source.at = at;
      text += readEscape(source, isBytes);
      at = from = source.at;
      if (!isBytes) seen = 0;
    } else if (code === CR || code === LF) {
      if (!triple) source.fail("a line end inside a string", at);
      // Python reads any line end as a line feed.
      text += `${gathered(at)}\n`;
      at += lineEndLength(bytes, at);
      from = at;
    } else if (code === 0) source.fail("a 0-byte", at);
    else at++;
  }
  source.fail("a string that does not end", start);
}

/** What the escape at the reading position stands for; an unknown one keeps its backslash. */
function readEscape(source: Source, isBytes: boolean): string {
  const { bytes, at } = source;
  const lineEnd = lineEndLength(bytes, at + 1);
  source.at = at + 1 + lineEnd;
  if (lineEnd > 0) return "";
  const code = bytes[at + 1] ?? 0;
  const simple = SIMPLE_ESCAPES[code];
  if (simple !== undefined) {
    source.at = at + 2;
    return simple;
  }
  if (code >= 48 && code <= 55) return readOctal(source, isBytes);
  const digits = isBytes && code !== 0x78 ? undefined : HEX_ESCAPES.get(code);
  if (digits !== undefined) {
    let point = 0;
    for (let index = at + 2; index < at + 2 + digits; index++) point = point * 16 + hexDigit(bytes[index] ?? 0);
    if (!(point <= 0x10ffff)) source.fail(`a wrong escape \\${String.fromCharCode(code)}`, at);
    source.at = at + 2 + digits;
    return String.fromCodePoint(point);
  }
  if (code === 0x4e && !isBytes)
    source.fail("an escape \\N{...}, as Node has no table of names; write the character itself,", at);
  return "\\";
}

function readOctal(source: Source, isBytes: boolean): string {
  let value = 0;
  const from = source.at;
  while (source.at < from + 3) {
    const digit = (source.bytes[source.at] ?? 0) - 48;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
    source.at++;
  }
  return String.fromCharCode(isBytes ? value & 0xff : value);
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : Number.NaN;
}
