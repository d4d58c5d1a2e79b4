/** Streams in, messages out, and back: what the tests of this room share. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { ProtocolError } from "../../src/base/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/base/limits.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { inflatedPayload } from "../../src/wire/compression.ts";
import { type DecoderOptions, MessageDecoder } from "../../src/wire/decoder.ts";
import type { Dialect, FlagBits, OutgoingMessage } from "../../src/wire/dialect.ts";
import { writeMessage } from "../../src/wire/encoder.ts";
import { type Annotations, type Message, MessageType } from "../../src/wire/message.ts";
import { pyro5 } from "../../src/wire/pyro5.ts";
import type { WireOptions } from "../../src/wire/wire-options.ts";
import type { DecodedVector } from "../support/vectors-messages.ts";

/** What a message said, its payload copied, as the decoder's message does not last. */
export interface Kept {
  readonly type: MessageType;
  readonly flags: number;
  readonly sequence: number;
  readonly serializerId: number;
  readonly annotationsBytes: number;
  readonly annotations: Annotations;
  readonly correlationId: Uint8Array | undefined;
  readonly payload: Buffer;
}

/** A stream, read. */
export interface Fed {
  readonly messages: readonly Kept[];
  readonly dialect: Dialect | undefined;
  readonly pendingBytes: number;
}

/** Feeds `chunks` to a new decoder. What the decoder throws goes through. */
export function feed(chunks: Iterable<Buffer>, options: Partial<DecoderOptions> = {}): Fed {
  const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS, ...options });
  const messages: Kept[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk, (message) => messages.push(keep(message, decoder.dialect ?? pyro5)));
  }
  return { messages, dialect: decoder.dialect, pendingBytes: decoder.pendingBytes };
}

function keep(message: Message, dialect: Dialect): Kept {
  const { type, flags, sequence, serializerId, annotationsBytes, annotations } = message;
  const correlationId = dialect.correlationOf(message);
  return {
    type,
    flags,
    sequence,
    serializerId,
    annotationsBytes,
    annotations,
    correlationId,
    payload: Buffer.from(message.payload),
  };
}

/** Each byte in a buffer of its own. */
export function* bytewise(bytes: Buffer): Iterable<Buffer> {
  for (let at = 0; at < bytes.length; at++) yield Buffer.from(bytes.subarray(at, at + 1));
}

/** Any way in which the network may cut `bytes`, empty chunks included. */
export function cuttings(bytes: Buffer): fc.Arbitrary<Buffer[]> {
  return fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }).map((cuts) => {
    const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
    return edges.slice(1).map((edge, index) => Buffer.from(bytes.subarray(edges[index], edge)));
  });
}

/** Writes what was read again, the payload as it came. */
export function encoded(
  message: Kept,
  dialect: Dialect,
  limits: Limits = DEFAULT_LIMITS,
  wireOptions?: WireOptions,
): Buffer {
  const out = new ByteSink();
  // What was in memory before must not show.
  out.buffer.fill(0xff);
  writeMessage(out, dialect, limits, { ...message, writePayload: (sink) => sink.bytes(message.payload) }, wireOptions);
  return out.take();
}

/** The plain RESULT that tests send. */
export const RESULT: OutgoingMessage = {
  type: MessageType.Result,
  flags: 0,
  sequence: 7,
  serializerId: 1,
  writePayload: () => undefined,
};
/** One whole message, a RESULT unless said otherwise. */
export function message(dialect: Dialect, payload: Uint8Array, extra: Partial<OutgoingMessage> = {}): Buffer {
  const out = new ByteSink();
  writeMessage(out, dialect, DEFAULT_LIMITS, { ...RESULT, ...extra, writePayload: (sink) => sink.bytes(payload) });
  return out.take();
}

/** A header alone, which promises what never comes. */
export function header(dialect: Dialect, payloadBytes: number, annotationsBytes = 0): Buffer {
  const bytes = Buffer.alloc(dialect.headerBytes);
  dialect.writeHeader(bytes, 0, RESULT, payloadBytes, annotationsBytes);
  return bytes;
}

/** The ProtocolError with which `act` fails. */
export function refusal(act: () => unknown): ProtocolError {
  try {
    act();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

const FLAG_NAMES: Record<keyof FlagBits, string> = {
  exception: "EXCEPTION",
  compressed: "COMPRESSED",
  oneway: "ONEWAY",
  batch: "BATCH",
  itemStream: "ITEMSTREAMRESULT",
  keepSerialized: "KEEPSERIALIZED",
  metaOnConnect: "META_ON_CONNECT",
  correlation: "CORR_ID",
};

function flagNames(flags: number, dialect: Dialect): string[] {
  return (Object.keys(FLAG_NAMES) as (keyof FlagBits)[])
    .filter((name) => (flags & dialect.flag[name]) !== 0)
    .map((name) => FLAG_NAMES[name])
    .sort();
}

function typeName(type: number): string {
  const found = Object.entries(MessageType).find(([, value]) => value === type);
  return (found?.[0] ?? String(type)).toUpperCase();
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** A message in the vectors' words, every field of it. */
export function described(message: Kept, dialect: Dialect): Record<string, unknown> {
  const annotations = [...message.annotations].map(([id, data]) => ({ id, hex: hex(data) }));
  return {
    pyro: dialect.version,
    protocol: dialect.protocol,
    type: message.type,
    type_name: typeName(message.type),
    flags: message.flags,
    flag_names: flagNames(message.flags, dialect),
    seq: message.sequence,
    serializer_id: message.serializerId,
    data_size: message.payload.length,
    annotations_size: annotations.reduce((sum, { hex: data }) => sum + dialect.chunkHeadBytes + data.length / 2, 0),
    annotations,
    correlation_id: message.correlationId === undefined ? undefined : hex(message.correlationId),
    payload_hex: hex(inflatedPayload(message, dialect, DEFAULT_LIMITS.maxInflatedBytes)),
  };
}

/** What `described` must give for a vector. Pyro4 carries the correlation id as annotation, Pyro5 in the header. */
export function expected(vector: DecodedVector): Record<string, unknown> {
  const { checksum, magic, reserved, serializer, payload, payload_text, data_size_decompressed, ...fields } =
    vector as DecodedVector & Record<string, unknown>;
  const inHeader = vector.flag_names.includes("CORR_ID") ? vector.correlation_id : undefined;
  const correlation = vector.pyro === 5 ? inHeader : vector.annotations.find(({ id }) => id === "CORR")?.hex;
  return { ...fields, flag_names: [...vector.flag_names].sort(), correlation_id: correlation };
}
