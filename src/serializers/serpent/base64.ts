import { Buffer } from "node:buffer";

/** At most so much is text at a time; a multiple of 4. */
const CHUNK = 64 * 1024;

/**
 * The bytes that are written as base64 in this range: standard alphabet, padded, nothing between. Undefined for
 * anything else.
 */
export function decodeBase64(source: Buffer, from: number, to: number): Uint8Array | undefined {
  const length = to - from;
  const padding = length === 0 || source[to - 1] !== 61 ? 0 : source[to - 2] === 61 ? 2 : 1;
  if (length % 4 !== 0) return undefined;
  const size = (length / 4) * 3 - padding;
  if (length <= CHUNK) {
    const text = source.toString("latin1", from, to);
    const decoded = Buffer.from(text, "base64");
    // Node skips what is no base64: then there are too few bytes.
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

/** Node takes this alphabet too, Python does not. */
function isUrlAlphabet(text: string): boolean {
  return text.includes("-") || text.includes("_");
}

/** Where the base64 is in a dict of bytes, and where the dict's closing brace stands. */
interface BytesDict {
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

/**
 * `{'data': '...', 'encoding': 'base64'}` as Python writes it (blanks may be missing), from behind its opening brace;
 * undefined for anything else. The base64 is not looked at.
 */
export function findBytesDict(source: Buffer, at: number): BytesDict | undefined {
  const from = endOfForm(source, at, "'data':'");
  const to = from < 0 ? -1 : source.indexOf(39, from);
  const end = to < 0 ? -1 : endOfForm(source, to + 1, ",'encoding':'base64'");
  return source[end] === 125 ? { from, to, end } : undefined;
}

/** Where `form` ends if it stands at `at`, with or without a blank behind its punctuation; -1 if it does not. */
function endOfForm(source: Buffer, at: number, form: string): number {
  let position = at;
  for (let index = 0; index < form.length; index++) {
    const wanted = form.charCodeAt(index);
    if (source[position] !== wanted) return -1;
    position++;
    if ((wanted === 58 || wanted === 44) && source[position] === 32) position++;
  }
  return position;
}
