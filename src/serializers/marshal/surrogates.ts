/** UTF-8 that may contain lone surrogates: Python's `surrogatepass`. */
import { Buffer, isUtf8 } from "node:buffer";

/** Decodes UTF-8 with lone surrogates. Returns undefined if the bytes are otherwise invalid. */
export function decodeSurrogatePass(bytes: Buffer): string | undefined {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let text = "";
  let from = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    const second = bytes[at + 1] as number;
    const third = bytes[at + 2] as number;
    // ED A0 80 to ED BF BF
    if (bytes[at] !== 0xed || second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue;
    if (!isUtf8(bytes.subarray(from, at))) return undefined;
    text += bytes.toString("utf8", from, at) + String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
    from = at + 3;
    at += 2;
  }
  const rest = bytes.subarray(from);
  return isUtf8(rest) ? text + rest.toString("utf8") : undefined;
}

/** Encodes a text as UTF-8 with lone surrogates. */
export function encodeSurrogatePass(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  for (const part of text.split(/(\p{Surrogate})/u)) {
    const code = part.charCodeAt(0);
    const lone = part.length === 1 && code >= 0xd800 && code <= 0xdfff;
    parts.push(
      lone ? Buffer.from([0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]) : Buffer.from(part, "utf8"),
    );
  }
  return Buffer.concat(parts);
}
