import type { Buffer } from "node:buffer";
import type { PyroVersion, VersionNames } from "../base/pyro-version.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { Annotations, Message, MessageType } from "./message.ts";

/** Flag bits. The first four are the same in both versions; the others share bits with other meanings. */
export interface FlagBits {
  readonly exception: number;
  readonly compressed: number;
  readonly oneway: number;
  readonly batch: number;
  readonly itemStream: number;
  readonly keepSerialized: number;
  /** Pyro4 only: metadata is asked for, and comes, with the handshake. 0 where the version has no such flag. */
  readonly metaOnConnect: number;
  /** Pyro5 only: the header holds a correlation id. */
  readonly correlation: number;
}

/** A message to be sent. */
export interface OutgoingMessage {
  readonly type: MessageType;
  readonly flags: number;
  readonly sequence: number;
  readonly serializerId: number;
  readonly annotations?: Annotations | undefined;
  readonly correlationId?: Uint8Array | undefined;
  /** Puts the payload behind what is in `out`. */
  writePayload(out: ByteSink): void;
}

/** The words in which a version refuses bad bytes: its own texts, as peers and their logs know them. */
export interface RefusalTexts {
  badTag(): string;
  badVersion(protocol: number): string;
  badCheck(): string;
  badType(type: number, accepted: readonly number[]): string;
  tooLarge(bytes: number, limit: number): string;
}

/**
 * One version of the protocol. Callers hold a dialect and never test a version number: layouts, bits and texts that
 * differ are all here, in `pyro4.ts` and `pyro5.ts` under the same names.
 */
export interface Dialect {
  readonly version: PyroVersion;
  readonly names: VersionNames;
  /** The number in the header: 48 or 502. */
  readonly protocol: number;
  readonly headerBytes: number;
  /** Bytes before each annotation's data: the id and its length. */
  readonly chunkHeadBytes: number;
  readonly maxAnnotationsBytes: number;
  readonly maxPayloadBytes: number;
  readonly flag: FlagBits;
  /** Which payloads are worth compressing when that is on: at least so many bytes; and how hard zlib tries, 1 to 9. */
  readonly compression: { readonly leastBytes: number; readonly level: number };
  /** Whether its messages can be signed, see `hmac.ts`. */
  readonly signs: boolean;
  readonly refusalTexts: RefusalTexts;
  /** Whether a CONNECT must name the object that the client wants. Pyro4's clients without METADATA name none. */
  readonly connectNamesObject: boolean;
  /** Whether a CONNECT asks for metadata, and whether a CONNECTOK has it: always in Pyro5, by a flag in Pyro4. */
  hasMetadata(flags: number): boolean;
  /** A collection of names as the version sends it: Pyro4 lists, Pyro5 sets. */
  nameCollection(names: ReadonlySet<string>): readonly string[] | ReadonlySet<string>;
  /**
   * Reads the header at `at`, where `headerBytes` are in; tag and protocol number were judged before.
   * @throws {ProtocolError} for a wrong checksum or magic number.
   */
  readHeader(bytes: Buffer, at: number): Message;
  /** Writes the header into `headerBytes` that were left open at `at`. */
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
   * The annotations to send so that `correlationId` travels: Pyro4 adds CORR, or sets it where it already stands;
   * Pyro5 has the id in the header.
   */
  withCorrelation(annotations: Annotations, correlationId: Uint8Array | undefined): Annotations;
  /** The correlation id that a received message carries: 16 bytes, a copy. */
  correlationOf(message: Message): Uint8Array | undefined;
}

export const TAG = 0x5059524f; // "PYRO"
/** Bytes that tell what comes: the tag and the protocol number. */
export const PREAMBLE_BYTES = 6;
