import { Buffer } from "node:buffer";
import { MessageTooLargeError, ProtocolError } from "../base/errors.ts";
import { type Limits, MAX_CONNECT_BYTES } from "../base/limits.ts";
import { giveBuffer, takeBuffer, takeSpare } from "../bytes/buffer-pool.ts";
import { checkAnnotationsBytes, readAnnotations } from "./annotations.ts";
import { type Dialect, PREAMBLE_BYTES, TAG } from "./dialect.ts";
import { dialectOfProtocol } from "./dialects.ts";
import { type Message, MessageType, NO_ANNOTATIONS } from "./message.ts";
import { notPyroError } from "./not-pyro.ts";

const NOTHING = Buffer.alloc(0);
/** Enough for a header of any version. */
const HEADER_ROOM = 64;
/** A header's word for the size of its message counts up to here; beyond, memory comes only as bytes do. */
const BELIEVED_BYTES = 4 << 20;

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
 * as they come, in a buffer that serves again (8 MiB: 0.5 ms a message, where putting the chunks together in a fresh
 * buffer takes 7).
 */
export class MessageDecoder {
  /** Fixed by the options or by the first six bytes. */
  dialect: Dialect | undefined;
  accept: readonly number[] | undefined;
  readonly #fallback: Dialect;
  readonly #limits: Limits;
  /** A message that is not whole yet: `#part[0..#have)`. */
  #part: Buffer = NOTHING;
  #have = 0;
  /** How many bytes must be in before there is anything more to learn. */
  #needed = PREAMBLE_BYTES;
  /** The message that is being collected, once its header is in. */
  #message: Message | undefined;

  constructor(options: DecoderOptions) {
    this.dialect = options.dialect;
    this.accept = options.accept;
    this.#fallback = options.fallback;
    this.#limits = options.limits;
  }

  /** Bytes of a message that is not whole yet: not 0 when the stream ends means that it was cut. */
  get pendingBytes(): number {
    return this.#have;
  }

  /**
   * Takes the next bytes and calls `onMessage` for each message that they complete, in order. A message is valid until
   * the call returns; `chunk` is not looked at any more when this returns.
   *
   * @throws {ProtocolError} for bytes that are not the protocol; the decoder is then spent. What `onMessage` throws
   *   goes through, and the rest of `chunk` is lost with it.
   */
  push(chunk: Buffer, onMessage: (message: Message) => void): void {
    let at = this.#have > 0 ? this.#complete(chunk, onMessage) : 0;
    while (at < chunk.length) {
      const size = this.#messageBytes(chunk, at, chunk.length);
      if (chunk.length - at < size) {
        this.#keep(chunk, at, size);
        return;
      }
      onMessage(this.#whole(chunk, at));
      at += size;
    }
  }

  /** Takes what a message lacks out of `chunk`, and hands it on if it is whole then. Gives where the rest begins. */
  #complete(chunk: Buffer, onMessage: (message: Message) => void): number {
    let at = 0;
    while (at < chunk.length) {
      const end = Math.min(at + this.#needed - this.#have, chunk.length);
      this.#append(chunk, at, end);
      at = end;
      if (this.#have < this.#needed) break;
      this.#needed = this.#messageBytes(this.#part, 0, this.#have);
      if (this.#have < this.#needed) continue;
      const message = this.#whole(this.#part, 0);
      this.#have = 0;
      try {
        onMessage(message);
      } finally {
        giveBuffer(this.#part);
        this.#part = NOTHING;
      }
      return at;
    }
    return at;
  }

  #keep(chunk: Buffer, from: number, needed: number): void {
    this.#needed = needed;
    this.#append(chunk, from, chunk.length);
  }

  #append(chunk: Buffer, from: number, to: number): void {
    const size = this.#have + to - from;
    if (size > this.#part.length) {
      const wanted = Math.min(this.#needed, Math.max(2 * size, BELIEVED_BYTES));
      const larger = takeSpare(this.#needed) ?? takeBuffer(Math.max(wanted, size, HEADER_ROOM));
      this.#part.copy(larger, 0, 0, this.#have);
      giveBuffer(this.#part);
      this.#part = larger;
    }
    chunk.copy(this.#part, this.#have, from, to);
    this.#have = size;
  }

  /** Bytes of the message at `at`, or those needed to learn its size. */
  #messageBytes(bytes: Buffer, at: number, end: number): number {
    const available = end - at;
    if (this.#message === undefined) {
      if (available < PREAMBLE_BYTES) return PREAMBLE_BYTES;
      const dialect = this.#judgePreamble(bytes, at);
      if (available < dialect.headerBytes) return dialect.headerBytes;
      this.#message = this.#judgeHeader(dialect.readHeader(bytes, at), dialect);
    }
    const { payloadBytes, annotationsBytes } = this.#message;
    return (this.dialect as Dialect).headerBytes + annotationsBytes + payloadBytes;
  }

  #judgePreamble(bytes: Buffer, at: number): Dialect {
    if (bytes.readUInt32BE(at) !== TAG) {
      const words = this.dialect ?? this.#fallback;
      const text = words.refusalTexts.badTag();
      throw this.dialect === undefined
        ? notPyroError(bytes, at, text)
        : new ProtocolError(text, { code: "PYRO_BAD_TAG" });
    }
    const protocol = bytes.readUInt16BE(at + 4);
    const words = this.dialect ?? this.#fallback;
    if (this.dialect === undefined) this.dialect = dialectOfProtocol(protocol);
    if (this.dialect?.protocol !== protocol) {
      throw new ProtocolError(words.refusalTexts.badVersion(protocol), { code: "PYRO_BAD_VERSION" });
    }
    return this.dialect;
  }

  #judgeHeader(message: Message, dialect: Dialect): Message {
    const { accept } = this;
    const limit = sizeLimit(message.type, this.#limits.maxMessageBytes);
    const bytes = message.payloadBytes + message.annotationsBytes;
    if (bytes > limit) throw new MessageTooLargeError(dialect.refusalTexts.tooLarge(bytes, limit));
    if (accept !== undefined && !accept.includes(message.type)) {
      throw new ProtocolError(dialect.refusalTexts.badType(message.type, accept), { code: "PYRO_BAD_TYPE" });
    }
    checkAnnotationsBytes(message.annotationsBytes, dialect);
    return message;
  }

  /** The collected message, all of whose bytes stand at `at`. */
  #whole(bytes: Buffer, at: number): Message {
    const message = this.#message as Message;
    const dialect = this.dialect as Dialect;
    this.#message = undefined;
    const annotationsAt = at + dialect.headerBytes;
    const payloadAt = annotationsAt + message.annotationsBytes;
    const annotations =
      message.annotationsBytes === 0 ? NO_ANNOTATIONS : readAnnotations(bytes, dialect, annotationsAt, payloadAt);
    message.place(bytes, at, payloadAt, annotations);
    return message;
  }
}

/** A CONNECT has a limit of its own: the client is not known yet. */
function sizeLimit(type: MessageType, maxMessageBytes: number): number {
  return type === MessageType.Connect ? Math.min(maxMessageBytes, MAX_CONNECT_BYTES) : maxMessageBytes;
}
