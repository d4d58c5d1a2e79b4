import { Buffer } from "node:buffer";
import { connect, type LookupFunction, type NetConnectOpts, type Socket } from "node:net";
import { type Environment, processEnvironment, type Timer } from "../base/environment.ts";
import { type CommunicationError, TimeoutError } from "../base/errors.ts";
import { type Location, locationText } from "./location.ts";
import { connectError } from "./node-errors.ts";
import { secureSocket } from "./tls-dial.ts";
import { tlsConnectError } from "./tls-errors.ts";
import type { ClientTls } from "./tls-options.ts";
import type { DialOptions } from "./transport.ts";
import type { IpVersion } from "./transport-config.ts";

const READ_BYTES = 64 << 10;

/**
 * The read buffer that all connections of this process share. Each chunk is consumed before another connection reads.
 * With it, reads allocate no buffers (saves 1 us of 12 per call). Not on Windows, which reads ahead into the buffer.
 */
const SHARED_BUFFER = process.platform === "win32" ? undefined : Buffer.allocUnsafeSlow(READ_BYTES);

/** A connected socket. */
export interface Dialled {
  readonly socket: Socket;
  /**
   * Passes each received chunk to `receive`; it is valid until `receive` returns. Must be called in the tick in which
   * the socket connects. Undefined for TLS, whose sockets only have "data" events.
   */
  readonly onChunk: ((receive: (chunk: Buffer) => void) => void) | undefined;
}

/** Settings for opening sockets. */
export interface DialSettings {
  /** Undefined: no TLS. */
  readonly tls?: ClientTls | undefined;
  /** The addresses of a host name to try. Default: all, in the system's order. */
  readonly ipVersion?: IpVersion | undefined;
  /** Send small messages immediately (TCP_NODELAY). Default: true. */
  readonly noDelay?: boolean | undefined;
  /** Default: this process. */
  readonly environment?: Environment | undefined;
}

/** 4: IPv4 addresses first, then IPv6. 6: IPv6 only (`Pyro5 5.15, socketutil.py`, get_ip_address). */
function lookupFor(ipVersion: 4 | 6): LookupFunction {
  const { lookup } = process.getBuiltinModule("node:dns"); // loaded only when it is needed
  const preference = ipVersion === 6 ? ({ family: 6 } as const) : ({ order: "ipv4first" } as const);
  return (host, options, callback) => lookup(host, { ...options, ...preference }, callback);
}

function connectOptions(location: Location, { ipVersion = 0 }: DialSettings): NetConnectOpts {
  if (location.kind === "unix") return { path: location.path };
  const { host, port } = location;
  return ipVersion === 0 ? { host, port } : { host, port, lookup: lookupFor(ipVersion) };
}

/**
 * Opens a socket to a daemon, with TLS if `tls` is set. Keep-alive is on, as in Pyro, so a peer that disappears is
 * detected eventually.
 *
 * @throws {CommunicationError} `cannot connect to LOCATION: reason`; TLS errors have a code PYRO_TLS...
 * @throws {TimeoutError} when there is no connection after `timeoutMs`.
 */
export function dial(location: Location, options: DialOptions & DialSettings): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const { tls, noDelay = true, environment = processEnvironment } = options;
    let receive: (chunk: Buffer) => void = () => undefined;
    const onread = {
      buffer: SHARED_BUFFER ?? Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (size: number, buffer: Uint8Array): boolean => {
        receive((buffer as Buffer).subarray(0, size));
        return true;
      },
    };
    const address = connectOptions(location, options);
    const socket =
      tls === undefined
        ? connect({ ...address, noDelay, keepAlive: true, onread })
        : secureSocket(location, address, tls, noDelay);
    let timer: Timer | undefined;
    let isConnected = false;
    const settle = (): void => {
      environment.clearTimer(timer);
      options.signal?.removeEventListener("abort", abort);
      socket.removeListener("connect", connected);
      socket.removeListener("secureConnect", ready);
      socket.removeListener("error", failed);
    };
    const giveUp = (error: unknown): void => {
      settle();
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error as CommunicationError);
    };
    const connected = (): void => {
      isConnected = true;
      if (tls === undefined) ready();
    };
    const ready = (): void => {
      settle();
      const onChunk = (receiver: typeof receive): void => {
        receive = receiver;
      };
      resolve({ socket, onChunk: tls === undefined ? onChunk : undefined });
    };
    const failed = (error: Error): void => {
      const isTlsFailure = tls !== undefined && isConnected;
      giveUp(isTlsFailure ? tlsConnectError(location, error, tls.certified) : connectError(location, error));
    };
    const abort = (): void => giveUp(options.signal?.reason);
    socket.on("connect", connected);
    socket.on("secureConnect", ready);
    socket.on("error", failed);
    options.signal?.addEventListener("abort", abort, { once: true });
    if (options.timeoutMs > 0) {
      timer = environment.setTimeout(() => {
        const [what, code] = isConnected
          ? ["the TLS handshake did not finish", "PYRO_HANDSHAKE_TIMEOUT"]
          : ["no answer", "PYRO_CONNECT_TIMEOUT"];
        const text = `cannot connect to ${locationText(location)}: ${what} within ${options.timeoutMs} ms`;
        giveUp(new TimeoutError(text, { code: code as string }));
      }, options.timeoutMs);
    }
  });
}
