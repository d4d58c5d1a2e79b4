import { Buffer, isAscii, isUtf8 } from "node:buffer";
import { SerializeError } from "../../base/errors.ts";
import type { Limits } from "../../base/limits.ts";

/** Text is cut out of windows of this size: one small string that is kept must not keep a whole payload in memory. */
const WINDOW = 65_536;
/** Longer strings are decoded by themselves. */
const LONG = 2_048;

const NOTHING = Buffer.alloc(0);

const TAB = 9;
const LF = 10;
const FORM_FEED = 12;
const CR = 13;
const SPACE = 32;
const HASH = 35;
const BACKSLASH = 92;
/** What ends plain text, or its line. */
const SPECIAL: readonly number[] = [BACKSLASH, LF, CR, 0];

export type ReadLimits = Pick<Limits, "maxDepth" | "maxValues">;

/**
 * The payload under a reading position. It is read as bytes, as those are several times faster to look at than the
 * characters of a string; only what is inside quotes becomes text.
 */
export class Source {
  bytes: Buffer = NOTHING;
  end = 0;
  /** The next byte to be read. */
  at = 0;
  /** Open brackets; inside any, line ends are blanks. */
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
  /** Where in `#wide` the byte `#wideAt` stands. */
  #wideUnit = 0;
  #wideAt = 0;
  #isAscii: boolean | undefined;
  /** Where each of `SPECIAL` is found next, looked for anew only when the position is past it. */
  readonly #specialAt: number[] = [-1, -1, -1, -1];

  constructor({ maxDepth, maxValues }: ReadLimits) {
    this.#maxDepth = maxDepth;
    this.maxValues = maxValues;
  }

  /** Takes a part of `bytes` to read. @throws {SerializeError} for bytes that are not UTF-8. */
  begin(bytes: Uint8Array, from: number, to: number): void {
    // A view, so that there is nothing to see behind the end.
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
    if (!isUtf8(this.bytes)) this.fail("bytes that are not UTF-8");
  }

  /** Lets go of what was read. */
  finish(): void {
    this.bytes = NOTHING;
    this.end = 0;
    this.#ascii = "";
    this.#wide = "";
  }

  fail(what: string, at: number = this.at): never {
    throw new SerializeError(`serpent: ${what} at byte ${at}`, { code: "PYRO_SERPENT" });
  }

  /** Refuses what stands at the reading position. */
  unexpected(wanted: string): never {
    if (this.at >= this.end) this.fail(`the text ends where ${wanted} should be`);
    const found = this.bytes.toString("utf8", this.at, Math.min(this.at + 4, this.end));
    this.fail(`${JSON.stringify(String.fromCodePoint(found.codePointAt(0) ?? 0))} where ${wanted} should be`);
  }

  /** Goes into a bracket. */
  open(): void {
    if (this.depth >= this.#maxDepth) this.fail(`more than ${this.#maxDepth} levels of nesting`);
    this.depth++;
    this.at++;
  }

  /** Goes out of one. `wanted`: what else could have stood here. */
  close(bracket: number, wanted = ""): void {
    if (this.bytes[this.at] !== bracket) this.unexpected(`${wanted} '${String.fromCharCode(bracket)}'`.trimStart());
    this.depth--;
    this.at++;
  }

  /** The text of a range that is known to be ASCII. */
  ascii(from: number, to: number): string {
    if (from >= this.#asciiFrom && to <= this.#asciiTo)
      return this.#ascii.slice(from - this.#asciiFrom, to - this.#asciiFrom);
    if (to - from > LONG) return this.bytes.toString("latin1", from, to);
    this.#asciiFrom = from;
    this.#asciiTo = Math.min(from + WINDOW, this.end);
    this.#ascii = this.bytes.toString("latin1", from, this.#asciiTo);
    return this.#ascii.slice(0, to - from);
  }

  /** The text of any range that begins and ends between characters. */
  text(from: number, to: number): string {
    if (to - from > LONG) return this.bytes.toString("utf8", from, to);
    if (from < this.#wideAt || to > this.#wideTo) this.#openWide(from);
    const start = this.#wideUnit + utf16Units(this.bytes, this.#wideAt, from);
    this.#wideUnit = start + utf16Units(this.bytes, from, to);
    this.#wideAt = to;
    return this.#wide.slice(start, this.#wideUnit);
  }

  #openWide(from: number): void {
    // It may end within a character: text that reaches as far opens another.
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

  /** Where the quote is that ends a text at or behind `from`; -1 if anything is in between that needs care. */
  plainUpTo(quote: number, from: number): number {
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
   * Goes to the expression: comments and empty lines may precede it, and blanks only where they begin the text
   * (`ast.literal_eval` strips those; anywhere else Python sees an indented block).
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
      } else if (indented) this.fail("an indented line");
      else return;
    }
  }

  /** Goes over blanks, comments and continued lines, and inside brackets over line ends. */
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

  /** Goes over empty lines and comments behind the expression. */
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
      if (code === 0) this.fail("a 0-byte");
    }
  }

  #skipContinuation(): void {
    const length = lineEndLength(this.bytes, this.at + 1);
    if (length === 0) this.fail("a backslash that does not end its line");
    this.at += 1 + length;
    if (this.at >= this.end) this.fail("a continued line that does not follow");
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === FORM_FEED;
}

/** 1 for a line feed or a carriage return, 2 for both together, 0 for anything else. */
export function lineEndLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] === LF) return 1;
  if (bytes[at] !== CR) return 0;
  return bytes[at + 1] === LF ? 2 : 1;
}

/** How long the text of these bytes is in JavaScript: an astral character counts twice. */
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

/** What a name is made of; letters beyond ASCII are several such bytes. */
export function isNameByte(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code > 127
  );
}
