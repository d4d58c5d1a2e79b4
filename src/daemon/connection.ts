import type { Socket } from "node:net";
import { type CallContext, withCallContext } from "../context.ts";
import { newCorrelationId } from "../correlation.ts";
import { DaemonError, ProtocolError, PyroError } from "../errors.ts";
import { pyRepr } from "../pyrepr.ts";
import { dumpText } from "../serializers/marshal.ts";
import type { IdentifiedSerializer, SerializerSet } from "../serializers/registry.ts";
import type { CallData } from "../serializers/serializer.ts";
import { Channel } from "../session/channel.ts";
import { metadataValue } from "../session/metadata.ts";
import type { Codecs } from "../session/options.ts";
import { dictValue } from "../values.ts";
import type { Dialect } from "../wire/dialect.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { pyro5 } from "../wire/versions.ts";
import { callBatch, callMember } from "./dispatch.ts";
import { InstanceCache, instanceFor } from "./instances.ts";
import type { ObjectTable, Registration } from "./objects.ts";

/** What a connection needs of its daemon. */
export interface Host {
  readonly objects: ObjectTable;
  readonly instances: InstanceCache;
  readonly codecs: Codecs;
  readonly handshakeTimeoutMs: number;
  readonly maxCallsInFlight: number;
  validateHandshake(data: unknown, client: string): unknown;
  /** A connection or a oneway call failed: nobody else would hear of it. */
  report(error: Error, client: string): void;
  disconnected(connection: ServerConnection): void;
}

/** One client: its handshake, then its calls, started in the order of their arrival and answered as they finish. */
export class ServerConnection {
  readonly client: string;
  readonly #host: Host;
  readonly #channel: Channel;
  readonly #instances = new InstanceCache();
  #serializers: SerializerSet | undefined;
  #timer: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #draining = false;
  #greeting = false;

  constructor(socket: Socket, host: Host, where: string) {
    this.#host = host;
    this.client = socket.remoteAddress === undefined ? where : `${socket.remoteAddress}:${socket.remotePort}`;
    this.#channel = new Channel(
      socket,
      { limits: host.codecs.limits, fallback: pyro5, accept: [MessageType.Connect], peer: this.client },
      {
        onMessage: (message) => this.#receive(message),
        onProtocolError: (error) => this.#refuse(error),
        onClose: (error) => this.#closed(error),
      },
    );
    if (host.handshakeTimeoutMs > 0) {
      this.#timer = setTimeout(() => {
        host.report(new ProtocolError(`no handshake within ${host.handshakeTimeoutMs} ms`), this.client);
        this.#channel.destroy();
      }, host.handshakeTimeoutMs);
    }
  }

  /** Takes no more calls, answers those that run, then closes. */
  drain(): void {
    this.#draining = true;
    if (this.#inFlight === 0) this.#channel.end();
    else this.#channel.pause();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  get #dialect(): Dialect {
    return this.#channel.dialect ?? pyro5;
  }

  #receive(message: Message): void {
    if (this.#serializers === undefined) return this.#handshake(message);
    if (message.type === MessageType.Ping) {
      const { sequence, serializerId } = message;
      return this.#channel.send(this.#dialect, { type: MessageType.Ping, flags: 0, sequence, serializerId }, (out) =>
        out.latin1("pong"),
      );
    }
    this.#invoke(message, this.#serializers);
  }

  // --- handshake ---------------------------------------------------------------------------------------------------

  #handshake(message: Message): void {
    if (this.#greeting) throw new ProtocolError("a message before the answer to the handshake");
    this.#greeting = true;
    const dialect = this.#dialect;
    const serializers = this.#host.codecs.forVersion(dialect.version);
    const correlationId = message.correlationId ?? newCorrelationId();
    const { sequence, serializerId } = message;
    let serializer: IdentifiedSerializer;
    try {
      serializer = serializers.byId(serializerId);
    } catch (error) {
      // Pyro4's words; Pyro5 closes without any.
      return this.#refuse(
        new ProtocolError(`message used serializer that is not accepted: ${serializerId}`, { cause: error }),
      );
    }
    this.#channel.pause();
    void this.#welcome(serializer.codec.load.bind(serializer.codec), message)
      .then(({ value, registration }) => {
        if (this.#channel.closed) return;
        clearTimeout(this.#timer);
        this.#serializers = serializers;
        this.#channel.accept = [MessageType.Invoke, MessageType.Ping];
        const wantsMetadata = dialect.version === 5 || (message.flags & dialect.flag.metaOnConnect) !== 0;
        const meta = metadataValue(registration.metadata, dialect);
        const answer = wantsMetadata ? { handshake: value, meta } : value;
        this.#channel.send(
          dialect,
          {
            type: MessageType.ConnectOk,
            flags: wantsMetadata ? dialect.flag.metaOnConnect : 0,
            sequence,
            serializerId,
            correlationId,
          },
          (out) => serializer.codec.dump(answer, out),
        );
      })
      .catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        this.#reject(text, serializerId, sequence, (out) => serializer.codec.dump(text, out));
      })
      .finally(() => this.#channel.resume());
  }

  async #welcome(
    load: (bytes: Uint8Array) => unknown,
    message: Message,
  ): Promise<{ value: unknown; registration: Registration }> {
    const data = load(message.payload);
    const id = dictValue(data, "object");
    if (id === undefined && this.#dialect.version === 5) throw new PyroError("'object'");
    const handshake = dictValue(data, "handshake");
    if (handshake === undefined) throw new PyroError("'handshake'");
    const value = await this.#host.validateHandshake(handshake, this.client);
    // Pyro4 without METADATA names no object here.
    const registration = id === undefined ? undefined : this.#host.objects.get(String(id));
    if (registration === undefined && id !== undefined) throw new DaemonError("unknown object");
    return { value, registration: registration ?? (this.#host.objects.get("Pyro.Daemon") as Registration) };
  }

  /** Bad bytes: during the handshake they are answered with a CONNECTFAIL, afterwards the connection just ends. */
  #refuse(error: ProtocolError): void {
    this.#host.report(error, this.client);
    if (this.#serializers !== undefined || this.#channel.closed) return this.#channel.end();
    this.#reject(error.message, this.#dialect.version === 4 ? 3 : 2, 0, (out) => out.bytes(dumpText(error.message)));
  }

  #reject(text: string, serializerId: number, sequence: number, write: Parameters<Channel["send"]>[2]): void {
    if (this.#channel.closed) return;
    const flags = 0;
    try {
      this.#channel.send(this.#dialect, { type: MessageType.ConnectFail, flags, sequence, serializerId }, write);
    } catch (error) {
      this.#host.report(new PyroError(`could not tell the client: ${text}`, { cause: error }), this.client);
    }
    this.#channel.end();
  }

  // --- calls -------------------------------------------------------------------------------------------------------

  #invoke(message: Message, serializers: SerializerSet): void {
    const { flag } = this.#dialect;
    const oneway = (message.flags & flag.oneway) !== 0;
    const batch = (message.flags & flag.batch) !== 0;
    const correlationId = message.correlationId ?? newCorrelationId();
    const serializer = serializers.byId(message.serializerId);
    let call: CallData;
    try {
      call = serializer.codec.loadCall(message.payload);
    } catch (error) {
      if (oneway) this.#host.report(error as Error, this.client);
      else this.#answer(message, serializer, correlationId, undefined, error, true);
      return;
    }
    const context: CallContext = {
      client: this.client,
      pyroVersion: this.#dialect.version,
      objectId: call.object,
      method: call.method,
      sequence: message.sequence,
      oneway,
      annotations: message.annotations,
      correlationId,
      responseAnnotations: new Map(),
    };
    const finish = (result: unknown, error: unknown, failed: boolean): void => {
      if (!oneway) this.#answer(message, serializer, correlationId, result, error, failed, context.responseAnnotations);
      else if (failed) this.#host.report(asError(error), this.client);
    };
    let result: unknown;
    try {
      result = withCallContext(context, () => this.#run(call, batch));
    } catch (error) {
      return finish(undefined, error, true);
    }
    if (!isThenable(result)) return finish(result, undefined, false);
    this.#inFlight++;
    if (this.#inFlight === this.#host.maxCallsInFlight) this.#channel.pause();
    result
      .then(
        (value) => this.#finished(() => finish(value, undefined, false)),
        (error: unknown) => this.#finished(() => finish(undefined, error, true)),
      )
      .then(undefined, (error: Error) => {
        this.#host.report(error, this.client);
        this.#channel.destroy();
      });
  }

  #run(call: CallData, batch: boolean): unknown {
    const registration = this.#host.objects.get(call.object);
    if (registration === undefined) throw new DaemonError("unknown object", { code: "PYRO_UNKNOWN_OBJECT" });
    const object = instanceFor(registration, this.#host.instances, this.#instances);
    return batch ? callBatch(registration, object, call) : callMember(registration, object, call);
  }

  #finished(finish: () => void): void {
    if (this.#inFlight-- === this.#host.maxCallsInFlight && !this.#draining) this.#channel.resume();
    finish();
    if (this.#draining && this.#inFlight === 0) this.#channel.end();
  }

  #answer(
    message: Message,
    serializer: IdentifiedSerializer,
    correlationId: Uint8Array,
    result: unknown,
    error: unknown,
    failed: boolean,
    annotations?: ReadonlyMap<string, Uint8Array>,
  ): void {
    if (this.#channel.closed) return;
    const dialect = this.#dialect;
    const { sequence } = message;
    const batch = message.flags & dialect.flag.batch;
    const send = (flags: number, value: unknown): void =>
      this.#channel.send(
        dialect,
        { type: MessageType.Result, flags, sequence, serializerId: serializer.id, correlationId, annotations },
        (out) => serializer.codec.dump(value, out),
      );
    let exception = error;
    if (!failed) {
      try {
        return send(batch, result);
      } catch (unwritable) {
        exception = unwritable;
      }
    }
    try {
      send(dialect.flag.exception, asError(exception));
    } catch (unwritable) {
      const reason = unwritable instanceof Error ? unwritable.message : String(unwritable);
      const text = `Error serializing exception: ${reason}. Original exception: ${asError(exception).message}`;
      send(dialect.flag.exception, new PyroError(text));
    }
  }

  #closed(error: Error | undefined): void {
    clearTimeout(this.#timer);
    if (error !== undefined && this.#serializers === undefined && !this.#draining)
      this.#host.report(error, this.client);
    this.#host.disconnected(this);
  }
}

/** JavaScript throws anything, also what has no text of its own. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new PyroError(`thrown: ${pyRepr(thrown)}`);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
