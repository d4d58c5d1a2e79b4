import { Buffer } from "node:buffer";

/** Characters decoded at a time; a multiple of 4. */
const CHUNK = 64 * 1024;

/**
 * Decodes the base64 in a range of `source`: standard alphabet, padded, without blanks. Returns undefined for anything
 * else.
 */
export function decodeBase64(source: Buffer, from: number, to: number): Uint8Array | undefined {
  const length = to - from;
  const padding = length === 0 || source[to - 1] !== 61 ? 0 : source[to - 2] === 61 ? 2 : 1;
  if (length % 4 !== 0) return undefined;
  const size = (length / 4) * 3 - padding;
  if (length <= CHUNK) {
    const text = source.toString("latin1", from, to);
    const decoded = Buffer.from(text, "base64");
    // Node skips invalid characters, which results in too few bytes.
    return decoded.length === size && !isUrlAlphabet(text) ? new Uint8Array(decoded) : undefined;
  }
  const bytes = new Uint8Array(size);
  const target = Buffer.from(bytes.buffer);
  let written = 0;
  for (let at = from; at < to; at += CHUNK) {
    const text = source.toString("latin1", at, Math.min(at + CHUNK, to));
    if (isUrlAlphabet(text)) return undefined;
    written += target.write(text, written, "base64");
  }
  return written === size ? bytes : undefined;
}

/** Node also accepts the URL alphabet, Python does not. */
function isUrlAlphabet(text: string): boolean {
  return text.includes("-") || text.includes("_");
}

/** A dict of bytes: the base64 is `[from..to)`, the closing brace is at `end`. */
interface BytesDict {
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

/**
 * Finds the parts of `{'data': '...', 'encoding': 'base64'}` as Python writes it (blanks are optional), from the byte
 * after the opening brace. Returns undefined for anything else. Does not check the base64.
 */
export function findBytesDict(source: Buffer, at: number): BytesDict | undefined {
  const from = endOfForm(source, at, "'data':'");
  const to = from < 0 ? -1 : source.indexOf(39, from);
  const end = to < 0 ? -1 : endOfForm(source, to + 1, ",'encoding':'base64'");
  return source[end] === 125 ? { from, to, end } : undefined;
}

/** The end of `form` if it is at `at`, with or without blanks after its punctuation; else -1. */
function endOfForm(source: Buffer, at: number, form: string): number {
  let position = at;
  for (let index = 0; index < form.length; index++) {
    const expected = form.charCodeAt(index);
    if (source[position] !== expected) return -1;
    position++;
    if ((expected === 58 || expected === 44) && source[position] === 32) position++;
  }
  return position;
}
