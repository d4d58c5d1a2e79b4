import type { Timer } from "../base/environment.ts";
import { DaemonError, ProtocolError, PyroError } from "../base/errors.ts";
import { DAEMON_OBJECT_ID } from "../base/pyro-names.ts";
import { newCorrelationId } from "../diagnostics/correlation.ts";
import { dumpText } from "../serializers/marshal/marshal.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { SerializerSet } from "../serializers/serializer-set.ts";
import type { Channel } from "../session/channel.ts";
import { metadataValue } from "../session/metadata.ts";
import { pyText } from "../values/py-repr.ts";
import { dictValue } from "../values/python-values.ts";
import type { Dialect, OutgoingMessage } from "../wire/dialect.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { pyro5 } from "../wire/pyro5.ts";
import type { Caller } from "./caller.ts";
import type { ConnectionServices } from "./connection-services.ts";
import { isThenable, reasonOf } from "./error-replies.ts";
import type { Registration } from "./object-table.ts";

/** The header fields of a CONNECT that the answer needs. */
interface ConnectHeader {
  readonly sequence: number;
  readonly serializerId: number;
  readonly flags: number;
  readonly correlationId: Uint8Array;
}

/** Pyro's text for a client that is refused because no thread is free (`Pyro5 5.15, svr_threads.py`). */
export const NO_FREE_WORKERS = "no free workers, increase server threadpool size";

/** The handshake of one connection, with a time limit. */
export class Handshake {
  readonly #channel: Channel;
  readonly #services: ConnectionServices;
  readonly #client: Caller;
  readonly #denial: string | undefined;
  readonly #accepted: (serializers: SerializerSet) => void;
  #timer: Timer | undefined;
  #received = false;

  /**
   * @param denial if set, the client is refused for this reason.
   * @param accepted called on success, after the answer is queued and before more messages are read.
   */
  constructor(
    channel: Channel,
    services: ConnectionServices,
    client: Caller,
    denial: string | undefined,
    accepted: (serializers: SerializerSet) => void,
  ) {
    this.#channel = channel;
    this.#services = services;
    this.#client = client;
    this.#denial = denial;
    this.#accepted = accepted;
    if (services.handshakeTimeoutMs > 0) {
      this.#timer = services.environment.setTimeout(() => {
        services.report(new ProtocolError(`no handshake within ${services.handshakeTimeoutMs} ms`), client.address);
        channel.destroy();
      }, services.handshakeTimeoutMs);
    }
  }

  get #dialect(): Dialect {
    return this.#channel.dialect ?? pyro5;
  }

  /** Stops the time limit. */
  stop(): void {
    this.#services.environment.clearTimer(this.#timer);
  }

  onMessage(message: Message): void {
    if (this.#received) throw new ProtocolError("received a message before the handshake was answered");
    this.#received = true;
    this.#client.pyroVersion = this.#dialect.version;
    const { sequence, serializerId, flags } = message;
    if (this.#denial !== undefined) return this.#deny(this.#denial, sequence);
    const correlationId = this.#dialect.correlationOf(message) ?? newCorrelationId(this.#services.environment);
    let serializer: Serializer;
    try {
      serializer = this.#services.serializers.forVersion(this.#dialect.version).byId(serializerId);
    } catch (error) {
      // The text of Pyro4. Pyro5 closes the connection without an answer.
      return this.refuse(
        new ProtocolError(`message used serializer that is not accepted: ${serializerId} (${reasonOf(error)})`, {
          cause: error,
        }),
      );
    }
    const reject = (error: unknown): void => {
      const text = reasonOf(error);
      this.#reject(text, serializerId, sequence, (out) => serializer.dump(text, out));
    };
    try {
      const { handshake, findRegistration } = this.#parseConnect(
        serializer.load(message.bytes, message.from, message.to),
      );
      const accept = (value: unknown): void =>
        this.#accept({ sequence, serializerId, flags, correlationId }, serializer, findRegistration(), value);
      const value = this.#services.validateHandshake(handshake, this.#client);
      if (!isThenable(value)) return accept(value);
      this.#channel.pause();
      void Promise.resolve(value)
        .then(accept)
        .then(undefined, reject)
        .finally(() => this.#channel.resume());
    } catch (error) {
      reject(error);
    }
  }

  /** Parses a CONNECT: the data for `validateHandshake`, and a function that finds the requested object. */
  #parseConnect(data: unknown): { handshake: unknown; findRegistration: () => Registration } {
    const id = dictValue(data, "object");
    if (id === undefined && this.#dialect.connectNamesObject) throw new PyroError("'object'");
    const handshake = dictValue(data, "handshake");
    if (handshake === undefined) throw new PyroError("'handshake'");
    const findRegistration = (): Registration => {
      // Pyro4 clients with METADATA off send no object id.
      const registration = this.#services.objects.get(id === undefined ? DAEMON_OBJECT_ID : pyText(id));
      if (registration === undefined) throw new DaemonError("unknown object");
      return registration;
    };
    return { handshake, findRegistration };
  }

  #accept(request: ConnectHeader, serializer: Serializer, registration: Registration, value: unknown): void {
    if (this.#channel.closed) return;
    this.stop();
    const dialect = this.#dialect;
    const { metaOnConnect } = dialect.flag;
    const wantsMetadata = dialect.hasMetadata(request.flags);
    const meta = metadataValue(registration.metadata, dialect);
    const answer = wantsMetadata ? { handshake: value, meta } : value;
    this.#channel.send(dialect, {
      ...request,
      type: MessageType.ConnectOk,
      flags: wantsMetadata ? metaOnConnect : 0,
      annotations: this.#services.annotations?.(),
      writePayload: (out) => serializer.dump(answer, out),
    });
    this.#accepted(this.#services.serializers.forVersion(dialect.version));
  }

  /** Answers an invalid message with a CONNECTFAIL. */
  refuse(error: PyroError): void {
    this.#services.report(error, this.#client.address);
    if (!this.#channel.closed) this.#rejectEarly(error.message, 0);
  }

  #deny(reason: string, sequence: number): void {
    const error = new DaemonError(`client connection was denied: ${reason}`, { code: "PYRO_DENIED" });
    this.#services.report(error, this.#client.address);
    this.#rejectEarly(reason, sequence);
  }

  /** Rejects in marshal, which all clients can read whatever serializer they use. */
  #rejectEarly(text: string, sequence: number): void {
    this.#reject(text, this.#dialect.names.serializerIds.marshal, sequence, (out) => out.bytes(dumpText(text)));
  }

  #reject(text: string, serializerId: number, sequence: number, writePayload: OutgoingMessage["writePayload"]): void {
    if (this.#channel.closed) return;
    const annotations = this.#services.annotations?.();
    try {
      this.#channel.send(this.#dialect, {
        type: MessageType.ConnectFail,
        flags: 0,
        sequence,
        serializerId,
        annotations,
        writePayload,
      });
    } catch (error) {
      this.#services.report(
        new PyroError(`cannot send the reason for rejecting the client: ${text}`, { cause: error }),
        this.#client.address,
      );
    }
    this.#channel.end();
  }
}
