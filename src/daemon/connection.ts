import type { Socket } from "node:net";
import type { ByteSink } from "../bytes.ts";
import { enterCallContext, leaveCallContext } from "../context.ts";
import { DaemonError, type ProtocolError, PyroError } from "../errors.ts";
import type { SerializerSet } from "../serializers/registry.ts";
import type { CallData } from "../serializers/serializer.ts";
import { Channel, type ChannelHandlers } from "../session/channel.ts";
import type { Dialect } from "../wire/dialect.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { pyro5 } from "../wire/versions.ts";
import { callBatch, callMember } from "./dispatch.ts";
import { Handshake } from "./handshake.ts";
import type { ClientConnection, Host } from "./host.ts";
import { InstanceCache, instanceFor } from "./instances.ts";
import type { Registration } from "./objects.ts";
import { ServedCall } from "./served-call.ts";
import { asError, isThenable, reasonOf } from "./thrown.ts";

const GREETING = [MessageType.Connect];
const CALLS = [MessageType.Invoke, MessageType.Ping];

/** One client: its handshake, then its calls, started in the order of their arrival and answered as they finish. */
export class ServerConnection implements ChannelHandlers, ClientConnection {
  readonly client: string;
  readonly #host: Host;
  readonly #channel: Channel;
  #instances: InstanceCache | undefined;
  #serializers: SerializerSet | undefined;
  /** Until it has succeeded. */
  #handshake: Handshake | undefined;
  #inFlight = 0;
  #draining = false;

  constructor(socket: Socket, host: Host, where: string) {
    this.#host = host;
    this.client = socket.remoteAddress === undefined ? where : `${socket.remoteAddress}:${socket.remotePort}`;
    this.#channel = new Channel(
      socket,
      { limits: host.codecs.limits, fallback: pyro5, accept: GREETING, peer: this.client },
      this,
    );
    this.#handshake = new Handshake(this.#channel, host, this.client, (serializers) => {
      this.#handshake = undefined;
      this.#serializers = serializers;
      this.#channel.accept = CALLS;
    });
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
    if (this.#serializers === undefined) return this.#handshake?.onMessage(message);
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

  onChunkRead(): void {
    leaveCallContext();
  }

  /** Bad bytes: during the handshake they are answered, afterwards the connection just ends. */
  onProtocolError(error: ProtocolError): void {
    if (this.#handshake !== undefined) return this.#handshake.refuse(error);
    this.#host.report(error, this.client);
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
    this.#handshake?.stop();
    if (error !== undefined && this.#handshake !== undefined && !this.#draining) this.#host.report(error, this.client);
    this.#host.disconnected(this);
  }
}
