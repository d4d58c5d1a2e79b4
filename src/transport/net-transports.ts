/** Transports over Node's sockets: TCP, Unix sockets, and TLS over either. */
import type { Socket } from "node:net";
import type { CommunicationError } from "../base/errors.ts";
import { type DialSettings, dial } from "./dial.ts";
import { type ListenOptions as ListenSettings, listen } from "./listen.ts";
import { type Location, locationText, parseLocation } from "./location.ts";
import { StreamConnection } from "./stream-connection.ts";
import { isTlsError, tlsConnectError } from "./tls-errors.ts";
import type { ClientTls, ServerTls } from "./tls-options.ts";
import { findTlsProblem } from "./tls-probe.ts";
import type { Connection, DialOptions, Listener, ListenHandlers, ListenOptions, Transport } from "./transport.ts";

export type NetSettings = Omit<DialSettings, "tls">;

/** TCP or Unix sockets, depending on the location. */
export class NetTransport implements Transport {
  readonly settings: NetSettings;

  constructor(settings: NetSettings = {}) {
    this.settings = settings;
  }

  format(location: Location): string {
    return locationText(location);
  }

  parse(text: string): Location {
    return parseLocation(text);
  }

  dial(location: Location, options: DialOptions): Promise<Connection> {
    return dialSocket(location, { ...this.settings, ...options });
  }

  listen(location: Location, handlers: ListenHandlers, options: ListenOptions = {}): Promise<Listener> {
    return listenForSockets(location, handlers, { ...this.settings, ...options });
  }

  /** A server that closes without an answer may speak TLS. */
  explainClose(location: Location, _cause: unknown, options: DialOptions): Promise<CommunicationError | undefined> {
    return findTlsProblem(location, this.settings, options.timeoutMs);
  }
}

/** The TLS settings of each side that a transport is used for: to dial, and to listen. */
export interface TlsSides {
  readonly client?: ClientTls | undefined;
  readonly server?: ServerTls | undefined;
}

/** TLS over TCP or Unix sockets. */
export class TlsTransport implements Transport {
  readonly #inner: NetTransport;
  readonly #client: ClientTls | undefined;
  readonly #server: ServerTls | undefined;

  /** @param tls `client` is needed to dial, `server` to listen. */
  constructor(inner: NetTransport, tls: TlsSides) {
    this.#inner = inner;
    this.#client = tls.client;
    this.#server = tls.server;
  }

  format(location: Location): string {
    return this.#inner.format(location);
  }

  parse(text: string): Location {
    return this.#inner.parse(text);
  }

  dial(location: Location, options: DialOptions): Promise<Connection> {
    return dialSocket(location, { ...this.#inner.settings, ...options, tls: this.#client });
  }

  listen(location: Location, handlers: ListenHandlers, options: ListenOptions = {}): Promise<Listener> {
    return listenForSockets(location, handlers, { ...this.#inner.settings, ...options, tls: this.#server });
  }

  /** The server may have refused the client's certificate. Its alert arrives when the connection closes, or is lost. */
  async explainClose(
    location: Location,
    cause: unknown,
    options: DialOptions,
  ): Promise<CommunicationError | undefined> {
    const tls = this.#client;
    if (isTlsError(cause)) return tlsConnectError(location, cause, tls?.certified ?? false);
    return findTlsProblem(location, { ...this.#inner.settings, tls }, options.timeoutMs);
  }
}

async function dialSocket(location: Location, options: DialOptions & DialSettings): Promise<Connection> {
  const { socket, onChunk } = await dial(location, options);
  // The client's end of a Unix socket has no path.
  return new StreamConnection(socket, location.kind === "unix" ? location : undefined, onChunk);
}

function listenForSockets(location: Location, handlers: ListenHandlers, options: ListenSettings): Promise<Listener> {
  const onConnection = (socket: Socket, refusal?: CommunicationError): void =>
    handlers.onConnection(new StreamConnection(socket), refusal);
  return listen(location, onConnection, (error, client) => handlers.onError(error, client), options);
}
