/** What a Pyro message is once its header is understood. The same for both protocol versions; see `dialect.ts`. */
import { Buffer } from "node:buffer";

export const MessageType = { Connect: 1, ConnectOk: 2, ConnectFail: 3, Invoke: 4, Result: 5, Ping: 6 } as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Chunks of extra data by their id of four ASCII characters, in the order of the wire. Never compressed. */
export type Annotations = ReadonlyMap<string, Uint8Array>;

export const NO_ANNOTATIONS: Annotations = new Map();
const NOTHING = Buffer.alloc(0);
/** Pyro5's. */
const LONGEST_HEADER_BYTES = 40;

/** Everything a header says. `flags` and `serializerId` are raw: their meaning is the dialect's. */
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
 * A received message: first its header alone, then all of it. Its bytes are a part of what the network brought, so it
 * holds only until whoever got it returns; what is needed for longer is copied.
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
  /** The payload is `bytes[from..to)`: as it came, possibly compressed, until `inflate`. */
  bytes: Buffer = NOTHING;
  from = 0;
  to = 0;
  /** Where the header begins, in the bytes that came. */
  #at = 0;
  #came: Buffer = NOTHING;

  // Seven numbers rather than one object: a message is made for each call.
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

  /** Tells where in `bytes` the whole message stands. */
  place(bytes: Buffer, at: number, payloadAt: number, annotations: Annotations): void {
    this.#came = bytes;
    this.#at = at;
    this.annotations = annotations;
    this.bytes = bytes;
    this.from = payloadAt;
    this.to = payloadAt + this.payloadBytes;
  }

  /** Puts the inflated payload in the place of the compressed one. */
  inflated(payload: Buffer): void {
    this.bytes = payload;
    this.from = 0;
    this.to = payload.length;
  }

  /** Makes it hold for longer than its turn, in bytes of its own. */
  keep(): this {
    this.bytes = Buffer.from(this.payload);
    this.from = 0;
    this.to = this.bytes.length;
    this.#came = Buffer.from(this.#came.subarray(this.#at, this.#at + LONGEST_HEADER_BYTES));
    this.#at = 0;
    return this;
  }

  /** The payload as a view. */
  get payload(): Buffer {
    return this.bytes.subarray(this.from, this.to);
  }

  /** A copy of some bytes of the header. */
  headerBytes(offset: number, length: number): Uint8Array {
    return Buffer.from(this.#came.subarray(this.#at + offset, this.#at + offset + length));
  }
}
