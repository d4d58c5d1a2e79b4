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
 * Where all connections of this process read into, one after the other: what comes is taken before the next one reads.
 * Without it each read has a buffer made and thrown away (a call: 1 us of 12). Windows reads ahead, into a buffer that
 * must not be another's.
 */
const SHARED = process.platform === "win32" ? undefined : Buffer.allocUnsafeSlow(READ_BYTES);

/** A connected socket, and where its bytes come from. */
export interface Dialled {
  readonly socket: Socket;
  /**
   * Hands each chunk of bytes to `receive`; it is valid until that returns. To be called in the tick of the connecting.
   * Undefined: they come as "data" events (TLS has no other way).
   */
  readonly onChunk: ((receive: (chunk: Buffer) => void) => void) | undefined;
}

/** How connections are made, apart from where to. */
export interface DialSettings {
  /** Undefined: no TLS. */
  readonly tls?: ClientTls | undefined;
  /** Which addresses of a host name are tried. Default: all, in the system's order. */
  readonly ipVersion?: IpVersion | undefined;
  /** Small messages leave at once. Default true. */
  readonly noDelay?: boolean | undefined;
  /** Default: the process's. */
  readonly environment?: Environment | undefined;
}

/** IPv4 addresses first and others if there are none, or IPv6 only (`Pyro5 5.15, socketutil.py`, get_ip_address). */
function lookupFor(ipVersion: 4 | 6): LookupFunction {
  const { lookup } = process.getBuiltinModule("node:dns"); // loaded for those who choose
  const how = ipVersion === 6 ? ({ family: 6 } as const) : ({ order: "ipv4first" } as const);
  return (host, options, callback) => lookup(host, { ...options, ...how }, callback);
}

function target(location: Location, { ipVersion = 0 }: DialSettings): NetConnectOpts {
  if (location.kind === "unix") return { path: location.path };
  const { host, port } = location;
  return ipVersion === 0 ? { host, port } : { host, port, lookup: lookupFor(ipVersion) };
}

/**
 * Opens a stream to a daemon, over TLS if told so. Small messages leave at once (no Nagle delay), and a silent peer is
 * noticed in the end (keep-alive, as Pyro sets it).
 *
 * @throws {CommunicationError} `cannot connect to LOCATION: reason`, of TLS with code PYRO_TLS...
 * @throws {TimeoutError} when there is no connection after `timeoutMs`.
 */
export function dial(location: Location, options: DialOptions & DialSettings): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const { tls, noDelay = true, environment = processEnvironment } = options;
    let receive: (chunk: Buffer) => void = () => undefined;
    const onread = {
      buffer: SHARED ?? Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (size: number, buffer: Uint8Array): boolean => {
        receive((buffer as Buffer).subarray(0, size));
        return true;
      },
    };
    const where = target(location, options);
    const socket =
      tls === undefined
        ? connect({ ...where, noDelay, keepAlive: true, onread })
        : secureSocket(location, where, tls, noDelay);
    let timer: Timer | undefined;
    let reached = false;
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
      reached = true;
      if (tls === undefined) ready();
    };
    const ready = (): void => {
      settle();
      const onChunk = (taker: typeof receive): void => {
        receive = taker;
      };
      resolve({ socket, onChunk: tls === undefined ? onChunk : undefined });
    };
    const failed = (error: Error): void => {
      const secret = tls !== undefined && reached;
      giveUp(secret ? tlsConnectError(location, error, tls.certified) : connectError(location, error));
    };
    const abort = (): void => giveUp(options.signal?.reason);
    socket.on("connect", connected);
    socket.on("secureConnect", ready);
    socket.on("error", failed);
    options.signal?.addEventListener("abort", abort, { once: true });
    if (options.timeoutMs > 0) {
      timer = environment.setTimeout(() => {
        const [what, code] = reached
          ? ["no end of the TLS handshake", "PYRO_HANDSHAKE_TIMEOUT"]
          : ["no answer", "PYRO_CONNECT_TIMEOUT"];
        const text = `cannot connect to ${locationText(location)}: ${what} within ${options.timeoutMs} ms`;
        giveUp(new TimeoutError(text, { code: code as string }));
      }, options.timeoutMs);
    }
  });
}
