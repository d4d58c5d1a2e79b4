import type { Duplex } from "node:stream";
import type { CommunicationError, PyroError } from "../base/errors.ts";
import { dumpText } from "../serializers/marshal/marshal.ts";
import { Channel, type ChannelHandlers } from "../session/channel.ts";
import { pyro5 } from "../wire/dialects.ts";
import { MessageType } from "../wire/message.ts";
import { addressOf } from "./caller.ts";
import type { ClientConnection, ConnectionServices } from "./connection-services.ts";

/**
 * A client that cannot come in, whatever it says: it is told why as soon as its first header shows which version it
 * speaks. Nothing else of it is read or kept. A Pyro client shows the reason as `connection to ... rejected: REASON`.
 */
export class RefusedConnection implements ChannelHandlers, ClientConnection {
  readonly client: string;
  readonly #services: ConnectionServices;
  readonly #channel: Channel;
  readonly #refusal: CommunicationError;
  readonly #timer: NodeJS.Timeout | undefined;
  #told = false;

  constructor(socket: Duplex, services: ConnectionServices, where: string, refusal: CommunicationError) {
    this.#services = services;
    this.#refusal = refusal;
    this.client = addressOf(socket, where);
    this.#channel = new Channel(
      socket,
      {
        limits: services.serializers.limits,
        wireOptions: services.wireOptions,
        fallback: pyro5,
        accept: [],
        peer: this.client,
      },
      this,
    );
    const { handshakeTimeoutMs } = services;
    if (handshakeTimeoutMs > 0) this.#timer = setTimeout(() => this.#channel.destroy(), handshakeTimeoutMs);
  }

  drain(): void {
    this.#channel.end();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  onMessage(): void {
    this.#tell();
  }

  /** Always, and with the first header: no message is acceptable here. */
  onProtocolError(_error: PyroError): void {
    this.#tell();
  }

  #tell(): void {
    this.#told = true;
    const { message } = this.#refusal;
    const dialect = this.#channel.dialect ?? pyro5;
    this.#services.report(this.#refusal, this.client);
    this.#channel.send(dialect, {
      type: MessageType.ConnectFail,
      flags: 0,
      sequence: 0,
      serializerId: dialect.names.serializerIds.marshal, // which both versions understand before a handshake
      writePayload: (out) => out.bytes(dumpText(message)),
    });
  }

  onClose(): void {
    clearTimeout(this.#timer);
    if (!this.#told) this.#services.report(this.#refusal, this.client);
    this.#services.disconnected(this);
  }
}
