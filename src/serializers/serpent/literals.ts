import { Buffer } from "node:buffer";

const SIMPLE: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
  "\r\n": "",
  "\r": "",
};
const ESCAPE =
  /\\(?:(\r\n|[\\'"abfnrtv\n\r])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;

/** An escape that Python refuses. */
export class BadEscape extends Error {}

/**
 * A str literal's body with its escapes resolved as Python does it: unknown ones keep their backslash.
 *
 * @throws {BadEscape} for truncated ones, code points beyond Unicode, and `\N{NAME}`, as Node has no table of names.
 */
export function unescapeText(body: string): string {
  return body.replace(ESCAPE, (all, simple, octal, x, u, U, other) => {
    if (simple !== undefined) return SIMPLE[simple as string] ?? "";
    const digits = (x ?? u ?? U) as string | undefined;
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal as string, 8));
    if (digits === undefined) {
      if (/^[xuU]$/.test(other as string)) throw new BadEscape(`truncated \\${other} escape`);
      if (other === "N") throw new BadEscape("\\N{...} names a character; write the character itself");
      return all;
    }
    const point = Number.parseInt(digits, 16);
    if (point > 0x10ffff) throw new BadEscape("illegal Unicode character");
    return String.fromCodePoint(point);
  });
}

/** A bytes literal's body as bytes. @throws {BadEscape} for what is not ASCII, and truncated escapes. */
export function unescapeBytes(body: string, raw: boolean): Uint8Array {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked
  if (!/^[\x00-\x7f]*$/.test(body)) throw new BadEscape("bytes can only contain ASCII literal characters");
  if (raw) return Buffer.from(body, "latin1");
  const text = body.replace(ESCAPE, (all, simple, octal, x, _u, _U, other) => {
    if (simple !== undefined) return SIMPLE[simple as string] ?? "";
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal as string, 8) & 0xff);
    if (x !== undefined) return String.fromCharCode(Number.parseInt(x as string, 16));
    if (other === "x") throw new BadEscape("invalid \\x escape");
    return all;
  });
  return Buffer.from(text, "latin1");
}

/** Base64 text as bytes; undefined when it is none. */
export function base64Bytes(text: string): Uint8Array | undefined {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = Buffer.from(text, "base64");
  // Node skips what is no base64: the count tells.
  return text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined;
}
