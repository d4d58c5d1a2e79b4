/**
 * As much of Python's marshal format as a CONNECTFAIL needs: one text. A server that refuses a connection before it
 * got as far as the client's serializer says why in this format (`Pyro4 4.82, core.py`, `Pyro5 5.15, server.py`).
 */
import { Buffer } from "node:buffer";
import { SerializeError } from "../errors.ts";

const LONGEST_SHORT = 255;

/** A text as marshal data that Python of any version reads. */
export function dumpText(text: string): Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked
  const ascii = /^[\x00-\x7f]*$/.test(text);
  if (ascii && text.length <= LONGEST_SHORT) {
    return Buffer.concat([Buffer.from([0x7a, text.length]), Buffer.from(text, "latin1")]); // z
  }
  const utf8 = Buffer.from(text, "utf8");
  const head = Buffer.alloc(5);
  head.write("u", 0, "latin1");
  head.writeUInt32LE(utf8.length, 1);
  return Buffer.concat([head, utf8]);
}

/** The text in marshal data. @throws {SerializeError} for anything else. */
export function loadText(data: Uint8Array): string {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const type = String.fromCharCode((bytes[0] ?? 0) & 0x7f); // the high bit only marks a reference
  const short = type === "z" || type === "Z";
  const long = type === "a" || type === "A" || type === "t" || type === "u";
  const head = short ? 2 : 5;
  if ((!short && !long) || bytes.length < head) throw new SerializeError("marshal data that is no text");
  const length = short ? bytes.readUInt8(1) : bytes.readUInt32LE(1);
  if (head + length > bytes.length) throw new SerializeError("marshal text that ends early");
  return bytes.toString(type === "t" || type === "u" ? "utf8" : "latin1", head, head + length);
}
