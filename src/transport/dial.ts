import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { type CommunicationError, TimeoutError } from "../errors.ts";
import { type Location, locationText } from "./location.ts";
import { connectError } from "./node-errors.ts";

const READ_BYTES = 64 << 10;

/**
 * Where all connections of this process read into, one after the other: what comes is taken before the next one reads.
 * Without it each read has a buffer made and thrown away (a call: 1 us of 12). Windows reads ahead, into a buffer that
 * must not be another's.
 */
const SHARED = process.platform === "win32" ? undefined : Buffer.allocUnsafeSlow(READ_BYTES);

/** A connection, and what it brings. */
export interface Dialled {
  readonly socket: Socket;
  /** Hands each chunk of bytes to `receive`; it is valid until that returns. To be called in the tick of the connecting. */
  readonly onChunk: (receive: (chunk: Buffer) => void) => void;
}

export interface DialOptions {
  /** Milliseconds until the attempt is given up; 0 leaves it to the operating system (two minutes or so). */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a stream to a daemon. Small messages leave at once (no Nagle delay), and a silent peer is noticed in the end
 * (keep-alive, as Pyro sets it).
 *
 * @throws {CommunicationError} `cannot connect to LOCATION: reason`
 * @throws {TimeoutError} when there is no connection after `timeoutMs`.
 */
export function dial(location: Location, options: DialOptions): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    let receive: (chunk: Buffer) => void = () => undefined;
    const onread = {
      buffer: SHARED ?? Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (size: number, buffer: Uint8Array): boolean => {
        receive((buffer as Buffer).subarray(0, size));
        return true;
      },
    };
    const socket =
      location.kind === "unix"
        ? connect({ path: location.path, onread })
        : connect({ host: location.host, port: location.port, noDelay: true, keepAlive: true, onread });
    let timer: NodeJS.Timeout | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
      socket.removeListener("connect", connected);
      socket.removeListener("error", failed);
    };
    const giveUp = (error: unknown): void => {
      settle();
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error as CommunicationError);
    };
    const connected = (): void => {
      settle();
      resolve({
        socket,
        onChunk: (taker) => {
          receive = taker;
        },
      });
    };
    const failed = (error: Error): void => giveUp(connectError(location, error));
    const abort = (): void => giveUp(options.signal?.reason);
    socket.on("connect", connected);
    socket.on("error", failed);
    options.signal?.addEventListener("abort", abort, { once: true });
    if (options.timeoutMs > 0) {
      timer = setTimeout(() => {
        const text = `cannot connect to ${locationText(location)}: no answer within ${options.timeoutMs} ms`;
        giveUp(new TimeoutError(text, { code: "PYRO_CONNECT_TIMEOUT" }));
      }, options.timeoutMs);
    }
  });
}
