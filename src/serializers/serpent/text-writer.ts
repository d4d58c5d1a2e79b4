import { Buffer } from "node:buffer";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { isPrintable } from "./printable.ts";

const NOTHING = Buffer.alloc(0);
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;
/** From this length on, letting the engine encode and then looking at the bytes is faster. */
export const LONG = 96;
/** Text that needs escapes is written in parts, to make room for the longest escapes of only so much. */
const PART = 4_096;
/** The most bytes that a UTF-16 unit becomes: `\ud800`. An astral character has two of them, and becomes ten at most. */
const MOST_PER_UNIT = 6;

const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map([
  [BACKSLASH, BACKSLASH],
  [10, 0x6e],
  [13, 0x72],
  [9, 0x74],
]);

/** Puts text of any kind into a sink. */
export class TextWriter {
  #out: ByteSink | undefined;
  /** The sink's own buffer; written to here, and told to the sink in the end. */
  protected buffer: Buffer = NOTHING;
  /** Where the next byte goes. */
  protected at = 0;

  /** Takes a sink to write into, at its end. */
  begin(out: ByteSink): void {
    this.#out = out;
    this.buffer = out.buffer;
    this.at = out.length;
  }

  /** Tells the sink how much it holds now; before, it does not know. */
  finish(): void {
    (this.#out as ByteSink).length = this.at;
    this.#out = undefined;
    this.buffer = NOTHING;
  }

  /** Makes room for so many bytes. */
  need(size: number): void {
    if (this.at + size <= this.buffer.length) return;
    const out = this.#out as ByteSink;
    out.length = this.at;
    out.reserve(size);
    this.buffer = out.buffer;
  }

  byte(code: number): void {
    this.need(1);
    this.buffer[this.at++] = code;
  }

  /** Short text that is ASCII. */
  ascii(text: string): void {
    this.need(text.length);
    const buffer = this.buffer;
    let at = this.at;
    for (let index = 0; index < text.length; index++) buffer[at++] = text.charCodeAt(index);
    this.at = at;
  }

  /** Long text whose characters are all below U+0100. */
  latin1(text: string): void {
    this.need(text.length);
    this.at += this.buffer.write(text, this.at, "latin1");
  }

  /** Text as Python's `repr` shows it: quoted, and with escapes for what is not printable. */
  protected anyText(text: string): void {
    const { length } = text;
    if (length >= LONG && this.#plainText(text)) return;
    // Python prefers single quotes, and changes to double ones only where that saves every escape.
    const quote = text.includes("'") && !text.includes('"') ? DOUBLE : SINGLE;
    this.byte(quote);
    for (let from = 0; from < length; ) from = this.#escapedPart(text, from, quote);
    this.byte(quote);
  }

  /** Writes long text that has nothing to escape; false, with nothing written, for any other. */
  #plainText(text: string): boolean {
    this.need((text.length <= PART ? text.length * 3 : Buffer.byteLength(text)) + 2);
    const buffer = this.buffer;
    const start = this.at + 1;
    const end = start + buffer.write(text, start, "utf8");
    if (end - start === text.length) {
      if (!isPlainAscii(text)) return false;
    } else {
      for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code < 127) {
          if (code < 32 || code === SINGLE || code === BACKSLASH) return false;
        } else if (!isPrintable(code)) return false; // also halves of astral characters, which are looked at apart
      }
    }
    buffer[this.at] = SINGLE;
    buffer[end] = SINGLE;
    this.at = end + 1;
    return true;
  }

  /** Writes a part of a text, and gives where the next begins. */
  #escapedPart(text: string, from: number, quote: number): number {
    const limit = Math.min(from + PART, text.length);
    this.need((limit - from + 1) * MOST_PER_UNIT);
    const buffer = this.buffer;
    let at = this.at;
    let index = from;
    for (; index < limit; index++) {
      const code = text.charCodeAt(index);
      if (code >= 32 && code < 127) {
        if (code === quote || code === BACKSLASH) buffer[at++] = BACKSLASH;
        buffer[at++] = code;
        continue;
      }
      const short = SHORT_ESCAPES.get(code);
      if (short !== undefined) {
        buffer[at++] = BACKSLASH;
        buffer[at++] = short;
        continue;
      }
      const point = text.codePointAt(index) as number;
      if (point > 0xffff) index++;
      at = isPrintable(point) ? putUtf8(buffer, at, point) : putEscape(buffer, at, point);
    }
    this.at = at;
    return index;
  }
}

/**
 * Whether ASCII text has nothing to escape. JSON's escapes are those of Python but for three characters, and the engine
 * looks for them several at a time (1 KiB: 0.3 us, 1.2 by hand).
 */
function isPlainAscii(text: string): boolean {
  if (text.includes("'") || text.includes("\x7f")) return false;
  for (let at = 0; at < text.length; at += PART) {
    const part = text.length <= PART ? text : text.slice(at, at + PART);
    if (JSON.stringify(part).length !== part.length + 2) return !text.includes("\\") && !hasControl(text);
  }
  return true;
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 32) return true;
  return false;
}

function putUtf8(buffer: Buffer, start: number, point: number): number {
  let at = start;
  if (point < 0x800) buffer[at++] = 0xc0 | (point >> 6);
  else {
    if (point < 0x10000) buffer[at++] = 0xe0 | (point >> 12);
    else {
      buffer[at++] = 0xf0 | (point >> 18);
      buffer[at++] = 0x80 | ((point >> 12) & 0x3f);
    }
    buffer[at++] = 0x80 | ((point >> 6) & 0x3f);
  }
  buffer[at++] = 0x80 | (point & 0x3f);
  return at;
}

/** `\x00`, `\u2028` or `\U0010ffff`. */
function putEscape(buffer: Buffer, start: number, point: number): number {
  const digits = point < 0x100 ? 2 : point < 0x10000 ? 4 : 8;
  let at = start;
  buffer[at++] = BACKSLASH;
  buffer[at++] = digits === 2 ? 0x78 : digits === 4 ? 0x75 : 0x55;
  for (let shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    const digit = (point >>> shift) & 15;
    buffer[at++] = digit < 10 ? 48 + digit : 87 + digit;
  }
  return at;
}
