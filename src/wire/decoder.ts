import { Buffer } from "node:buffer";
import { MessageTooLargeError, ProtocolError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import { judgeAnnotationsBytes, readAnnotations } from "./annotations.ts";
import { type Dialect, PREAMBLE_BYTES, TAG } from "./dialect.ts";
import type { Header, Message } from "./message.ts";
import { dialectOfProtocol } from "./versions.ts";

const SMALL_CHUNK_BYTES = 512;
/** So many small chunks in a row are put together: each costs its keeper some hundred bytes beside its own. */
const SMALL_CHUNKS = 128;

export interface DecoderOptions {
  /** The version that this connection speaks. Left out, the first six bytes decide. */
  readonly dialect?: Dialect | undefined;
  /** In whose words foreign bytes are refused while the version is not known yet. */
  readonly fallback: Dialect;
  readonly limits: Limits;
  /** Message types that may come now; a header of another type is refused before its payload is read. */
  readonly accept?: readonly number[] | undefined;
}

/**
 * Turns chunks of bytes into whole Pyro messages, wherever the network cut them.
 *
 * Tag and version are judged as soon as six bytes are in: a Pyro4 header is only 24 bytes long, so waiting for the
 * 40 of Pyro5 would leave an old peer hanging when it should be answered. Sizes are judged from the header, before
 * the rest is kept. A message within one chunk is handed on as a view of it; one over several chunks is put together
 * once, when its last byte is in.
 */
export class MessageDecoder {
  /** Fixed by the options or by the first six bytes. */
  dialect: Dialect | undefined;
  accept: readonly number[] | undefined;
  readonly #fallback: Dialect;
  readonly #limits: Limits;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** How many bytes must be in before there is anything more to learn. */
  #needed = PREAMBLE_BYTES;
  /** Small chunks at the end of `#kept`. */
  #smallChunks = 0;
  /** The header of the message that is being collected, once it is in. */
  #header: Header | undefined;

  constructor(options: DecoderOptions) {
    this.dialect = options.dialect;
    this.accept = options.accept;
    this.#fallback = options.fallback;
    this.#limits = options.limits;
  }

  /** Bytes of a message that is not whole yet: not 0 when the stream ends means that it was cut. */
  get pendingBytes(): number {
    return this.#keptBytes;
  }

  /**
   * Takes the next bytes and calls `onMessage` for each message that they complete, in order. A message's payload is
   * valid until the call returns; `chunk` may be kept until its message is whole, so it must not be written again.
   *
   * @throws {ProtocolError} for bytes that are not the protocol; the decoder is then spent. What `onMessage` throws
   *   goes through, and the rest of `chunk` is lost with it.
   */
  push(chunk: Buffer, onMessage: (message: Message) => void): void {
    let bytes = chunk;
    if (this.#keptBytes > 0) {
      this.#keep(chunk);
      if (this.#keptBytes < this.#needed) return;
      bytes = Buffer.concat(this.#kept, this.#keptBytes);
      this.#kept = [];
      this.#keptBytes = 0;
      this.#smallChunks = 0;
    }
    let at = 0;
    while (at < bytes.length) {
      const size = this.#messageBytes(bytes, at);
      if (bytes.length - at < size) {
        this.#needed = size;
        break;
      }
      const header = this.#header as Header;
      this.#header = undefined;
      onMessage(this.#message(bytes, at, header));
      at += size;
    }
    if (at < bytes.length) this.#keep(at === 0 ? bytes : bytes.subarray(at));
  }

  #keep(chunk: Buffer): void {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    this.#smallChunks = chunk.length < SMALL_CHUNK_BYTES ? this.#smallChunks + 1 : 0;
    if (this.#smallChunks < SMALL_CHUNKS) return;
    this.#kept.push(Buffer.concat(this.#kept.splice(-SMALL_CHUNKS)));
    this.#smallChunks = 0;
  }

  /** Bytes of the message at `at`, or those needed to learn its size. */
  #messageBytes(bytes: Buffer, at: number): number {
    const available = bytes.length - at;
    if (this.#header === undefined) {
      if (available < PREAMBLE_BYTES) return PREAMBLE_BYTES;
      const dialect = this.#judgePreamble(bytes, at);
      if (available < dialect.headerBytes) return dialect.headerBytes;
      this.#header = this.#judgeHeader(dialect.readHeader(bytes, at), dialect);
    }
    const { payloadBytes, annotationsBytes } = this.#header;
    return (this.dialect ?? this.#fallback).headerBytes + annotationsBytes + payloadBytes;
  }

  #judgePreamble(bytes: Buffer, at: number): Dialect {
    const words = this.dialect ?? this.#fallback;
    if (bytes.readUInt32BE(at) !== TAG) {
      throw new ProtocolError(words.refusal.badTag(), { code: "PYRO_BAD_TAG" });
    }
    const protocol = bytes.readUInt16BE(at + 4);
    if (this.dialect === undefined) this.dialect = dialectOfProtocol(protocol);
    if (this.dialect?.protocol !== protocol) {
      throw new ProtocolError(words.refusal.badVersion(protocol), { code: "PYRO_BAD_VERSION" });
    }
    return this.dialect;
  }

  #judgeHeader(header: Header, dialect: Dialect): Header {
    const { accept } = this;
    const { maxMessageBytes } = this.#limits;
    const bytes = header.payloadBytes + header.annotationsBytes;
    if (bytes > maxMessageBytes) throw new MessageTooLargeError(dialect.refusal.tooLarge(bytes, maxMessageBytes));
    if (accept !== undefined && !accept.includes(header.type)) {
      throw new ProtocolError(dialect.refusal.badType(header.type, accept), { code: "PYRO_BAD_TYPE" });
    }
    judgeAnnotationsBytes(header.annotationsBytes, dialect);
    return header;
  }

  #message(bytes: Buffer, at: number, header: Header): Message {
    const dialect = this.dialect ?? this.#fallback;
    const annotationsAt = at + dialect.headerBytes;
    const payloadAt = annotationsAt + header.annotationsBytes;
    const annotations = readAnnotations(bytes, dialect, annotationsAt, payloadAt);
    return {
      type: header.type,
      flags: header.flags,
      sequence: header.sequence,
      serializerId: header.serializerId,
      annotations,
      correlationId: dialect.correlationOf(header, annotations),
      payload: bytes.subarray(payloadAt, payloadAt + header.payloadBytes),
    };
  }
}
