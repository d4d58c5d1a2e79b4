import { ConnectionClosedError, ProtocolError, SerializeError, TimeoutError } from "../errors.ts";
import type { IdentifiedSerializer } from "../serializers/registry.ts";
import type { CallData } from "../serializers/serializer.ts";
import { type Location, locationText } from "../transport/location.ts";
import type { Dialect } from "../wire/dialect.ts";
import { type Annotations, type Message, MessageType } from "../wire/message.ts";
import { PendingCalls } from "./calls.ts";
import type { Channel } from "./channel.ts";
import type { Metadata } from "./metadata.ts";
import type { SessionOptions } from "./options.ts";

export interface CallOptions {
  /** Milliseconds to wait for the reply; 0: for ever. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Nothing comes back; the promise resolves when the call is queued. */
  readonly oneway: boolean;
  readonly annotations?: Annotations | undefined;
  readonly correlationId?: Uint8Array | undefined;
}

interface Parts {
  readonly channel: Channel;
  readonly dialect: Dialect;
  readonly serializer: IdentifiedSerializer;
  readonly handshake: unknown;
  readonly metadata: Metadata | undefined;
  readonly location: Location;
  readonly options: SessionOptions;
}

/**
 * One connection to a daemon, after its handshake. Many calls may be in flight: they leave in the order in which they
 * were made, and each reply finds its call by sequence number.
 */
export class ClientSession {
  readonly dialect: Dialect;
  /** What the server's handshake validation answered; Pyro's default is "hello". */
  readonly handshake: unknown;
  /** Undefined from a Pyro4 server that has METADATA off. */
  readonly metadata: Metadata | undefined;
  readonly #channel: Channel;
  readonly #serializer: IdentifiedSerializer;
  readonly #pending: PendingCalls;
  readonly #where: string;
  readonly #onClose: (error: Error | undefined) => void;
  #closed = false;

  constructor(parts: Parts) {
    this.dialect = parts.dialect;
    this.handshake = parts.handshake;
    this.metadata = parts.metadata;
    this.#channel = parts.channel;
    this.#serializer = parts.serializer;
    this.#pending = new PendingCalls(parts.options.lastSequence);
    this.#where = locationText(parts.location);
    this.#onClose = parts.options.onClose;
    this.#channel.accept = [MessageType.Result, MessageType.Ping];
  }

  get closed(): boolean {
    return this.#closed || this.#channel.closed;
  }

  get lastSequence(): number {
    return this.#pending.lastSequence;
  }

  /**
   * Calls a method and gives its result.
   *
   * @throws {SerializeError} for arguments that cannot travel: nothing was sent.
   * @throws {TimeoutError} code PYRO_TIMEOUT; the call may still run. The connection is dropped when nothing at all came
   *   over it meanwhile (as Pyro does), else it stays for the other calls in flight.
   * @throws {ConnectionClosedError} when the connection ends first; the call may have run.
   */
  call(data: CallData, options: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      options.signal?.throwIfAborted();
      if (this.#closed) throw new ConnectionClosedError(`connection to ${this.#where} is closed`);
      const sequence = this.#pending.nextSequence();
      this.#channel.send(
        this.dialect,
        {
          type: MessageType.Invoke,
          flags: options.oneway ? this.dialect.flag.oneway : 0,
          sequence,
          serializerId: this.#serializer.id,
          annotations: options.annotations,
          correlationId: options.correlationId,
        },
        (out) => this.#serializer.codec.dumpCall(data, out),
      );
      if (options.oneway) resolve(undefined);
      else this.#pending.add(sequence, { resolve, reject, release: this.#guard(sequence, data, options, reject) });
    });
  }

  /** Arms the call's timer and signal; gives what disarms them, or undefined where there is nothing to disarm. */
  #guard(
    sequence: number,
    data: CallData,
    { timeoutMs, signal }: CallOptions,
    reject: (error: unknown) => void,
  ): (() => void) | undefined {
    if (timeoutMs <= 0 && signal === undefined) return undefined;
    const started = performance.now();
    const timer = timeoutMs > 0 ? setTimeout(() => expire(), timeoutMs) : undefined;
    const abort = (): void => {
      this.#pending.abandon(sequence);
      reject(signal?.reason);
    };
    const expire = (): void => {
      this.#pending.abandon(sequence);
      const text = `no answer from ${this.#where} to ${data.method} within ${timeoutMs} ms; it may still be running there`;
      reject(new TimeoutError(text));
      if (this.#channel.lastReceived < started) this.fail(new ConnectionClosedError(`${this.#where} does not answer`));
    };
    signal?.addEventListener("abort", abort, { once: true });
    return () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
  }

  /** A message from the server. */
  receive(message: Message): void {
    if (message.type === MessageType.Ping) return;
    const call = this.#pending.take(message.sequence);
    if (call === undefined) {
      throw new ProtocolError(`a reply with sequence number ${message.sequence}, which no call in flight has`, {
        code: "PYRO_SEQUENCE",
      });
    }
    if (call === "abandoned") return;
    if (message.serializerId !== this.#serializer.id) {
      const error = new SerializeError(
        `reply in serializer ${message.serializerId}, asked in ${this.#serializer.codec.name}`,
      );
      call.reject(error);
      throw error;
    }
    let value: unknown;
    try {
      value = this.#serializer.codec.load(message.payload);
    } catch (error) {
      call.reject(error);
      return;
    }
    if ((message.flags & this.dialect.flag.exception) === 0) call.resolve(value);
    else if (value instanceof Error) call.reject(value);
    else call.reject(new ProtocolError("the server reported an exception in a form that is none"));
  }

  /** Ends the session: every call in flight fails with `error`. */
  fail(error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.destroy();
    this.#pending.failAll(error);
    this.#onClose(error);
  }

  /** Sends what is queued and closes; calls in flight fail. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.end();
    this.#pending.failAll(new ConnectionClosedError(`the proxy for ${this.#where} was released`));
    this.#onClose(undefined);
  }
}
