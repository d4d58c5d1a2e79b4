/**
 * The error tree. Class names and their order of descent are Pyro's own (`Pyro5 5.15, errors.py`), because they
 * cross the wire by name; `code` is ours, stable, and what programs should match on (`docs/errors.md`).
 */

/** What every error of this library may carry beyond its message. */
export interface PyroErrorOptions {
  /** Stable identifier, `PYRO_...`; the class's own default when left out. */
  readonly code?: string;
  /** What led to this error. */
  readonly cause?: unknown;
}

/** Base of all errors that this library raises by itself. */
export class PyroError extends Error {
  static readonly defaultCode: string = "PYRO_ERROR";
  /** Stable identifier of the failure; match on this, never on the text. */
  readonly code: string;
  /** The traceback that the other side sent along, one text with line ends; undefined for local errors. */
  remoteTraceback: string | undefined;
  /** The exception's instance variables on the other side, all but the traceback; undefined for local errors. */
  readonly remoteAttributes: ReadonlyMap<string, unknown> | undefined;

  constructor(message: string, options: PyroErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code ?? new.target.defaultCode;
    // Not enumerable: local errors print without them.
    const hidden = { value: undefined, writable: true, configurable: true, enumerable: false };
    Object.defineProperties(this, { remoteTraceback: hidden, remoteAttributes: hidden });
  }
}

/** Something went wrong between the two programs; a new connection may help, the call may have run. */
export class CommunicationError extends PyroError {
  static override readonly defaultCode: string = "PYRO_COMMUNICATION";
}

/** The connection ended while something was still expected from it. */
export class ConnectionClosedError extends CommunicationError {
  static override readonly defaultCode: string = "PYRO_CONNECTION_CLOSED";
}

/** No answer within the time allowed; the call may still be running over there. */
export class TimeoutError extends CommunicationError {
  static override readonly defaultCode: string = "PYRO_TIMEOUT";
}

/** The other side sent bytes that are not, or not yet, allowed by the protocol. */
export class ProtocolError extends CommunicationError {
  static override readonly defaultCode: string = "PYRO_PROTOCOL";
}

/** A message is over the size limit (checked from its header, before the rest is read). */
export class MessageTooLargeError extends ProtocolError {
  static override readonly defaultCode: string = "PYRO_MESSAGE_TOO_LARGE";
}

/** A value cannot be written by the serializer, or a payload cannot be read by it. */
export class SerializeError extends ProtocolError {
  static override readonly defaultCode: string = "PYRO_SERIALIZE";
}

/** The name server does not know a name, refuses it, or cannot be found. */
export class NamingError extends PyroError {
  static override readonly defaultCode: string = "PYRO_NAMING";
}

/** The daemon does not know an object, or cannot register it. */
export class DaemonError extends PyroError {
  static override readonly defaultCode: string = "PYRO_DAEMON";
}

/** Refused for safety: a forbidden class name, a private member, a bad signature. */
export class SecurityError extends PyroError {
  static override readonly defaultCode: string = "PYRO_SECURITY";
}

/** A name that the remote object does not expose (Python's `AttributeError`), found before or after the wire. */
export class AttributeError extends PyroError {
  static override readonly defaultCode: string = "PYRO_ATTRIBUTE";
}

/** The classes that Pyro itself defines, by the bare name under which they travel. */
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
