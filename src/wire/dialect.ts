import type { Buffer } from "node:buffer";
import type { PyroVersion, VersionNames } from "../base/pyro-version.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { Annotations, Message, MessageType } from "./message.ts";

/** Flag bits. The first four are the same in both versions; the others differ. */
export interface FlagBits {
  readonly exception: number;
  readonly compressed: number;
  readonly oneway: number;
  readonly batch: number;
  readonly itemStream: number;
  readonly keepSerialized: number;
  /** Pyro4 only: the handshake requests, or contains, metadata. 0 if the version has no such flag. */
  readonly metaOnConnect: number;
  /** Pyro5 only: the header contains a correlation id. 0 if the version has no such flag. */
  readonly correlation: number;
}

/** A message to send. */
export interface OutgoingMessage {
  readonly type: MessageType;
  readonly flags: number;
  readonly sequence: number;
  readonly serializerId: number;
  readonly annotations?: Annotations | undefined;
  readonly correlationId?: Uint8Array | undefined;
  /** Appends the payload to `out`. */
  writePayload(out: ByteSink): void;
}

/** The error texts of a version for invalid messages, the same as in Python. */
export interface RefusalTexts {
  badTag(): string;
  badVersion(protocol: number): string;
  badCheck(): string;
  badType(type: number, accepted: readonly number[]): string;
  tooLarge(bytes: number, limit: number): string;
}

/**
 * One version of the protocol. Callers use a dialect and never test a version number. All layouts, bits and texts that
 * differ are in `pyro4.ts` and `pyro5.ts`, under the same names.
 */
export interface Dialect {
  readonly version: PyroVersion;
  readonly names: VersionNames;
  /** The number in the header: 48 or 502. */
  readonly protocol: number;
  readonly headerBytes: number;
  /** Bytes before the data of an annotation: its id and length. */
  readonly chunkHeadBytes: number;
  readonly maxAnnotationsBytes: number;
  readonly maxPayloadBytes: number;
  readonly flag: FlagBits;
  /** If compression is on: the minimum size of payloads to compress, in bytes, and zlib's level, 1 to 9. */
  readonly compression: { readonly minBytes: number; readonly level: number };
  /** Whether messages can be signed, see `hmac.ts`. */
  readonly signs: boolean;
  readonly refusalTexts: RefusalTexts;
  /** Whether a CONNECT must contain the id of an object. Pyro4's clients without METADATA do not send one. */
  readonly connectNamesObject: boolean;
  /** Whether a CONNECT requests metadata, and a CONNECTOK contains it: always in Pyro5, if a flag is set in Pyro4. */
  hasMetadata(flags: number): boolean;
  /** Converts a set of names to the type that the version sends: a list in Pyro4, a set in Pyro5. */
  nameCollection(names: ReadonlySet<string>): readonly string[] | ReadonlySet<string>;
  /**
   * Reads the header at `at`. The caller ensures that `headerBytes` bytes are there, and has checked the tag and the
   * protocol number.
   * @throws {ProtocolError} for a wrong checksum or magic number.
   */
  readHeader(bytes: Buffer, at: number): Message;
  /** Writes the header into the `headerBytes` bytes reserved at `at`. */
  writeHeader(
    bytes: Buffer,
    at: number,
    message: OutgoingMessage,
    payloadBytes: number,
    annotationsBytes: number,
  ): void;
  readChunkLength(bytes: Buffer, at: number): number;
  writeChunkLength(bytes: Buffer, at: number, length: number): void;
  /**
   * The annotations for a message with that correlation id: Pyro4 adds or replaces CORR; Pyro5 has the id in the
   * header.
   */
  withCorrelation(annotations: Annotations, correlationId: Uint8Array | undefined): Annotations;
  /** The correlation id of a received message: a copy of 16 bytes. */
  correlationOf(message: Message): Uint8Array | undefined;
}

export const TAG = 0x5059524f; // "PYRO"
/** The tag and the protocol number. */
export const PREAMBLE_BYTES = 6;
