/**
 * The error classes. Their names and hierarchy are Pyro's (`Pyro5 5.15, errors.py`), because errors are sent by name.
 * `code` is specific to this library and stable; programs should check it (`docs/errors.md`).
 */

/** Options of every error of this library. */
export interface PyroErrorOptions {
  /** A stable identifier, `PYRO_...`. Default: the class's `defaultCode`. */
  readonly code?: string;
  /** The error that caused this error. */
  readonly cause?: unknown;
}

/** Base class of this library's errors. */
export class PyroError extends Error {
  static readonly defaultCode: string = "PYRO_ERROR";
  /** A stable identifier. Check this, not the text. */
  readonly code: string;
  /** The traceback that the peer sent, as one text with line ends; undefined for local errors. */
  remoteTraceback: string | undefined;
  /** The instance variables of the peer's exception except the traceback; undefined for local errors. */
  readonly remoteAttributes: ReadonlyMap<string, unknown> | undefined;

  constructor(message: string, options: PyroErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code ?? new.target.defaultCode;
    // Not enumerable, so that local errors are printed without them.
    const hidden = { value: undefined, writable: true, configurable: true, enumerable: false };
    Object.defineProperties(this, { remoteTraceback: hidden, remoteAttributes: hidden });
  }
}

/** Communication failed. A new connection may help. The call may have run. */
export class CommunicationError extends PyroError {
  static override readonly defaultCode: string = "PYRO_COMMUNICATION";
}

/** The connection was closed while a reply or more data was expected. */
export class ConnectionClosedError extends CommunicationError {
  static override readonly defaultCode: string = "PYRO_CONNECTION_CLOSED";
}

/** There was no reply within the timeout. The call may still be running. */
export class TimeoutError extends CommunicationError {
  static override readonly defaultCode: string = "PYRO_TIMEOUT";
}

/** The peer sent data that violates the protocol. */
export class ProtocolError extends CommunicationError {
  static override readonly defaultCode: string = "PYRO_PROTOCOL";
}

/** A message exceeds the size limit. Checked when the header is received, before the rest is read. */
export class MessageTooLargeError extends ProtocolError {
  static override readonly defaultCode: string = "PYRO_MESSAGE_TOO_LARGE";
}

/** The serializer cannot write a value, or cannot read a payload. */
export class SerializeError extends ProtocolError {
  static override readonly defaultCode: string = "PYRO_SERIALIZE";
}

/** A name is unknown to the name server or refused by it, or the name server cannot be found. */
export class NamingError extends PyroError {
  static override readonly defaultCode: string = "PYRO_NAMING";
}

/** An object is unknown to the daemon, or cannot be registered. */
export class DaemonError extends PyroError {
  static override readonly defaultCode: string = "PYRO_DAEMON";
}

/** Refused for security reasons: a forbidden class name, a private member, a wrong signature. */
export class SecurityError extends PyroError {
  static override readonly defaultCode: string = "PYRO_SECURITY";
}

/** The remote object does not expose a name (Python's `AttributeError`). Detected by the client or by the server. */
export class AttributeError extends PyroError {
  static override readonly defaultCode: string = "PYRO_ATTRIBUTE";
}

/** The error classes that Pyro defines, by their name without the module. */
export const PYRO_ERRORS: ReadonlyMap<string, typeof PyroError> = new Map<string, typeof PyroError>(
  [
    PyroError,
    CommunicationError,
    ConnectionClosedError,
    TimeoutError,
    ProtocolError,
    MessageTooLargeError,
    SerializeError,
    NamingError,
    DaemonError,
    SecurityError,
  ].map((one) => [one.name, one]),
);
