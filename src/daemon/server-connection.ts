import type { Timer } from "../base/environment.ts";
import { CommunicationError, DaemonError, type PyroError, SecurityError } from "../base/errors.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import { callContext, enterCallContext, leaveCallContext } from "../diagnostics/call-context.ts";
import type { CallData } from "../serializers/serializer.ts";
import type { SerializerSet } from "../serializers/serializer-set.ts";
import { Channel, type ChannelHandlers } from "../session/channel.ts";
import type { Connection } from "../transport/transport.ts";
import type { Dialect } from "../wire/dialect.ts";
import { pyro5 } from "../wire/dialects.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { readBlobCall } from "./blob-arguments.ts";
import { Caller } from "./caller.ts";
import type { ClientConnection, ConnectionServices } from "./connection-services.ts";
import { callBatch, callMember } from "./dispatch.ts";
import { asError, isThenable, unwritableError, unwritableResult } from "./error-replies.ts";
import { Handshake } from "./handshake.ts";
import { InstanceCache, instanceFor } from "./instances.ts";
import { iteratorOf } from "./item-streams.ts";
import { type Registration, targetOf } from "./object-table.ts";
import { ServedCall } from "./served-call.ts";

const GREETING = [MessageType.Connect];
const CALLS = [MessageType.Invoke, MessageType.Ping];
/** So much of what has to wait is read all the same: a client that goes away is noticed only while we read. */
const HELD_BYTES = 64 << 10;

/** One client: its handshake, then its calls, started in the order of their arrival and answered as they finish. */
export class ServerConnection implements ChannelHandlers, ClientConnection {
  readonly info: Caller;
  readonly #services: ConnectionServices;
  readonly #channel: Channel;
  #instances: InstanceCache | undefined;
  #serializers: SerializerSet | undefined;
  #handshake: Handshake | undefined;
  #idle: Timer | undefined;
  #inFlight = 0;
  #draining = false;
  /** A call runs that those behind it wait for. */
  #inOrder = false;
  /** Calls have to wait: too many run, one runs in order, answers are not taken, or calls wait already. */
  #holding = false;
  #held: Message[] = [];
  #heldBytes = 0;

  /** @param denial why the client is sent away, whatever it says. */
  constructor(connection: Connection, services: ConnectionServices, where: string, denial?: string) {
    this.#services = services;
    const { environment, serializers, wireOptions } = services;
    this.info = new Caller(connection.peerAddress ?? where, connection.tls, services.report);
    const accept = connection.hasHandshake ? GREETING : CALLS;
    const { address: peer } = this.info;
    const options = { environment, limits: serializers.limits, wireOptions, fallback: pyro5, accept, peer };
    this.#channel = new Channel(connection, options, this);
    if (!connection.hasHandshake) return;
    this.#handshake = new Handshake(this.#channel, services, this.info, denial, (serializers) => {
      this.#handshake = undefined;
      this.#channel.accept = CALLS;
      this.#begin(serializers);
    });
  }

  #begin(serializers: SerializerSet): SerializerSet {
    this.#serializers = serializers;
    this.info.pyroVersion = this.#dialect.version;
    if (this.#services.idleTimeoutMs > 0)
      this.#idle = this.#services.environment.setTimeout(() => this.#leaveIdle(), this.#services.idleTimeoutMs);
    return serializers;
  }

  drain(): void {
    this.#draining = true;
    this.#holding = true;
    this.#held = [];
    if (this.#inFlight > 0) this.#channel.pause();
    // Asked for by a method that is about to return: its answer goes out first.
    else if (callContext()?.connection === this.info)
      this.#services.environment.setImmediate(() => this.#channel.end());
    else this.#channel.end();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  get #dialect(): Dialect {
    return this.#channel.dialect ?? pyro5;
  }
  onMessage(message: Message): void {
    if (this.#handshake !== undefined) return this.#handshake.onMessage(message);
    const serializers = this.#serializers ?? this.#begin(this.#services.serializers.forVersion(this.#dialect.version));
    if (message.type === MessageType.Ping) return this.#pong(message);
    if (this.#holding || this.#channel.congested) return this.#hold(message);
    this.#invoke(message, serializers);
  }

  onChunkRead(): void {
    leaveCallContext();
    this.#idle?.refresh();
  }

  onDrain(): void {
    if (this.#holding) this.#goOn();
  }

  /** Bad bytes: during the handshake they are answered, afterwards the connection just ends. */
  onProtocolError(error: PyroError): void {
    if (this.#handshake !== undefined) return this.#handshake.refuse(error);
    this.#report(error);
    this.#channel.end();
  }

  onClose(error: Error | undefined): void {
    const { info } = this;
    this.#held = [];
    this.#services.environment.clearTimer(this.#idle);
    this.#idle = undefined;
    this.#handshake?.stop();
    if (error !== undefined && this.#handshake !== undefined && !this.#draining) this.#report(error);
    info.depart();
    if (this.#handshake === undefined) this.#services.callerDeparted(info);
    this.#services.disconnected(this);
  }

  #report(error: Error): void {
    this.#services.report(error, this.info.address);
  }

  #pong({ sequence, serializerId }: Message): void {
    const writePayload = (out: ByteSink): void => out.latin1("pong");
    const annotations = this.#services.annotations?.();
    const message = { type: MessageType.Ping, flags: 0, sequence, serializerId, annotations, writePayload };
    this.#channel.send(this.#dialect, message);
  }

  #leaveIdle(): void {
    if (this.#inFlight > 0 || this.#channel.congested) this.#idle?.refresh();
    else this.#channel.end();
  }

  // --- calls -------------------------------------------------------------------------------------------------------

  #invoke(message: Message, serializers: SerializerSet): void {
    const serializer = serializers.byId(message.serializerId);
    const served = new ServedCall(this.info, this.#services.environment, this.#dialect, message, serializer);
    let result: unknown;
    try {
      const isBlob = (message.flags & this.#dialect.flag.keepSerialized) !== 0;
      const call = isBlob
        ? readBlobCall(message, served.serializerUsed, serializers)
        : served.serializerUsed.loadCall(message.bytes, message.from, message.to);
      served.objectId = call.object;
      served.method = call.method;
      if (this.#services.methodFailed !== undefined) served.call = call;
      enterCallContext(served);
      result = this.#run(call, served);
    } catch (error) {
      return this.#fail(served, error);
    }
    if (isThenable(result)) this.#await(served, result);
    else this.#succeed(served, result);
  }

  #run(call: CallData, served: ServedCall): unknown {
    const registration = this.#services.objects.get(call.object);
    if (registration === undefined) throw new DaemonError("unknown object", { code: "PYRO_UNKNOWN_OBJECT" });
    const object = this.#objectOf(registration);
    served.entered = true;
    if (!served.batch) return callMember(registration, object, call);
    return callBatch(registration, object, call, (error, one) => this.#methodFailed(served, one, asError(error)));
  }

  #objectOf(registration: Registration): object {
    const { target } = registration;
    if (target === undefined) return targetOf(registration);
    if (typeof target !== "function") return target;
    this.#instances ??= new InstanceCache();
    return instanceFor(registration, this.#services.instances, this.#instances);
  }

  /** Answers when the method is through. */
  #await(served: ServedCall, result: PromiseLike<unknown>): void {
    this.#inFlight++;
    if (this.#isInOrder(served)) this.#inOrder = true;
    if (this.#inOrder || this.#inFlight >= this.#services.maxCallsInFlight) this.#holding = true;
    result.then(
      (value) => this.#finished(served, value, false),
      (error: unknown) => this.#finished(served, error, true),
    );
  }

  /** A oneway batch is over before what comes behind it starts, in Pyro too. */
  #isInOrder({ oneway, batch }: ServedCall): boolean {
    return oneway && (batch || this.#services.onewayInOrder);
  }

  #finished(served: ServedCall, outcome: unknown, failed: boolean): void {
    try {
      this.#inFlight--;
      served.over();
      if (failed) this.#fail(served, outcome);
      else this.#succeed(served, outcome);
      this.#idle?.refresh();
      if (!this.#holding) return;
      if (this.#isInOrder(served)) this.#inOrder = false;
      if (this.#draining) {
        if (this.#inFlight === 0) this.#channel.end();
      } else this.#goOn();
    } catch (error) {
      this.#break(error);
    }
  }

  /** A failure of one connection must not end the process. */
  #break(error: unknown): void {
    this.#report(asError(error));
    this.#channel.destroy();
  }

  #hold(message: Message): void {
    if (this.#draining) return;
    this.#holding = true;
    this.#held.push(message.keep());
    this.#heldBytes += message.to;
    if (this.#heldBytes > HELD_BYTES) this.#channel.pause();
  }

  /** Whether the next call may start. */
  get #open(): boolean {
    return !this.#inOrder && this.#inFlight < this.#services.maxCallsInFlight && !this.#channel.congested;
  }

  /** Starts calls that waited, as many as may run. */
  #goOn(): void {
    const serializers = this.#serializers as SerializerSet;
    try {
      while (this.#open && !this.#draining) {
        const message = this.#held.shift();
        if (message === undefined) {
          this.#holding = false;
          this.#heldBytes = 0;
          this.#channel.resume();
          break;
        }
        this.#invoke(message, serializers);
      }
    } catch (error) {
      this.#break(error);
    }
    leaveCallContext();
  }

  #succeed(served: ServedCall, value: unknown): void {
    if (served.oneway) return;
    const { batch, exception, itemStream } = this.#dialect.flag;
    try {
      const items = iteratorOf(value);
      if (items === undefined) this.#answer(served, served.batch ? batch : 0, value);
      else this.#answer(served, exception | itemStream, this.#services.streams.open(items, served));
    } catch (unwritable) {
      this.#answerError(served, unwritableResult(unwritable, served.serializer));
    }
  }

  #fail(served: ServedCall, thrown: unknown): void {
    const error = asError(thrown);
    const { call } = served;
    if (call !== undefined && served.entered && !served.batch) this.#methodFailed(served, call, error);
    if (served.oneway || this.#isCallback(served)) this.#report(error);
    if (!served.oneway) this.#answerError(served, error);
    // As Pyro does: who tries what is forbidden is told so, and has to come anew.
    if (error instanceof SecurityError) this.drain();
  }

  #isCallback({ objectId, method }: ServedCall): boolean {
    return this.#services.objects.get(objectId)?.exposed.methods.get(method)?.callback === true;
  }

  #methodFailed(context: ServedCall, { object: objectId, method, args, kwargs }: CallData, error: Error): void {
    if (this.#services.objects.get(objectId)?.exposed.methods.has(method) !== true) return;
    this.#services.methodFailed?.(error, { objectId, method, args, kwargs: kwargs ?? NO_KEYWORDS, context });
  }

  #answerError(served: ServedCall, error: Error): void {
    if (error instanceof CommunicationError) served.keepsConnection();
    const flags = this.#dialect.flag.exception;
    try {
      this.#answer(served, flags, error);
    } catch (unwritable) {
      this.#answer(served, flags, unwritableError(unwritable, error));
    }
  }

  #answer(served: ServedCall, flags: number, value: unknown): void {
    if (this.#channel.closed) return;
    this.#channel.send(this.#dialect, served.answer(flags, value, this.#services.annotations?.()));
  }
}
