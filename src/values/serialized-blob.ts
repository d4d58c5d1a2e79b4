/** A received blob: the payload of a call that is not deserialized yet. */
export interface ReceivedBlob {
  /** The name of the serializer that wrote the payload. */
  readonly serializer: string;
  /** A whole call payload: object, method, arguments. */
  readonly payload: Uint8Array;
  /** Deserializes the arguments. */
  read(): readonly unknown[];
}

/**
 * Serialized arguments, sent as the only argument of a remote call. A dispatcher can pass the blob on without
 * deserializing it (Pyro's SerializedBlob).
 *
 *     await dispatcher.process(new SerializedBlob("topic", [order, customer]));
 *
 *     process(blob: SerializedBlob) { return this.workerFor(blob.info).work(blob); } // the dispatcher
 *     work(blob: SerializedBlob) { const [order, customer] = blob.deserialized(); }  // the worker
 */
export class SerializedBlob {
  /** A small description of the blob, readable without deserializing it. Must be supported by marshal. */
  readonly info: unknown;
  /** The received blob, which is sent on unchanged; undefined for a blob created by this program. */
  readonly received: ReceivedBlob | undefined;
  readonly #args: readonly unknown[] | undefined;

  /** @param args the arguments of the call, or a received blob. */
  constructor(info: unknown, args: readonly unknown[] | ReceivedBlob) {
    this.info = info;
    this.received = isReceived(args) ? args : undefined;
    this.#args = isReceived(args) ? undefined : args;
  }

  /**
   * Deserializes the arguments in the blob.
   * @throws {SerializeError} for an invalid payload, or one that contains an unknown class.
   */
  deserialized(): readonly unknown[] {
    return this.#args ?? this.received?.read() ?? [];
  }
}

function isReceived(args: readonly unknown[] | ReceivedBlob): args is ReceivedBlob {
  return !Array.isArray(args);
}
