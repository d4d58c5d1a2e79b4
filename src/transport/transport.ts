/**
 * The interfaces of a transport. It opens and accepts connections and moves bytes. The modules above use only these
 * interfaces. They are implemented for TCP, TLS, Unix sockets, an existing socket, and memory.
 */
import type { Buffer } from "node:buffer";
import type { CommunicationError } from "../base/errors.ts";
import type { TlsInfo } from "../diagnostics/call-context.ts";
import type { Location } from "./location.ts";

/** The events of a connection. None is called before `start` returns. */
export interface ConnectionHandlers {
  /** Bytes were received. `chunk` is valid until this returns; then the transport may reuse its memory. */
  onData(chunk: Buffer): void;
  /** The peer has closed its half. The connection then closes its own half automatically. */
  onEnd(): void;
  /** The write buffer is empty again, after `needsDrain` was true. */
  onDrain(): void;
  /** The connection is closed. `error` is its cause, if any. May be called more than once. */
  onClose(error: Error | undefined): void;
}

/** One connection. */
export interface Connection {
  /** The peer's `host:port`; undefined for Unix sockets and closed connections. */
  readonly peerAddress: string | undefined;
  /** The local address. */
  readonly localLocation: Location;
  /** TLS information about the peer; undefined without TLS. */
  readonly tls: TlsInfo | undefined;
  /** False for a connection that the user made: Pyro has no handshake there (`Pyro5 5.15, svr_existingconn.py`). */
  readonly hasHandshake: boolean;
  /** True if `write` keeps using the memory of the bytes after it returns, so small messages should be copied. */
  readonly keepsWrittenBytes: boolean;
  /** The number of bytes in the write buffer. */
  readonly bufferedBytes: number;
  /** The write buffer is full: wait for `onDrain` before writing more. */
  readonly needsDrain: boolean;

  /** Starts delivering events. Must be called once, in the tick in which the connection is received. */
  start(handlers: ConnectionHandlers): void;
  /**
   * Sends bytes.
   *
   * @param onTaken called when the memory of the bytes can be reused.
   * @returns true if the memory can be reused immediately.
   */
  write(bytes: Uint8Array, onTaken?: () => void): boolean;
  /** Stops reading. */
  pause(): void;
  /** Delivers again. */
  resume(): void;
  /** Closes this half after all written bytes have been sent. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Limits of an attempt to connect. */
export interface DialOptions {
  /** Milliseconds for the connection attempt; 0: the limit of the operating system (about two minutes). */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a listener reports. */
export interface ListenHandlers {
  /** A new connection. With a refusal, the connection is only used to send the reason to the client. */
  onConnection(connection: Connection, refusal?: CommunicationError): void;
  /** A connection could not be accepted; listening continues. `client` is the client's address, if known. */
  onError(error: Error, client?: string): void;
}

/** Options of listening. */
export interface ListenOptions {
  /** Milliseconds for the transport's own handshake (TLS); 0: no limit. Default: 0. */
  readonly handshakeTimeoutMs?: number | undefined;
}

/** An open address that accepts connections. */
export interface Listener {
  /** The requested location. If port 0 was requested, it has the port that the system chose. */
  readonly location: Location;
  /** Accepts no more connections, and removes a Unix socket file. Resolves when all connections are closed. */
  close(): Promise<void>;
  /** Closes connections that were accepted but not passed to `onConnection` yet. */
  destroy(): void;
  /** Resolves when the listener ends without `close`: for a single existing connection, when it is closed. */
  readonly ended?: Promise<void> | undefined;
}

/** Opens and accepts connections of one kind. */
export interface Transport {
  /** Returns the text of a location, as after the `@` of a URI. */
  format(location: Location): string;
  /** Parses a location, the text after the `@` of a URI. @throws {PyroError} code PYRO_URI, for invalid text. */
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
   * @throws {CommunicationError} code PYRO_CANNOT_LISTEN, when the address is in use or not on this machine.
   */
  listen(location: Location, handlers: ListenHandlers, options?: ListenOptions): Promise<Listener>;
  /**
   * Finds out why a server closed a connection before it answered the handshake. Returns undefined if the transport
   * does not know.
   */
  explainClose?(location: Location, cause: unknown, options: DialOptions): Promise<CommunicationError | undefined>;
}
