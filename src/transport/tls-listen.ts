import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Server, TLSSocket } from "node:tls";
import type { Environment } from "../base/environment.ts";
import { type CommunicationError, TimeoutError } from "../base/errors.ts";
import type { TlsInfo } from "../diagnostics/call-context.ts";
import { nodeTls } from "./node-tls.ts";
import { clientCertificateError, tlsAcceptError, tlsExpected } from "./tls-errors.ts";
import type { ServerTls } from "./tls-options.ts";

/** The first byte of every TLS connection: the type of a handshake record. */
const TLS_HANDSHAKE = 0x16;
/** The longest delay of Node's timers. */
const NEVER_MS = 0x7fff_ffff;

function isTls(socket: Duplex): socket is TLSSocket {
  return "encrypted" in socket;
}

/** TLS information about the peer; undefined for a connection without TLS. */
export function tlsInfoOf(socket: Duplex): TlsInfo | undefined {
  if (!isTls(socket)) return undefined;
  const certificate = socket.getPeerCertificate();
  const hasCertificate = Object.keys(certificate ?? {}).length > 0;
  return { authorized: socket.authorized, peerCertificate: hasCertificate ? certificate : undefined };
}

/** `host:port` of the peer; undefined for Unix sockets and closed connections. */
export function addressOf(socket: Socket): string | undefined {
  return socket.remoteAddress === undefined ? undefined : `${socket.remoteAddress}:${socket.remotePort}`;
}

/** Receives a connection. With a refusal, the connection is only used to send the reason to the client. */
export type OnConnection = (socket: Socket, refusal?: CommunicationError) => void;
/** Receives errors. `client` is the client's address, if known. */
export type OnError = (error: Error, client?: string) => void;

export interface TlsGateOptions {
  readonly tls: ServerTls;
  /** Milliseconds for the first byte, and for the handshake; 0: no limit. */
  readonly timeoutMs: number;
  readonly environment: Environment;
  readonly onConnection: OnConnection;
  readonly onError: OnError;
}

/**
 * Does the TLS handshakes of a daemon, concurrently, and passes the finished connections on. Clients that speak plain
 * Pyro or have no valid certificate are passed on with a refusal. A Pyro client shows the reason of a rejected
 * handshake, but shows nothing if the connection is just closed. Only a header is read from refused clients.
 */
export class TlsGate {
  readonly #tls: ServerTls;
  readonly #server: Server;
  readonly #options: TlsGateOptions;
  /** Connections that have sent nothing so far. */
  readonly #silent = new Set<Socket>();
  /** All open connections. */
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(options: TlsGateOptions) {
    const { tls, timeoutMs } = options;
    this.#tls = tls;
    this.#options = options;
    this.#server = nodeTls().createServer({ ...tls.options, handshakeTimeout: timeoutMs > 0 ? timeoutMs : NEVER_MS });
    this.#server.on("secureConnection", (socket: TLSSocket) => this.#onSecure(socket));
    this.#server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      const client = addressOf(socket) ?? "a TLS client"; // the address is unknown if the socket is already closed
      socket.destroy();
      if (!this.#closed) options.onError(tlsAcceptError(error), client);
    });
  }

  /** Accepts a new connection, and checks whether its first byte is TLS. */
  accept(socket: Socket): void {
    const client = addressOf(socket);
    this.#silent.add(socket);
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const { timeoutMs, environment, onConnection, onError } = this.#options;
    const timer =
      timeoutMs > 0
        ? environment.setTimeout(() => {
            const text = `no TLS handshake within ${timeoutMs} ms`;
            onError(new TimeoutError(text, { code: "PYRO_HANDSHAKE_TIMEOUT" }), client);
            socket.destroy();
          }, timeoutMs)
        : undefined;
    const stopWaiting = (): void => {
      environment.clearTimer(timer);
      this.#silent.delete(socket);
      socket.removeListener("data", onFirstChunk);
      socket.removeListener("close", stopWaiting);
    };
    const onFirstChunk = (chunk: Buffer): void => {
      stopWaiting();
      socket.pause();
      socket.unshift(chunk);
      if (chunk[0] === TLS_HANDSHAKE) {
        this.#server.emit("connection", socket);
      } else {
        onConnection(socket, tlsExpected(undefined));
        socket.resume();
      }
    };
    socket.on("data", onFirstChunk);
    socket.on("close", stopWaiting);
    socket.on("error", () => undefined); // "close" follows; later errors are handled by the receiver of the connection
  }

  /** Accepts no more connections, and closes those that have sent nothing. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#silent) socket.destroy();
  }

  /** Closes all connections, including those that are in a handshake. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #onSecure(socket: TLSSocket): void {
    if (this.#closed) {
      socket.destroy();
    } else if (this.#tls.certificateRequired && !socket.authorized) {
      const wasSent = tlsInfoOf(socket)?.peerCertificate !== undefined;
      this.#options.onConnection(socket, clientCertificateError(String(socket.authorizationError), wasSent));
    } else {
      this.#options.onConnection(socket);
    }
  }
}
