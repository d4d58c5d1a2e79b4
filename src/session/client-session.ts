import { Buffer } from "node:buffer";
import type { Environment } from "../base/environment.ts";
import {
  CommunicationError,
  ConnectionClosedError,
  ProtocolError,
  SecurityError,
  SerializeError,
  TimeoutError,
} from "../base/errors.ts";
import type { CallData, Serializer } from "../serializers/serializer.ts";
import type { SerializerSet } from "../serializers/serializer-set.ts";
import type { Location } from "../transport/location.ts";
import { SerializedBlob } from "../values/serialized-blob.ts";
import { AnnotationId } from "../wire/annotation-ids.ts";
import type { Dialect } from "../wire/dialect.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { createBlobCall } from "./blob-request.ts";
import type { Channel } from "./channel.ts";
import { type CallOptions, ClientCall } from "./client-call.ts";
import type { ConnectRequest } from "./connect-request.ts";
import type { Metadata } from "./metadata.ts";
import { type PendingCall, PendingCalls } from "./pending-calls.ts";
import { RawReply, type ReplyOptions, rejectAtCallSite } from "./reply.ts";

const REPLIES = [MessageType.Result, MessageType.Ping];

/** What a call gets whose result is a stream of items. */
function streamOf(message: Message, { openStream }: ReplyOptions): unknown {
  const id = Buffer.from(message.annotations.get(AnnotationId.Stream) ?? []).toString("latin1");
  if (id === "") {
    const text = "result of call is an iterator, but the server is not configured to allow streaming";
    return rejectAtCallSite(new ProtocolError(text, { code: "PYRO_NO_STREAMING" }));
  }
  return openStream === undefined
    ? rejectAtCallSite(new ProtocolError("an item stream that nobody asked for"))
    : openStream(id);
}

/** What the handshake found out. */
interface Connected {
  readonly channel: Channel;
  readonly dialect: Dialect;
  readonly handshake: unknown;
  readonly metadata: Metadata | undefined;
  readonly localAddress: Location;
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
  metadata: Metadata | undefined;
  /** This side of the connection. */
  readonly localAddress: Location;
  readonly #environment: Environment;
  readonly #channel: Channel;
  readonly #serializer: Serializer;
  readonly #serializers: SerializerSet;
  readonly #pending: PendingCalls;
  readonly #where: string;
  readonly #onClose: (error: Error | undefined) => void;
  #closed = false;
  /** The server closes the connection after what it answers now: no more calls are sent over it. */
  #retired = false;

  constructor({ settings, location, lastSequence, onClose }: ConnectRequest, connected: Connected) {
    this.dialect = connected.dialect;
    this.handshake = connected.handshake;
    this.metadata = connected.metadata;
    this.localAddress = connected.localAddress;
    this.#environment = settings.environment;
    this.#channel = connected.channel;
    this.#serializers = settings.serializers.forVersion(connected.dialect.version);
    this.#serializer = this.#serializers.byName(settings.serializer);
    this.#pending = new PendingCalls(lastSequence);
    this.#where = settings.transport.format(location);
    this.#onClose = onClose;
    this.#channel.accept = REPLIES;
  }

  get closed(): boolean {
    return this.#closed || this.#retired || this.#channel.closed;
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
  call(
    object: string,
    method: string,
    args: readonly unknown[],
    kwargs: CallData["kwargs"],
    options: CallOptions,
  ): Promise<unknown> {
    return new Promise((resolve) => {
      const serializer = options.serializer ?? this.#serializer;
      const call =
        args.length > 0 && args[0] instanceof SerializedBlob
          ? this.#blobCall({ object, method, args, kwargs }, options, serializer)
          : new ClientCall(object, method, args, kwargs, options, serializer);
      call.resolve = resolve;
      options.signal?.throwIfAborted();
      if (this.#closed || this.#retired) throw new ConnectionClosedError(`connection to ${this.#where} is closed`);
      const { dialect } = this;
      call.sequence = this.#pending.nextSequence();
      if (options.oneway) call.flags |= dialect.flag.oneway;
      if (options.batch === true) call.flags |= dialect.flag.batch;
      this.#channel.send(dialect, call);
      if (options.oneway) return resolve(undefined);
      this.#pending.add(call);
      if (options.timeoutMs > 0 || options.signal !== undefined) call.release = this.#guard(call, options);
    });
  }

  #blobCall(call: CallData, options: CallOptions, serializer: Serializer): ClientCall {
    return createBlobCall(call, options, serializer, this.#serializers, this.dialect.flag.keepSerialized);
  }

  /** Arms a call's timer and signal; gives what disarms them. */
  #guard(call: ClientCall, { timeoutMs, signal }: CallOptions): () => void {
    const before = this.#channel.chunksReceived;
    const giveUp = (error: unknown): void => {
      this.#pending.abandon(call);
      call.resolve(rejectAtCallSite(error));
    };
    const abort = (): void => giveUp(signal?.reason);
    const expire = (): void => {
      const text = `no answer from ${this.#where} to ${call.method} within ${timeoutMs} ms; it may still be running there`;
      giveUp(new TimeoutError(text));
      if (this.#channel.chunksReceived === before)
        this.fail(new ConnectionClosedError(`${this.#where} does not answer`));
    };
    const timer = timeoutMs > 0 ? this.#environment.setTimeout(expire, timeoutMs) : undefined;
    signal?.addEventListener("abort", abort, { once: true });
    return () => {
      this.#environment.clearTimer(timer);
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
    const { serializer, options } = call;
    if (message.serializerId !== serializer.id) {
      const error = new SerializeError(`reply in serializer ${message.serializerId}, asked in ${serializer.name}`);
      call.resolve(rejectAtCallSite(error));
      throw error;
    }
    let value: unknown;
    try {
      if (options.onReply !== undefined || options.raw === true) {
        const reply = this.#rawReply(message);
        options.onReply?.(reply);
        if (options.raw === true) return this.#answerRaw(call, reply, message);
      }
      value = serializer.load(message.bytes, message.from, message.to);
    } catch (error) {
      call.resolve(rejectAtCallSite(error));
      return;
    }
    const { exception, itemStream } = this.dialect.flag;
    if ((message.flags & (exception | itemStream)) === 0) return call.resolve(value);
    if ((message.flags & itemStream) !== 0) return call.resolve(streamOf(message, options));
    if (value instanceof Error) {
      call.resolve(rejectAtCallSite(value));
      this.#afterError(value, message);
    } else call.resolve(rejectAtCallSite(new ProtocolError("the server reported an exception in a form that is none")));
  }

  /** Gives a reply as it came. An error in it is still looked at: the server may close the connection for it. */
  #answerRaw(call: PendingCall, reply: RawReply, message: Message): void {
    call.resolve(reply);
    if ((message.flags & this.dialect.flag.exception) === 0) return;
    try {
      const error = call.serializer.load(message.bytes, message.from, message.to);
      if (error instanceof Error) this.#afterError(error, message);
    } catch {
      // The caller reads the reply, and gets this error then.
    }
  }

  /** Pyro's own client releases its connection for the same errors (`Pyro5 5.15, client.py`, _pyroInvoke). */
  #afterError(error: Error, { annotations }: Message): void {
    const closes = error instanceof CommunicationError || error instanceof SecurityError;
    if (!closes || annotations.has(AnnotationId.KeepsConnection) || this.#closed) return;
    if (this.#pending.size === 0) return this.close();
    this.#retired = true;
    this.#onClose(undefined);
  }

  #rawReply(message: Message): RawReply {
    const { serializerId, flags, annotations } = message;
    const correlationId = this.dialect.correlationOf(message);
    return new RawReply({ serializerId, flags, annotations, correlationId, payload: Buffer.from(message.payload) });
  }

  /** Ends the session: every call in flight fails with `error`. */
  fail(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.destroy();
    const reason = error ?? new ConnectionClosedError(`connection to ${this.#where} is closed`);
    this.#pending.failAll(reason);
    this.#onClose(reason);
  }

  /** Sends what is queued and closes; calls in flight fail. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.end();
    if (this.#pending.size > 0) {
      this.#pending.failAll(new ConnectionClosedError(`the proxy for ${this.#where} was released`));
    }
    this.#onClose(undefined);
  }
}
