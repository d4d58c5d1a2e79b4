import { Buffer } from "node:buffer";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { isPrintable } from "./printable.ts";

const EMPTY = Buffer.alloc(0);
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;
/** From this length on, it is faster to let the engine encode the text and then check it. */
export const LONG = 96;
/** Text that needs escapes is written in parts of this length, to limit the space reserved for escapes. */
const PART = 4_096;
/** Maximum bytes per UTF-16 unit: `\ud800`. A pair of surrogates becomes at most ten bytes. */
const MAX_BYTES_PER_UNIT = 6;

const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map([
  [BACKSLASH, BACKSLASH],
  [10, 0x6e],
  [13, 0x72],
  [9, 0x74],
]);

/** Writes text into a sink. */
export class TextWriter {
  #out: ByteSink | undefined;
  /** The sink's buffer; the sink's length is updated only when needed. */
  protected buffer: Buffer = EMPTY;
  /** Offset of the next byte. */
  protected at = 0;

  /** Starts to write at the end of a sink. */
  begin(out: ByteSink): void {
    this.#out = out;
    this.buffer = out.buffer;
    this.at = out.length;
  }

  /** Updates the length of the sink, and releases it. */
  finish(): void {
    (this.#out as ByteSink).length = this.at;
    this.#out = undefined;
    this.buffer = EMPTY;
  }

  /** Reserves space for `size` bytes. */
  reserve(size: number): void {
    if (this.at + size <= this.buffer.length) return;
    const out = this.#out as ByteSink;
    out.length = this.at;
    out.reserve(size);
    this.buffer = out.buffer;
  }

  byte(code: number): void {
    this.reserve(1);
    this.buffer[this.at++] = code;
  }

  /** Writes short ASCII text. */
  ascii(text: string): void {
    this.reserve(text.length);
    const buffer = this.buffer;
    let at = this.at;
    for (let index = 0; index < text.length; index++) buffer[at++] = text.charCodeAt(index);
    this.at = at;
  }

  /** Writes long text whose characters are all below U+0100. */
  latin1(text: string): void {
    this.reserve(text.length);
    this.at += this.buffer.write(text, this.at, "latin1");
  }

  /** Writes text like Python's `repr`: quoted, with escapes for characters that are not printable. */
  protected anyText(text: string): void {
    const { length } = text;
    if (length >= LONG && this.#plainText(text)) return;
    // Python uses single quotes, unless the text contains single quotes and no double quotes.
    const quote = text.includes("'") && !text.includes('"') ? DOUBLE : SINGLE;
    this.byte(quote);
    for (let from = 0; from < length; ) from = this.#escapedPart(text, from, quote);
    this.byte(quote);
  }

  /** Writes long text that needs no escapes. Returns false, without writing, for any other text. */
  #plainText(text: string): boolean {
    this.reserve((text.length <= PART ? text.length * 3 : Buffer.byteLength(text)) + 2);
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
        } else if (!isPrintable(code)) return false; // surrogates too: `#escapedPart` combines pairs
      }
    }
    buffer[this.at] = SINGLE;
    buffer[end] = SINGLE;
    this.at = end + 1;
    return true;
  }

  /** Writes a part of a text; returns the index where the next part begins. */
  #escapedPart(text: string, from: number, quote: number): number {
    const limit = Math.min(from + PART, text.length);
    this.reserve((limit - from + 1) * MAX_BYTES_PER_UNIT);
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
 * Whether ASCII text needs no escapes. JSON and Python escape the same ASCII characters except three, and
 * JSON.stringify checks several characters at a time (1 KiB: 0.3 us, 1.2 us in a loop).
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
