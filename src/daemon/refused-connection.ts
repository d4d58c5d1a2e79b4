import type { Timer } from "../base/environment.ts";
import type { CommunicationError, PyroError } from "../base/errors.ts";
import { dumpText } from "../serializers/marshal/marshal.ts";
import { Channel, type ChannelHandlers } from "../session/channel.ts";
import type { Connection } from "../transport/transport.ts";
import { MessageType } from "../wire/message.ts";
import { pyro5 } from "../wire/pyro5.ts";
import type { ClientConnection, ConnectionServices } from "./connection-services.ts";

/**
 * A connection of a client that is refused. The reason is sent as soon as the client's first header shows its version.
 * Nothing else is read or buffered. A Pyro client shows the reason as `connection to ... rejected: REASON`.
 */
export class RefusedConnection implements ChannelHandlers, ClientConnection {
  readonly client: string;
  readonly #services: ConnectionServices;
  readonly #channel: Channel;
  readonly #refusal: CommunicationError;
  readonly #timer: Timer | undefined;
  #refused = false;

  constructor(connection: Connection, services: ConnectionServices, where: string, refusal: CommunicationError) {
    this.#services = services;
    this.#refusal = refusal;
    this.client = connection.peerAddress ?? where;
    this.#channel = new Channel(
      connection,
      {
        environment: services.environment,
        limits: services.serializers.limits,
        wireOptions: services.wireOptions,
        fallback: pyro5,
        accept: [],
        peer: this.client,
      },
      this,
    );
    const { handshakeTimeoutMs } = services;
    if (handshakeTimeoutMs > 0)
      this.#timer = services.environment.setTimeout(() => this.#channel.destroy(), handshakeTimeoutMs);
  }

  drain(): void {
    this.#channel.end();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  onMessage(): void {
    this.#refuse();
  }

  /** Called for the first header: no message type is accepted here. */
  onProtocolError(_error: PyroError): void {
    this.#refuse();
  }

  #refuse(): void {
    this.#refused = true;
    const { message } = this.#refusal;
    const dialect = this.#channel.dialect ?? pyro5;
    this.#services.report(this.#refusal, this.client);
    this.#channel.send(dialect, {
      type: MessageType.ConnectFail,
      flags: 0,
      sequence: 0,
      serializerId: dialect.names.serializerIds.marshal, // both versions read marshal before the handshake
      writePayload: (out) => out.bytes(dumpText(message)),
    });
  }

  onClose(): void {
    this.#services.environment.clearTimer(this.#timer);
    if (!this.#refused) this.#services.report(this.#refusal, this.client);
    this.#services.disconnected(this);
  }
}
