/** A Pyro message after its header is parsed. The same for both protocol versions; see `dialect.ts`. */
import { Buffer } from "node:buffer";

export const MessageType = { Connect: 1, ConnectOk: 2, ConnectFail: 3, Invoke: 4, Result: 5, Ping: 6 } as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Extra data by its id of four ASCII characters, in the order of the wire. Never compressed. */
export type Annotations = ReadonlyMap<string, Uint8Array>;

export const NO_ANNOTATIONS: Annotations = new Map();
const EMPTY = Buffer.alloc(0);
/** The size of Pyro5's header, which is the longer one. */
const MAX_HEADER_BYTES = 40;

/** The fields of a header. The meaning of `flags` and `serializerId` depends on the dialect. */
export interface Header {
  readonly type: MessageType;
  readonly flags: number;
  /** 0 to 65535; a RESULT repeats the number of its INVOKE. */
  readonly sequence: number;
  readonly serializerId: number;
  readonly payloadBytes: number;
  readonly annotationsBytes: number;
}

/**
 * A received message: first only its header, then all of it. Its bytes are a view of a network buffer, so it is valid
 * only until the function that received it returns. Copy what is needed longer, or call `keep`.
 */
export class Message implements Header {
  readonly type: MessageType;
  readonly flags: number;
  readonly sequence: number;
  readonly serializerId: number;
  readonly payloadBytes: number;
  readonly annotationsBytes: number;
  /** Copies. */
  annotations: Annotations = NO_ANNOTATIONS;
  /** The payload is `bytes[from..to)`: as received, possibly compressed, until `inflated` is called. */
  bytes: Buffer = EMPTY;
  from = 0;
  to = 0;
  /** The header begins at `#received[#at]`. */
  #at = 0;
  #received: Buffer = EMPTY;

  // Separate numbers rather than one object, because a message is created for each call.
  constructor(
    type: number,
    flags: number,
    sequence: number,
    serializerId: number,
    payloadBytes: number,
    annotationsBytes: number,
  ) {
    this.type = type as MessageType;
    this.flags = flags;
    this.sequence = sequence;
    this.serializerId = serializerId;
    this.payloadBytes = payloadBytes;
    this.annotationsBytes = annotationsBytes;
  }

  /** Sets the buffer and the offsets of the whole message. */
  place(bytes: Buffer, at: number, payloadAt: number, annotations: Annotations): void {
    this.#received = bytes;
    this.#at = at;
    this.annotations = annotations;
    this.bytes = bytes;
    this.from = payloadAt;
    this.to = payloadAt + this.payloadBytes;
  }

  /** Replaces the compressed payload with the inflated one. */
  inflated(payload: Buffer): void {
    this.bytes = payload;
    this.from = 0;
    this.to = payload.length;
  }

  /** Copies the header and the payload, so that the message stays valid. */
  keep(): this {
    this.bytes = Buffer.from(this.payload);
    this.from = 0;
    this.to = this.bytes.length;
    this.#received = Buffer.from(this.#received.subarray(this.#at, this.#at + MAX_HEADER_BYTES));
    this.#at = 0;
    return this;
  }

  /** The payload as a view. */
  get payload(): Buffer {
    return this.bytes.subarray(this.from, this.to);
  }

  /** A copy of `length` bytes of the header. */
  headerBytes(offset: number, length: number): Uint8Array {
    return Buffer.from(this.#received.subarray(this.#at + offset, this.#at + offset + length));
  }
}
