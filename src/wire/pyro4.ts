/**
 * Protocol 48, Pyro4 (`Pyro4 4.82, message.py`). Header, 24 bytes, big-endian:
 *
 *     0 "PYRO"   4 protocol 48   6 type   8 flags   10 sequence   12 payload length, signed
 *    16 serializer id   18 annotations length   20 reserved, 0   22 checksum
 *
 * Annotation: id (4 ASCII characters), length (2 bytes), data; at most 65535 bytes in total, because the length in the
 * header has two bytes.
 */
import type { Buffer } from "node:buffer";
import { ProtocolError } from "../base/errors.ts";
import { VERSION_NAMES } from "../base/pyro-version.ts";
import { AnnotationId } from "./annotation-ids.ts";
import { type Dialect, type OutgoingMessage, TAG } from "./dialect.ts";
import { type Annotations, Message } from "./message.ts";

const PROTOCOL = 48;
const CHECKSUM_MAGIC = 0x34e9;
const META_ON_CONNECT = 0x10;

function checksum(
  type: number,
  payload: number,
  annotations: number,
  serializer: number,
  flags: number,
  sequence: number,
): number {
  return (type + PROTOCOL + payload + annotations + serializer + flags + sequence + CHECKSUM_MAGIC) & 0xffff;
}

function readHeader(bytes: Buffer, at: number): Message {
  const type = bytes.readUInt16BE(at + 6);
  const flags = bytes.readUInt16BE(at + 8);
  const sequence = bytes.readUInt16BE(at + 10);
  const payloadBytes = bytes.readInt32BE(at + 12);
  const serializerId = bytes.readUInt16BE(at + 16);
  const annotationsBytes = bytes.readUInt16BE(at + 18);
  if (bytes.readUInt16BE(at + 22) !== checksum(type, payloadBytes, annotationsBytes, serializerId, flags, sequence)) {
    throw new ProtocolError(pyro4.refusalTexts.badCheck(), { code: "PYRO_BAD_CHECKSUM" });
  }
  if (payloadBytes < 0) {
    throw new ProtocolError(`invalid payload length: ${payloadBytes}`, { code: "PYRO_BAD_LENGTH" });
  }
  return new Message(type, flags, sequence, serializerId, payloadBytes, annotationsBytes);
}

function writeHeader(
  bytes: Buffer,
  at: number,
  message: OutgoingMessage,
  payloadBytes: number,
  annotationsBytes: number,
): void {
  const { type, flags, sequence, serializerId } = message;
  bytes.writeUInt32BE(TAG, at);
  bytes.writeUInt16BE(PROTOCOL, at + 4);
  bytes.writeUInt16BE(type, at + 6);
  bytes.writeUInt16BE(flags, at + 8);
  bytes.writeUInt16BE(sequence, at + 10);
  bytes.writeInt32BE(payloadBytes, at + 12);
  bytes.writeUInt16BE(serializerId, at + 16);
  bytes.writeUInt16BE(annotationsBytes, at + 18);
  bytes.writeUInt16BE(0, at + 20);
  bytes.writeUInt16BE(checksum(type, payloadBytes, annotationsBytes, serializerId, flags, sequence), at + 22);
}

/** The Pyro4 dialect. */
export const pyro4: Dialect = {
  version: 4,
  names: VERSION_NAMES[4],
  protocol: PROTOCOL,
  headerBytes: 24,
  chunkHeadBytes: 6,
  maxAnnotationsBytes: 0xffff,
  maxPayloadBytes: 0x7fffffff,
  flag: {
    exception: 0x01,
    compressed: 0x02,
    oneway: 0x04,
    batch: 0x08,
    metaOnConnect: META_ON_CONNECT,
    itemStream: 0x20,
    keepSerialized: 0x40,
    correlation: 0,
  },
  compression: { minBytes: 200, level: 6 },
  signs: true,
  refusalTexts: {
    badTag: () => "invalid data or unsupported protocol version",
    badVersion: () => "invalid data or unsupported protocol version",
    badCheck: () => "header checksum mismatch",
    badType: (type) => `invalid msg type ${type} received`,
    tooLarge: (bytes, limit) => `max message size exceeded (${bytes} where max=${limit})`,
  },
  connectNamesObject: false,
  hasMetadata: (flags) => (flags & META_ON_CONNECT) !== 0,
  nameCollection: (names) => [...names],
  readHeader,
  writeHeader,
  readChunkLength: (bytes, at) => bytes.readUInt16BE(at),
  writeChunkLength: (bytes, at, length) => {
    bytes.writeUInt16BE(length, at);
  },
  withCorrelation(annotations: Annotations, correlationId: Uint8Array | undefined): Annotations {
    return correlationId === undefined
      ? annotations
      : new Map(annotations).set(AnnotationId.Correlation, correlationId);
  },
  correlationOf({ annotations }: Message): Uint8Array | undefined {
    const id = annotations.get(AnnotationId.Correlation);
    return id?.length === 16 ? id : undefined;
  },
};
