import { Buffer } from "node:buffer";
import { ProtocolError } from "../base/errors.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { Dialect } from "./dialect.ts";
import { type Annotations, NO_ANNOTATIONS } from "./message.ts";

const ID = /^\p{ASCII}{4}$/u;

function overrun(what: string): ProtocolError {
  return new ProtocolError(`annotation overrun: ${what}`, { code: "PYRO_ANNOTATION_OVERRUN" });
}

/**
 * Judges the length of an annotations area from the header, before the area is there.
 *
 * @throws {ProtocolError} when not even one chunk's head fits.
 */
export function checkAnnotationsBytes(bytes: number, dialect: Dialect): void {
  if (bytes > 0 && bytes < dialect.chunkHeadBytes) {
    throw overrun(`${bytes} bytes in all, a chunk's head takes ${dialect.chunkHeadBytes}`);
  }
}

/**
 * Reads an annotations area. The values are copies, so they may be kept. A later chunk with the same id wins.
 *
 * @throws {ProtocolError} for a chunk longer than what is left, which Pyro4 silently cuts, and for an id that is
 *   not ASCII.
 */
export function readAnnotations(bytes: Buffer, dialect: Dialect, start: number, end: number): Annotations {
  if (start === end) return NO_ANNOTATIONS;
  const annotations = new Map<string, Uint8Array>();
  let at = start;
  while (at < end) {
    const data = at + dialect.chunkHeadBytes;
    if (data > end) throw overrun(`${end - at} bytes left, a chunk's head takes ${dialect.chunkHeadBytes}`);
    const length = dialect.readChunkLength(bytes, at + 4);
    if (data + length > end) throw overrun(`a chunk says ${length} bytes, ${end - data} are left`);
    const id = bytes.toString("latin1", at, at + 4);
    if (!ID.test(id)) throw new ProtocolError("annotation id is not ASCII", { code: "PYRO_ANNOTATION_ID" });
    annotations.set(id, Buffer.from(bytes.subarray(data, data + length)));
    at = data + length;
  }
  return annotations;
}

/**
 * Appends an annotations area.
 *
 * @throws {ProtocolError} for an id that is not four ASCII characters, and for more than the version can count
 *   (Pyro4: 65535 bytes in all).
 */
export function writeAnnotations(out: ByteSink, dialect: Dialect, annotations: Annotations): void {
  let total = 0;
  for (const [id, data] of annotations) {
    if (!ID.test(id)) {
      throw new ProtocolError(`annotation id must be 4 ASCII characters, not ${JSON.stringify(id)}`, {
        code: "PYRO_ANNOTATION_ID",
      });
    }
    total += dialect.chunkHeadBytes + data.length;
    if (total > dialect.maxAnnotationsBytes) {
      throw new ProtocolError(
        `annotations of ${total} bytes: Pyro${dialect.version} carries at most ${dialect.maxAnnotationsBytes}`,
        { code: "PYRO_ANNOTATIONS_TOO_LARGE" },
      );
    }
    const at = out.skip(dialect.chunkHeadBytes);
    out.buffer.write(id, at, "latin1");
    dialect.writeChunkLength(out.buffer, at + 4, data.length);
    out.bytes(data);
  }
}
