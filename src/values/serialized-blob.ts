/** A blob as it came: the bytes of a call that nobody has read yet. */
export interface ReceivedBlob {
  /** The name of the serializer whose format they are in. */
  readonly serializer: string;
  /** A whole call payload: object, method, arguments. */
  readonly payload: Uint8Array;
  /** Reads the arguments out of it. */
  read(): readonly unknown[];
}

/**
 * Arguments of a remote call that stay serialized on their way, and the only argument of the call that carries them:
 * a dispatcher hands them on as they came, without knowing what is in them (Pyro's SerializedBlob).
 *
 *     await dispatcher.process(new SerializedBlob("topic", [order, customer]));
 *
 *     process(blob: SerializedBlob) { return this.workerFor(blob.info).work(blob); } // the dispatcher
 *     work(blob: SerializedBlob) { const [order, customer] = blob.deserialized(); }  // the worker
 */
export class SerializedBlob {
  /** Something small that tells what it is about; readable without reading the blob. Must be marshallable. */
  readonly info: unknown;
  /** What is to be sent on as it is; undefined for a blob that was made here. */
  readonly received: ReceivedBlob | undefined;
  readonly #args: readonly unknown[] | undefined;

  /** @param args what one would have given as arguments of the call. */
  constructor(info: unknown, args: readonly unknown[] | ReceivedBlob) {
    this.info = info;
    this.received = isReceived(args) ? args : undefined;
    this.#args = isReceived(args) ? undefined : args;
  }

  /**
   * The arguments in the blob.
   * @throws {SerializeError} for a payload that is none, or holds a class that nobody knows here.
   */
  deserialized(): readonly unknown[] {
    return this.#args ?? this.received?.read() ?? [];
  }
}

function isReceived(args: readonly unknown[] | ReceivedBlob): args is ReceivedBlob {
  return !Array.isArray(args);
}
