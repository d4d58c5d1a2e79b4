import { Buffer } from "node:buffer";
import { ProtocolError } from "../base/errors.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { Dialect } from "./dialect.ts";
import { type Annotations, NO_ANNOTATIONS } from "./message.ts";

const ID = /^\p{ASCII}{4}$/u;

function overrunError(problem: string): ProtocolError {
  return new ProtocolError(`annotation overrun: ${problem}`, { code: "PYRO_ANNOTATION_OVERRUN" });
}

/**
 * Checks the length of the annotations in a header, before the annotations are received.
 *
 * @throws {ProtocolError} if it is too short for the head of one chunk.
 */
export function checkAnnotationsBytes(bytes: number, dialect: Dialect): void {
  if (bytes > 0 && bytes < dialect.chunkHeadBytes) {
    throw overrunError(`total of ${bytes} bytes, but a chunk's head has ${dialect.chunkHeadBytes}`);
  }
}

/**
 * Reads annotations. The values are copies, so they can be kept. A later chunk replaces an earlier one with the same
 * id.
 *
 * @throws {ProtocolError} for a chunk that exceeds the remaining bytes, which Pyro4 silently truncates, and for an id
 *   that is not ASCII.
 */
export function readAnnotations(bytes: Buffer, dialect: Dialect, start: number, end: number): Annotations {
  if (start === end) return NO_ANNOTATIONS;
  const annotations = new Map<string, Uint8Array>();
  let at = start;
  while (at < end) {
    const data = at + dialect.chunkHeadBytes;
    if (data > end) throw overrunError(`${end - at} bytes remain, but a chunk's head has ${dialect.chunkHeadBytes}`);
    const length = dialect.readChunkLength(bytes, at + 4);
    if (data + length > end) throw overrunError(`chunk length is ${length} bytes, but ${end - data} remain`);
    const id = bytes.toString("latin1", at, at + 4);
    if (!ID.test(id)) throw new ProtocolError("annotation id is not ASCII", { code: "PYRO_ANNOTATION_ID" });
    annotations.set(id, Buffer.from(bytes.subarray(data, data + length)));
    at = data + length;
  }
  return annotations;
}

/**
 * Appends annotations.
 *
 * @throws {ProtocolError} for an id that is not four ASCII characters, and for annotations larger than the version
 *   allows (Pyro4: 65535 bytes in total).
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
        `annotations of ${total} bytes exceed Pyro${dialect.version}'s limit of ${dialect.maxAnnotationsBytes}`,
        { code: "PYRO_ANNOTATIONS_TOO_LARGE" },
      );
    }
    const at = out.skip(dialect.chunkHeadBytes);
    out.buffer.write(id, at, "latin1");
    dialect.writeChunkLength(out.buffer, at + 4, data.length);
    out.bytes(data);
  }
}
