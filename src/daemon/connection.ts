import type { Socket } from "node:net";
import type { ByteSink } from "../bytes.ts";
import { enterCallContext, leaveCallContext } from "../context.ts";
import { newCorrelationId } from "../correlation.ts";
import { DaemonError, ProtocolError, PyroError } from "../errors.ts";
import { pyRepr } from "../pyrepr.ts";
import { dumpText } from "../serializers/marshal/marshal.ts";
import type { SerializerSet } from "../serializers/registry.ts";
import type { CallData, Serializer } from "../serializers/serializer.ts";
import { Channel, type ChannelHandlers } from "../session/channel.ts";
import { metadataValue } from "../session/metadata.ts";
import type { Codecs } from "../session/options.ts";
import { dictValue } from "../values.ts";
import type { Dialect, Outgoing } from "../wire/dialect.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { pyro5 } from "../wire/versions.ts";
import { callBatch, callMember } from "./dispatch.ts";
import { InstanceCache, instanceFor } from "./instances.ts";
import type { ObjectTable, Registration } from "./objects.ts";
import { ServedCall } from "./served-call.ts";

const GREETING = [MessageType.Connect];
const CALLS = [MessageType.Invoke, MessageType.Ping];

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

/** What the answer to a handshake takes from it. */
interface Asked {
  readonly sequence: number;
  readonly serializerId: number;
  readonly flags: number;
  readonly correlationId: Uint8Array;
}

/** One client: its handshake, then its calls, started in the order of their arrival and answered as they finish. */
export class ServerConnection implements ChannelHandlers {
  readonly client: string;
  readonly #host: Host;
  readonly #channel: Channel;
  #instances: InstanceCache | undefined;
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
      { limits: host.codecs.limits, fallback: pyro5, accept: GREETING, peer: this.client },
      this,
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

  onMessage(message: Message): void {
    if (this.#serializers === undefined) return this.#handshake(message);
    if (message.type === MessageType.Ping) {
      const { sequence, serializerId } = message;
      const writePayload = (out: ByteSink): void => out.latin1("pong");
      return this.#channel.send(this.#dialect, {
        type: MessageType.Ping,
        flags: 0,
        sequence,
        serializerId,
        writePayload,
      });
    }
    this.#invoke(message, this.#serializers);
  }

  // --- handshake ---------------------------------------------------------------------------------------------------

  #handshake(message: Message): void {
    if (this.#greeting) throw new ProtocolError("a message before the answer to the handshake");
    this.#greeting = true;
    const { sequence, serializerId, flags } = message;
    const correlationId = this.#dialect.correlationOf(message) ?? newCorrelationId();
    let codec: Serializer;
    try {
      ({ codec } = this.#host.codecs.forVersion(this.#dialect.version).byId(serializerId));
    } catch (error) {
      // Pyro4's words; Pyro5 closes without any.
      return this.#refuse(
        new ProtocolError(`message used serializer that is not accepted: ${serializerId}`, { cause: error }),
      );
    }
    const reject = (error: unknown): void => {
      const text = reasonOf(error);
      this.#reject(text, serializerId, sequence, (out) => codec.dump(text, out));
    };
    try {
      const { handshake, registration } = this.#greetingOf(codec.load(message.bytes, message.from, message.to));
      const welcome = (value: unknown): void =>
        this.#welcome({ sequence, serializerId, flags, correlationId }, codec, registration(), value);
      const value = this.#host.validateHandshake(handshake, this.client);
      if (!isThenable(value)) return welcome(value);
      this.#channel.pause();
      void Promise.resolve(value)
        .then(welcome)
        .then(undefined, reject)
        .finally(() => this.#channel.resume());
    } catch (error) {
      reject(error);
    }
  }

  /** What a client says first: something for `validateHandshake`, and the object that it is there for. */
  #greetingOf(data: unknown): { handshake: unknown; registration: () => Registration } {
    const id = dictValue(data, "object");
    if (id === undefined && this.#dialect.version === 5) throw new PyroError("'object'");
    const handshake = dictValue(data, "handshake");
    if (handshake === undefined) throw new PyroError("'handshake'");
    const registration = (): Registration => {
      // Pyro4 without METADATA names no object here.
      const found = this.#host.objects.get(id === undefined ? "Pyro.Daemon" : String(id));
      if (found === undefined) throw new DaemonError("unknown object");
      return found;
    };
    return { handshake, registration };
  }

  #welcome(asked: Asked, codec: Serializer, registration: Registration, value: unknown): void {
    if (this.#channel.closed) return;
    clearTimeout(this.#timer);
    const dialect = this.#dialect;
    const { metaOnConnect } = dialect.flag;
    const wantsMetadata = dialect.version === 5 || (asked.flags & metaOnConnect) !== 0;
    const meta = metadataValue(registration.metadata, dialect);
    const answer = wantsMetadata ? { handshake: value, meta } : value;
    this.#channel.send(dialect, {
      ...asked,
      type: MessageType.ConnectOk,
      flags: wantsMetadata ? metaOnConnect : 0,
      writePayload: (out) => codec.dump(answer, out),
    });
    this.#serializers = this.#host.codecs.forVersion(dialect.version);
    this.#channel.accept = CALLS;
  }

  onChunkRead(): void {
    leaveCallContext();
  }

  onProtocolError(error: ProtocolError): void {
    this.#refuse(error);
  }

  /** Bad bytes: during the handshake they are answered with a CONNECTFAIL, afterwards the connection just ends. */
  #refuse(error: ProtocolError): void {
    this.#host.report(error, this.client);
    if (this.#serializers !== undefined || this.#channel.closed) return this.#channel.end();
    this.#reject(error.message, this.#dialect.version === 4 ? 3 : 2, 0, (out) => out.bytes(dumpText(error.message)));
  }

  #reject(text: string, serializerId: number, sequence: number, writePayload: Outgoing["writePayload"]): void {
    if (this.#channel.closed) return;
    const flags = 0;
    try {
      this.#channel.send(this.#dialect, { type: MessageType.ConnectFail, flags, sequence, serializerId, writePayload });
    } catch (error) {
      this.#host.report(new PyroError(`could not tell the client: ${text}`, { cause: error }), this.client);
    }
    this.#channel.end();
  }

  // --- calls -------------------------------------------------------------------------------------------------------

  #invoke(message: Message, serializers: SerializerSet): void {
    const served = new ServedCall(this.client, this.#dialect, message, serializers.byId(message.serializerId));
    let result: unknown;
    try {
      const call = served.serializer.codec.loadCall(message.bytes, message.from, message.to);
      served.objectId = call.object;
      served.method = call.method;
      enterCallContext(served);
      result = this.#run(call, served.batch);
    } catch (error) {
      return this.#fail(served, error);
    }
    if (isThenable(result)) this.#await(served, result);
    else this.#succeed(served, result);
  }

  #run(call: CallData, batch: boolean): unknown {
    const registration = this.#host.objects.get(call.object);
    if (registration === undefined) throw new DaemonError("unknown object", { code: "PYRO_UNKNOWN_OBJECT" });
    const object = this.#objectOf(registration);
    return batch ? callBatch(registration, object, call) : callMember(registration, object, call);
  }

  #objectOf(registration: Registration): object {
    if (typeof registration.target !== "function") return registration.target;
    this.#instances ??= new InstanceCache();
    return instanceFor(registration, this.#host.instances, this.#instances);
  }

  /** Answers when the method is through, and takes no more calls while too many are under way. */
  #await(served: ServedCall, result: PromiseLike<unknown>): void {
    this.#inFlight++;
    if (this.#inFlight === this.#host.maxCallsInFlight) this.#channel.pause();
    result
      .then(
        (value) => this.#finished(() => this.#succeed(served, value)),
        (error: unknown) => this.#finished(() => this.#fail(served, error)),
      )
      .then(undefined, (error: Error) => {
        this.#host.report(error, this.client);
        this.#channel.destroy();
      });
  }

  #finished(finish: () => void): void {
    if (this.#inFlight-- === this.#host.maxCallsInFlight && !this.#draining) this.#channel.resume();
    finish();
    if (this.#draining && this.#inFlight === 0) this.#channel.end();
  }

  #succeed(served: ServedCall, value: unknown): void {
    if (served.oneway) return;
    try {
      this.#answer(served, served.batch ? this.#dialect.flag.batch : 0, value);
    } catch (unwritable) {
      this.#fail(served, unwritable);
    }
  }

  #fail(served: ServedCall, thrown: unknown): void {
    const error = asError(thrown);
    if (served.oneway) return this.#host.report(error, this.client);
    const { exception } = this.#dialect.flag;
    try {
      this.#answer(served, exception, error);
    } catch (unwritable) {
      const text = `Error serializing exception: ${reasonOf(unwritable)}. Original exception: ${error.message}`;
      this.#answer(served, exception, new PyroError(text));
    }
  }

  #answer(served: ServedCall, flags: number, value: unknown): void {
    if (this.#channel.closed) return;
    this.#channel.send(this.#dialect, served.answer(flags, value));
  }

  onClose(error: Error | undefined): void {
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

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
