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

/** First byte of each TLS connection: a handshake record. */
const TLS_HANDSHAKE = 0x16;
/** As long as Node's timers go. */
const NEVER_MS = 0x7fff_ffff;

function isTls(socket: Duplex): socket is TLSSocket {
  return "encrypted" in socket;
}

/** What is known of a connection's TLS; undefined for one without. */
export function tlsInfoOf(socket: Duplex): TlsInfo | undefined {
  if (!isTls(socket)) return undefined;
  const certificate = socket.getPeerCertificate();
  const shown = Object.keys(certificate ?? {}).length > 0;
  return { authorized: socket.authorized, peerCertificate: shown ? certificate : undefined };
}

/** `host:port` of the other side; undefined for Unix sockets, and for connections that are gone. */
export function addressOf(socket: Socket): string | undefined {
  return socket.remoteAddress === undefined ? undefined : `${socket.remoteAddress}:${socket.remotePort}`;
}

/** Takes a connection; with a refusal, only to tell the client so in the words of the protocol. */
export type OnConnection = (socket: Socket, refusal?: CommunicationError) => void;
/** Hears of failures; `client` is the address, if it is known. */
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
 * Stands before a daemon that speaks TLS: shakes hands with each client by itself, so that none waits for another, and
 * hands on those that are through. Clients that cannot come in are handed on with the reason, because a Pyro client
 * shows what a refused handshake says, and nothing of a connection that just ends: those that speak plain Pyro, and
 * those whose certificate does not do. Of these no more than a header is ever read.
 */
export class TlsGate {
  readonly #tls: ServerTls;
  readonly #server: Server;
  readonly #options: TlsGateOptions;
  /** Connections that sent nothing so far. */
  readonly #silent = new Set<Socket>();
  /** All connections, whatever their state. */
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(options: TlsGateOptions) {
    const { tls, timeoutMs } = options;
    this.#tls = tls;
    this.#options = options;
    this.#server = nodeTls().createServer({ ...tls.options, handshakeTimeout: timeoutMs > 0 ? timeoutMs : NEVER_MS });
    this.#server.on("secureConnection", (socket: TLSSocket) => this.#through(socket));
    this.#server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      const client = addressOf(socket) ?? "a TLS client"; // nobody knows where it was once it is gone
      socket.destroy();
      if (!this.#closed) options.onError(tlsAcceptError(error), client);
    });
  }

  /** Takes a new connection, of which nobody knows yet what it speaks. */
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
    const spoke = (): void => {
      environment.clearTimer(timer);
      this.#silent.delete(socket);
      socket.removeListener("data", first);
      socket.removeListener("close", spoke);
    };
    const first = (chunk: Buffer): void => {
      spoke();
      socket.pause();
      socket.unshift(chunk);
      if (chunk[0] === TLS_HANDSHAKE) {
        this.#server.emit("connection", socket);
      } else {
        onConnection(socket, tlsExpected(undefined));
        socket.resume();
      }
    };
    socket.on("data", first);
    socket.on("close", spoke);
    socket.on("error", () => undefined); // "close" follows; later it is the taker's
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#silent) socket.destroy();
  }

  /** Ends all connections, those too that are in the middle of a handshake. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #through(socket: TLSSocket): void {
    if (this.#closed) {
      socket.destroy();
    } else if (this.#tls.certificateRequired && !socket.authorized) {
      const shown = tlsInfoOf(socket)?.peerCertificate !== undefined;
      this.#options.onConnection(socket, clientCertificateError(String(socket.authorizationError), shown));
    } else {
      this.#options.onConnection(socket);
    }
  }
}
