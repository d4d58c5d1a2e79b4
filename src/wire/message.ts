/** What a Pyro message is once its header is understood. The same for both protocol versions; see `dialect.ts`. */

export const MessageType = { Connect: 1, ConnectOk: 2, ConnectFail: 3, Invoke: 4, Result: 5, Ping: 6 } as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Chunks of extra data by their id of four ASCII characters, in the order of the wire. Never compressed. */
export type Annotations = ReadonlyMap<string, Uint8Array>;

export const NO_ANNOTATIONS: Annotations = new Map();

/** Everything a header says. `flags` and `serializerId` are raw: their meaning is the dialect's. */
export interface Header {
  readonly type: MessageType;
  readonly flags: number;
  /** 0 to 65535; a RESULT repeats the number of its INVOKE. */
  readonly sequence: number;
  readonly serializerId: number;
  readonly payloadBytes: number;
  readonly annotationsBytes: number;
  /** 16 bytes, or undefined when the header carries none (Pyro4 sends it as annotation CORR). */
  readonly correlationId: Uint8Array | undefined;
}

export interface Message {
  readonly type: MessageType;
  readonly flags: number;
  readonly sequence: number;
  readonly serializerId: number;
  readonly annotations: Annotations;
  /** The call's correlation uuid as 16 bytes, wherever the dialect carries it. */
  readonly correlationId: Uint8Array | undefined;
  /** As it came, possibly compressed. A view that holds until the decoder gets its next bytes. */
  readonly payload: Uint8Array;
}
