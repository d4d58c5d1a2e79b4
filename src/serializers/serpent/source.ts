import { Buffer, isAscii, isUtf8 } from "node:buffer";
import { SerializeError } from "../../base/errors.ts";
import type { Limits } from "../../base/limits.ts";
import { tooDeep, tooManyValues } from "../limit-texts.ts";

/** Texts are slices of decoded windows of this size, so that a small text does not keep a whole payload in memory. */
const WINDOW = 65_536;
/** Longer strings are decoded separately. */
const LONG = 2_048;

const EMPTY = Buffer.alloc(0);

const TAB = 9;
const LF = 10;
const FORM_FEED = 12;
const CR = 13;
const SPACE = 32;
const HASH = 35;
const BACKSLASH = 92;
/** Bytes that do not occur in plain text. */
const SPECIAL: readonly number[] = [BACKSLASH, LF, CR, 0];

export type ReadLimits = Pick<Limits, "maxDepth" | "maxValues">;

/**
 * A payload and a reading position. It is read as bytes, which is several times faster than reading the characters of a
 * string; only the content of quotes is decoded.
 */
export class Source {
  bytes: Buffer = EMPTY;
  end = 0;
  /** The reading position: offset of the next byte. */
  at = 0;
  /** Number of open brackets. Inside brackets, line ends are blanks. */
  depth = 0;
  /** Values so far. */
  protected values = 0;
  protected readonly maxValues: number;
  readonly #maxDepth: number;
  #ascii = "";
  #asciiFrom = 0;
  #asciiTo = 0;
  #wide = "";
  #wideTo = 0;
  /** Index in `#wide` of the byte at `#wideAt`. */
  #wideUnit = 0;
  #wideAt = 0;
  #isAscii: boolean | undefined;
  /** Next offset of each byte in `SPECIAL`; searched again only when the position is past it. */
  readonly #specialAt: number[] = [-1, -1, -1, -1];

  constructor({ maxDepth, maxValues }: ReadLimits) {
    this.#maxDepth = maxDepth;
    this.maxValues = maxValues;
  }

  /** Starts to read a part of `bytes`. @throws {SerializeError} for invalid UTF-8. */
  begin(bytes: Uint8Array, from: number, to: number): void {
    // A view, so that reads after the end return undefined.
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
    this.end = to - from;
    this.at = 0;
    this.depth = 0;
    this.values = 0;
    this.#asciiTo = 0;
    this.#wideTo = 0;
    this.#wideAt = 0;
    this.#specialAt.fill(-1);
    this.#isAscii = undefined;
    if (!isUtf8(this.bytes)) this.fail("invalid UTF-8");
  }

  /** Releases the payload. */
  finish(): void {
    this.bytes = EMPTY;
    this.end = 0;
    this.#ascii = "";
    this.#wide = "";
  }

  fail(problem: string, at: number = this.at): never {
    throw new SerializeError(`serpent: ${problem} at byte ${at}`, { code: "PYRO_SERPENT" });
  }

  /** Throws an error for the character at the reading position. */
  unexpected(expected: string): never {
    if (this.at >= this.end) this.fail(`expected ${expected}, found the end of the data`);
    const found = this.bytes.toString("utf8", this.at, Math.min(this.at + 4, this.end));
    this.fail(`expected ${expected}, found ${JSON.stringify(String.fromCodePoint(found.codePointAt(0) ?? 0))}`);
  }

  /** Counts values. @throws {SerializeError} above the limit. */
  protected countValues(count: number): void {
    this.values += count;
    if (this.values > this.maxValues) this.failValues();
  }

  protected failValues(): never {
    this.fail(tooManyValues(this.maxValues));
  }

  /** Reads an opening bracket. */
  openBracket(): void {
    if (this.depth >= this.#maxDepth) this.fail(tooDeep(this.#maxDepth));
    if (++this.values > this.maxValues) this.failValues();
    this.depth++;
    this.at++;
  }

  /** Reads a closing bracket. `alternative` is for the error text: what else is valid here. */
  closeBracket(bracket: number, alternative = ""): void {
    if (this.bytes[this.at] !== bracket)
      this.unexpected(`${alternative} '${String.fromCharCode(bracket)}'`.trimStart());
    this.depth--;
    this.at++;
  }

  /** The text of a range that contains only ASCII. */
  ascii(from: number, to: number): string {
    if (from >= this.#asciiFrom && to <= this.#asciiTo)
      return this.#ascii.slice(from - this.#asciiFrom, to - this.#asciiFrom);
    if (to - from > LONG) return this.bytes.toString("latin1", from, to);
    this.#asciiFrom = from;
    this.#asciiTo = Math.min(from + WINDOW, this.end);
    this.#ascii = this.bytes.toString("latin1", from, this.#asciiTo);
    return this.#ascii.slice(0, to - from);
  }

  /** The text of any range that does not begin or end within a character. */
  text(from: number, to: number): string {
    if (to - from > LONG) return this.bytes.toString("utf8", from, to);
    if (from < this.#wideAt || to > this.#wideTo) this.#openWide(from);
    const start = this.#wideUnit + utf16Units(this.bytes, this.#wideAt, from);
    this.#wideUnit = start + utf16Units(this.bytes, from, to);
    this.#wideAt = to;
    return this.#wide.slice(start, this.#wideUnit);
  }

  #openWide(from: number): void {
    // The window can end within a character: text that reaches its end opens another window.
    this.#wideTo = Math.min(from + WINDOW, this.end);
    this.#wide = this.bytes.toString("utf8", from, this.#wideTo);
    this.#wideAt = from;
    this.#wideUnit = 0;
  }

  /** Whether the whole payload is ASCII. */
  get isAscii(): boolean {
    this.#isAscii ??= isAscii(this.bytes);
    return this.#isAscii;
  }

  /** Offset of the next `quote` at or after `from`; -1 if there is none, or a byte of `SPECIAL` comes first. */
  findPlainEnd(quote: number, from: number): number {
    const to = this.bytes.indexOf(quote, from);
    const special = this.#specialAt;
    for (let index = 0; index < SPECIAL.length; index++) {
      if ((special[index] as number) < from) {
        const found = this.bytes.indexOf(SPECIAL[index] as number, from);
        special[index] = found < 0 ? this.end : found;
      }
      if ((special[index] as number) < to) return -1;
    }
    return to;
  }

  /**
   * Skips to the expression. Comments and empty lines may precede it. Blanks may only be at the start of the text
   * (`ast.literal_eval` strips those; elsewhere Python reports an unexpected indent).
   */
  skipToExpression(): void {
    while (this.at < this.end && isBlank(this.bytes[this.at] as number)) this.at++;
    let indented = false;
    for (; this.at < this.end; this.at++) {
      const code = this.bytes[this.at] as number;
      if (code === LF || code === CR || code === FORM_FEED) indented = false;
      else if (code === SPACE || code === TAB) indented = true;
      else if (code === HASH) {
        this.#skipComment();
        this.at--;
      } else if (indented) this.fail("unexpected indentation");
      else return;
    }
  }

  /** Skips blanks, comments and line continuations, and inside brackets also line ends. */
  skipBlanks(): void {
    for (; this.at < this.end; this.at++) {
      const code = this.bytes[this.at] as number;
      if (isBlank(code) || (this.depth > 0 && (code === LF || code === CR))) continue;
      if (code === HASH) this.#skipComment();
      else if (code === BACKSLASH) this.#skipContinuation();
      else return;
      this.at--;
    }
  }

  /** Skips empty lines and comments after the expression. */
  skipToEnd(): void {
    this.skipBlanks();
    while (this.at < this.end) {
      const code = this.bytes[this.at] as number;
      if (code !== LF && code !== CR) return;
      this.at++;
      this.skipBlanks();
    }
  }

  #skipComment(): void {
    for (; this.at < this.end; this.at++) {
      const code = this.bytes[this.at] as number;
      if (code === LF || code === CR) return;
      if (code === 0) this.fail("null byte");
    }
  }

  #skipContinuation(): void {
    const length = lineEndLength(this.bytes, this.at + 1);
    if (length === 0) this.fail("backslash is not at the end of a line");
    this.at += 1 + length;
    if (this.at >= this.end) this.fail("missing line after a line continuation");
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === FORM_FEED;
}

/** 1 for a line feed or a carriage return, 2 for CR LF, 0 for anything else. */
export function lineEndLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] === LF) return 1;
  if (bytes[at] !== CR) return 0;
  return bytes[at + 1] === LF ? 2 : 1;
}

/** Length in UTF-16 units of the text of these bytes. */
function utf16Units(bytes: Uint8Array, from: number, to: number): number {
  let units = to - from;
  for (let at = from; at < to; at++) {
    const code = bytes[at] as number;
    if (code < 0x80) continue;
    if (code < 0xc0) units--;
    else if (code >= 0xf0) units++;
  }
  return units;
}

/** Whether a byte can be part of a name; letters outside ASCII consist of several such bytes. */
export function isNameByte(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code > 127
  );
}
