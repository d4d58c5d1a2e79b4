/**
 * What a transport is: it opens connections, accepts them, and moves bytes. The modules above know only these
 * interfaces; TCP, TLS, Unix sockets, a socket of the user's own and memory implement them.
 */
import type { Buffer } from "node:buffer";
import type { CommunicationError } from "../base/errors.ts";
import type { TlsInfo } from "../diagnostics/call-context.ts";
import type { Location } from "./location.ts";

/** What a connection reports. Nothing is called before `start` returns. */
export interface ConnectionHandlers {
  /** Bytes that came. `chunk` is valid until this returns: the transport may use its memory again. */
  onData(chunk: Buffer): void;
  /** The other side sends nothing more. The connection closes its own half by itself. */
  onEnd(): void;
  /** What was written has been taken, after `needsDrain` was true. */
  onDrain(): void;
  /** The connection is closed, with the error that closed it, if any. May be called more than once. */
  onClose(error: Error | undefined): void;
}

/** One connection: bytes in, bytes out. */
export interface Connection {
  /** The other side's `host:port`; undefined where it has none (Unix sockets), and when the connection is gone. */
  readonly peerAddress: string | undefined;
  /** This side of the connection. */
  readonly localLocation: Location;
  /** What TLS knows of the other side; undefined for a connection without TLS. */
  readonly tls: TlsInfo | undefined;
  /** False for a connection that the user made: Pyro's peers begin with calls then (`Pyro5 5.15, svr_existingconn.py`). */
  readonly hasHandshake: boolean;
  /** True: `write` never takes all bytes before it returns, so small ones are better copied. */
  readonly keepsWrittenBytes: boolean;
  /** Bytes that were written and not yet taken. */
  readonly bufferedBytes: number;
  /** The other side is slow: write no more until `onDrain`. */
  readonly needsDrain: boolean;

  /** Starts delivering. To be called once, in the tick in which the connection was handed over. */
  start(handlers: ConnectionHandlers): void;
  /**
   * Sends bytes.
   *
   * @param onTaken called when their memory may be used again.
   * @returns whether their memory may be used again when this returns.
   */
  write(bytes: Uint8Array, onTaken?: () => void): boolean;
  /** Stops delivering. */
  pause(): void;
  resume(): void;
  /** Closes this half after what was written has been sent. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

export interface DialOptions {
  /** Milliseconds until the attempt is given up; 0 leaves it to the operating system (about two minutes). */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ListenHandlers {
  /** A new connection. With a refusal, the client is only to be told the reason, in the words of the protocol. */
  onConnection(connection: Connection, refusal?: CommunicationError): void;
  /** Failures of accepting; listening goes on. `client` is the address, where it is known. */
  onError(error: Error, client?: string): void;
}

export interface ListenOptions {
  /** Milliseconds that a client has for the transport's own handshake (TLS). Default 0: no limit. */
  readonly handshakeTimeoutMs?: number | undefined;
}

export interface Listener {
  /** The location that was asked for, with the port that the system chose when 0 was asked for. */
  readonly location: Location;
  /** Accepts no more connections; resolves when the existing ones have ended. Removes a Unix socket's file. */
  close(): Promise<void>;
  /** Closes the connections that were accepted and not yet handed over. */
  destroy(): void;
  /** Resolves when no connection will come any more without `close`: for a single connection, when it has ended. */
  readonly ended?: Promise<void> | undefined;
}

export interface Transport {
  /** The location as URIs have it behind the `@`. */
  format(location: Location): string;
  /** The location in a URI's text behind the `@`. @throws {PyroError} code PYRO_URI, for text of another form. */
  parse(text: string): Location;
  /**
   * Opens a connection.
   *
   * @throws {CommunicationError} `cannot connect to LOCATION: reason`.
   * @throws {TimeoutError} when there is no connection after `timeoutMs`.
   */
  dial(location: Location, options: DialOptions): Promise<Connection>;
  /**
   * Listens on a location.
   *
   * @throws {CommunicationError} code PYRO_CANNOT_LISTEN, when the address is in use or not this machine's.
   */
  listen(location: Location, handlers: ListenHandlers, options?: ListenOptions): Promise<Listener>;
  /**
   * Finds out why a server closed a connection before it answered the handshake, as far as the transport can know.
   * Returns undefined where it knows nothing.
   */
  explainClose?(location: Location, cause: unknown, options: DialOptions): Promise<CommunicationError | undefined>;
}
