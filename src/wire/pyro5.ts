/**
 * Protocol 502, Pyro5 (`Pyro5 5.15, protocol.py`). Header, 40 bytes, big-endian:
 *
 *     0 "PYRO"   4 protocol 502   6 type, 1 byte   7 serializer id, 1 byte   8 flags   10 sequence
 *    12 payload length   16 annotations length   20 correlation uuid, 16 bytes   36 reserved, 0   38 magic 0x4dc5
 *
 * Annotation: id (4 ASCII characters), length (4 bytes), data. The correlation id is only valid if its flag is set.
 */
import type { Buffer } from "node:buffer";
import { ProtocolError } from "../base/errors.ts";
import { VERSION_NAMES } from "../base/pyro-version.ts";
import { type Dialect, type OutgoingMessage, TAG } from "./dialect.ts";
import { type Annotations, Message } from "./message.ts";

const PROTOCOL = 502;
const MAGIC = 0x4dc5;
const CORRELATION_FLAG = 0x40;

function readHeader(bytes: Buffer, at: number): Message {
  if (bytes.readUInt16BE(at + 38) !== MAGIC) {
    throw new ProtocolError(pyro5.refusalTexts.badCheck(), { code: "PYRO_BAD_MAGIC" });
  }
  return new Message(
    bytes[at + 6] as number,
    bytes.readUInt16BE(at + 8),
    bytes.readUInt16BE(at + 10),
    bytes[at + 7] as number,
    bytes.readUInt32BE(at + 12),
    bytes.readUInt32BE(at + 16),
  );
}

function writeHeader(
  bytes: Buffer,
  at: number,
  message: OutgoingMessage,
  payloadBytes: number,
  annotationsBytes: number,
): void {
  const { correlationId } = message;
  bytes.writeUInt32BE(TAG, at);
  bytes.writeUInt16BE(PROTOCOL, at + 4);
  bytes[at + 6] = message.type;
  bytes[at + 7] = message.serializerId;
  bytes.writeUInt16BE(message.flags | (correlationId === undefined ? 0 : CORRELATION_FLAG), at + 8);
  bytes.writeUInt16BE(message.sequence, at + 10);
  bytes.writeUInt32BE(payloadBytes, at + 12);
  bytes.writeUInt32BE(annotationsBytes, at + 16);
  for (let index = 0; index < 16; index++) bytes[at + 20 + index] = correlationId?.[index] ?? 0;
  bytes.writeUInt16BE(0, at + 36);
  bytes.writeUInt16BE(MAGIC, at + 38);
}

/** The Pyro5 dialect. */
export const pyro5: Dialect = {
  version: 5,
  names: VERSION_NAMES[5],
  protocol: PROTOCOL,
  headerBytes: 40,
  chunkHeadBytes: 8,
  maxAnnotationsBytes: 0xffffffff,
  maxPayloadBytes: 0xffffffff,
  flag: {
    exception: 0x01,
    compressed: 0x02,
    oneway: 0x04,
    batch: 0x08,
    metaOnConnect: 0,
    itemStream: 0x10,
    keepSerialized: 0x20,
    correlation: CORRELATION_FLAG,
  },
  compression: { minBytes: 101, level: 4 },
  signs: false,
  refusalTexts: {
    badTag: () => "invalid data",
    badVersion: (protocol) => `invalid protocol version: ${protocol}`,
    badCheck: () => "invalid message or protocol version",
    badType: (type, accepted) => `invalid msg type ${type} received (expected: ${accepted.join(",")})`,
    tooLarge: (bytes, limit) => `message too large (${bytes}, max=${limit})`,
  },
  connectNamesObject: true,
  hasMetadata: () => true,
  nameCollection: (names) => names,
  readHeader,
  writeHeader,
  readChunkLength: (bytes, at) => bytes.readUInt32BE(at),
  writeChunkLength: (bytes, at, length) => {
    bytes.writeUInt32BE(length, at);
  },
  withCorrelation: (annotations: Annotations): Annotations => annotations,
  correlationOf: (message: Message): Uint8Array | undefined =>
    (message.flags & CORRELATION_FLAG) === 0 ? undefined : message.headerBytes(20, 16),
};
