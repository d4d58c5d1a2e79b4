import type { Timer } from "../base/environment.ts";
import { DaemonError, type PyroError, SecurityError } from "../base/errors.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import { callContext, enterCallContext, leaveCallContext } from "../diagnostics/call-context.ts";
import type { CallData } from "../serializers/serializer.ts";
import type { SerializerSet } from "../serializers/serializer-set.ts";
import { Channel, type ChannelHandlers } from "../session/channel.ts";
import type { Connection } from "../transport/transport.ts";
import type { Dialect } from "../wire/dialect.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { pyro5 } from "../wire/pyro5.ts";
import { readBlobCall } from "./blob-arguments.ts";
import { CallQueue } from "./call-queue.ts";
import { Caller } from "./caller.ts";
import type { ClientConnection, ConnectionServices } from "./connection-services.ts";
import { callBatch, callMember } from "./dispatch.ts";
import { asError, isThenable } from "./error-replies.ts";
import { Handshake } from "./handshake.ts";
import { InstanceCache, instanceFor } from "./instances.ts";
import { type Registration, targetOf } from "./object-table.ts";
import { Replies } from "./replies.ts";
import { ServedCall } from "./served-call.ts";

const GREETING = [MessageType.Connect];
const CALLS = [MessageType.Invoke, MessageType.Ping];

/** One client: its handshake, then its calls. Its `CallQueue` decides when they start; replies are sent as they end. */
export class ServerConnection implements ChannelHandlers, ClientConnection {
  readonly info: Caller;
  readonly #services: ConnectionServices;
  readonly #channel: Channel;
  readonly #queue: CallQueue;
  readonly #replies: Replies;
  #instances: InstanceCache | undefined;
  #serializers: SerializerSet | undefined;
  #handshake: Handshake | undefined;
  #idle: Timer | undefined;

  /** @param denial why the client is refused, whatever its handshake says. */
  constructor(connection: Connection, services: ConnectionServices, where: string, denial?: string) {
    this.#services = services;
    const { environment, serializers, wireOptions } = services;
    this.info = new Caller(connection.peerAddress ?? where, connection.tls, services.report);
    const accept = connection.hasHandshake ? GREETING : CALLS;
    const { address: peer } = this.info;
    const options = { environment, limits: serializers.limits, wireOptions, fallback: pyro5, accept, peer };
    this.#channel = new Channel(connection, options, this);
    this.#replies = new Replies(this.#channel, services);
    this.#queue = new CallQueue(this.#channel, services, (message) => this.#invoke(message));
    if (!connection.hasHandshake) return;
    this.#handshake = new Handshake(this.#channel, services, this.info, denial, (serializers) => {
      this.#handshake = undefined;
      this.#channel.accept = CALLS;
      this.#begin(serializers);
    });
  }

  #begin(serializers: SerializerSet): void {
    this.#serializers = serializers;
    this.info.pyroVersion = this.#dialect.version;
    if (this.#services.idleTimeoutMs > 0)
      this.#idle = this.#services.environment.setTimeout(() => this.#leaveIdle(), this.#services.idleTimeoutMs);
  }

  drain(): void {
    this.#queue.drain();
    if (this.#queue.inFlight > 0) return;
    // A method that calls this is about to return: its reply is sent first.
    if (callContext()?.connection === this.info) this.#services.environment.setImmediate(() => this.#channel.end());
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
    if (this.#serializers === undefined) this.#begin(this.#services.serializers.forVersion(this.#dialect.version));
    if (message.type === MessageType.Ping) this.#replies.pong(message);
    else if (this.#queue.offer(message)) this.#invoke(message);
  }

  onChunkRead(): void {
    leaveCallContext();
    this.#idle?.refresh();
  }

  onDrain(): void {
    this.#startWaitingCalls();
  }

  /** Invalid bytes: the handshake answers them; later they only close the connection. */
  onProtocolError(error: PyroError): void {
    if (this.#handshake !== undefined) return this.#handshake.refuse(error);
    this.#report(error);
    this.#channel.end();
  }

  onClose(error: Error | undefined): void {
    const { info } = this;
    this.#queue.clear();
    this.#services.environment.clearTimer(this.#idle);
    this.#idle = undefined;
    this.#handshake?.stop();
    if (error !== undefined && this.#handshake !== undefined) this.#report(error);
    info.depart();
    if (this.#handshake === undefined) this.#services.callerDeparted(info);
    this.#services.disconnected(this);
  }

  #report(error: Error): void {
    this.#services.report(error, this.info.address);
  }

  #leaveIdle(): void {
    if (this.#queue.inFlight > 0 || this.#channel.congested) this.#idle?.refresh();
    else this.#channel.end();
  }

  // --- calls -------------------------------------------------------------------------------------------------------

  #invoke(message: Message): void {
    const serializers = this.#serializers as SerializerSet;
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
    if (isThenable(result)) this.#awaitResult(served, result);
    else this.#replies.result(served, result);
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

  #awaitResult(served: ServedCall, result: PromiseLike<unknown>): void {
    this.#queue.began(served);
    result.then(
      (value) => this.#finished(served, value, false),
      (error: unknown) => this.#finished(served, error, true),
    );
  }

  #finished(served: ServedCall, outcome: unknown, failed: boolean): void {
    try {
      served.ended();
      if (failed) this.#fail(served, outcome);
      else this.#replies.result(served, outcome);
      this.#idle?.refresh();
      if (this.#queue.ended(served)) this.#startWaitingCalls();
    } catch (error) {
      this.#abort(error);
    }
  }

  #startWaitingCalls(): void {
    try {
      this.#queue.advance();
    } catch (error) {
      this.#abort(error);
    }
    leaveCallContext();
  }

  /** An error closes only this connection; thrown on, it would end the process. */
  #abort(error: unknown): void {
    this.#report(asError(error));
    this.#channel.destroy();
  }

  #fail(served: ServedCall, thrown: unknown): void {
    const error = asError(thrown);
    const { call } = served;
    if (call !== undefined && served.entered && !served.batch) this.#methodFailed(served, call, error);
    if (served.oneway || this.#isCallback(served)) this.#report(error);
    this.#replies.error(served, error);
    // As in Pyro, a forbidden call gets its error and closes the connection.
    if (error instanceof SecurityError) this.drain();
  }

  #isCallback({ objectId, method }: ServedCall): boolean {
    return this.#services.objects.get(objectId)?.exposed.methods.get(method)?.callback === true;
  }

  #methodFailed(context: ServedCall, { object: objectId, method, args, kwargs }: CallData, error: Error): void {
    if (this.#services.objects.get(objectId)?.exposed.methods.has(method) !== true) return;
    this.#services.methodFailed?.(error, { objectId, method, args, kwargs: kwargs ?? NO_KEYWORDS, context });
  }
}
