import { Buffer } from "node:buffer";
import { lineEndLength, type Source } from "./source.ts";

const LF = 10;
const CR = 13;
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;

/** Indexed by the character code after the backslash. */
const SIMPLE_ESCAPES: (string | undefined)[] = new Array<string | undefined>(128).fill(undefined);
for (const pair of ["\\\\", "''", '""', "a\x07", "b\b", "f\f", "n\n", "r\r", "t\t", "v\v"]) {
  SIMPLE_ESCAPES[pair.charCodeAt(0)] = pair.charAt(1);
}
/** Number of hexadecimal digits by letter: `\x41`, `\u20ac`, `\U0001f600`. */
const HEX_ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x78, 2],
  [0x75, 4],
  [0x55, 8],
]);
const PREFIXES: ReadonlySet<string> = new Set(["u", "r", "b", "br", "rb"]);

/** Whether a string literal begins at the reading position: a quote, or a prefix and a quote. */
export function isStringStart(source: Source): boolean {
  return prefixAt(source) !== undefined;
}

/** The prefix of the string literal at the reading position, in lower case; undefined if none begins there. */
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
 * Reads one or more adjacent string literals of any kind as one str or bytes. This implements all rules of Python;
 * `ScalarReader` reads plain quoted text, which is what peers write, without it.
 *
 * @throws {SerializeError} for literals that Python refuses, and for `\N{NAME}`, because JavaScript has no table of
 *   names.
 */
export function readStrings(source: Source): string | Uint8Array {
  let text = "";
  let bytes: boolean | undefined;
  for (let prefix = prefixAt(source); prefix !== undefined; prefix = prefixAt(source)) {
    const isBytes = prefix.includes("b");
    if (bytes !== undefined && bytes !== isBytes) source.fail("cannot mix bytes and text literals");
    bytes = isBytes;
    source.at += prefix.length;
    text += readBody(source, prefix.includes("r"), isBytes);
    source.skipBlanks();
  }
  return bytes === true ? new Uint8Array(Buffer.from(text, "latin1")) : text;
}

/** Reads the text between the quotes. Each byte of a bytes literal becomes one character. */
function readBody(source: Source, raw: boolean, isBytes: boolean): string {
  const { bytes, end, at: start } = source;
  const quote = bytes[start] as number;
  const triple = bytes[start + 1] === quote && bytes[start + 2] === quote;
  let text = "";
  let at = start + (triple ? 3 : 1);
  /** Characters from here on are not in `text` yet; `seen` is the bitwise or of their bytes. */
  let from = at;
  let seen = 0;
  const pending = (to: number): string => (seen < 128 ? source.ascii(from, to) : source.text(from, to));
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
      if (isBytes && seen > 127) source.fail("non-ASCII character in bytes literal", start);
      source.at = at + (triple ? 3 : 1);
      return text === "" ? pending(at) : text + pending(at);
    } else if (code === BACKSLASH && raw) {
      const lineEnd = lineEndLength(bytes, at + 1);
      if (lineEnd > 0) {
        text += `${pending(at + 1)}\n`;
        at += 1 + lineEnd;
        from = at;
      } else {
        // In a raw literal the character after a backslash is part of the text, even a quote.
        seen |= bytes[at + 1] ?? 0;
        at += bytes[at + 1] === 0 ? 1 : 2;
      }
    } else if (code === BACKSLASH) {
      text += pending(at);
      source.at = at;
      text += readEscape(source, isBytes);
      at = from = source.at;
      if (!isBytes) seen = 0;
    } else if (code === CR || code === LF) {
      if (!triple) source.fail("line end in string", at);
      // Python converts every line end to a line feed.
      text += `${pending(at)}\n`;
      at += lineEndLength(bytes, at);
      from = at;
    } else if (code === 0) source.fail("null byte", at);
    else at++;
  }
  source.fail("unterminated string", start);
}

/** Reads the escape sequence at the reading position. An unknown sequence keeps its backslash, as in Python. */
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
    if (!(point <= 0x10ffff)) source.fail(`invalid escape sequence \\${String.fromCharCode(code)}`, at);
    source.at = at + 2 + digits;
    return String.fromCodePoint(point);
  }
  if (code === 0x4e && !isBytes)
    source.fail("unsupported escape sequence \\N{...} (no table of names; write the character itself)", at);
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
