import { AsyncLocalStorage } from "node:async_hooks";
import type { PyroVersion } from "../base/pyro-version.ts";

/** The parts of a certificate's subject or issuer: `CN`, `O`, ... */
export type DistinguishedName = Readonly<Record<string, string | string[] | undefined>>;

/** A certificate: the most useful fields of Node's `tls.PeerCertificate`. */
export interface Certificate {
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** `DNS:host, IP Address:10.0.0.1` */
  readonly subjectaltname?: string | undefined;
  readonly valid_from: string;
  readonly valid_to: string;
  readonly fingerprint256: string;
  readonly serialNumber: string;
  /** The certificate in DER encoding. */
  readonly raw: Uint8Array;
}

/** TLS information about a client. */
export interface TlsInfo {
  /** Whether the client's certificate is signed by a CA that the daemon trusts. */
  readonly authorized: boolean;
  /** The client's certificate; undefined if it sent none or the daemon did not request one. */
  readonly peerCertificate: Certificate | undefined;
}

/** A client's connection, as passed to handshake validation and calls. */
export interface ConnectionInfo {
  /** The client's address: `host:port`, or the path of the Unix socket. */
  readonly address: string;
  /** The client's Pyro version; undefined before its first message. */
  readonly pyroVersion: PyroVersion | undefined;
  /** Undefined without TLS. */
  readonly tls: TlsInfo | undefined;
  /** Data of the program itself, kept as long as the connection. */
  readonly data: Map<unknown, unknown>;
}

/** A resource that can be closed together with a connection. */
export type Resource =
  | {
      /** Releases the resource. */
      close(): unknown;
    }
  | Disposable
  | AsyncDisposable;

/** The remote call that is being served. */
export interface CallContext {
  /** The caller's address: `host:port`, or the path of the Unix socket. */
  readonly client: string;
  readonly connection: ConnectionInfo;
  /** The caller's Pyro version. */
  readonly pyroVersion: PyroVersion;
  readonly objectId: string;
  readonly method: string;
  readonly sequence: number;
  readonly oneway: boolean;
  /** The message's flag bits, as defined by `pyroVersion`. */
  readonly flags: number;
  /** The name of the serializer of the request and the reply. */
  readonly serializer: string;
  /** Annotations of the request. */
  readonly annotations: ReadonlyMap<string, Uint8Array>;
  /** The caller's correlation id (16 bytes), or a new one if it sent none. The reply has it too. */
  readonly correlationId: Uint8Array;
  /** Annotations to send with the reply. */
  readonly responseAnnotations: Map<string, Uint8Array>;
  /** Aborted when the caller's connection closes. */
  readonly signal: AbortSignal;
  /**
   * Closes a resource when the caller's connection closes for any reason; immediately if it is already closed. Errors
   * from closing it are reported to `onError`. The reference is strong; Pyro's is weak.
   */
  trackResource(resource: Resource): void;
  /** Stops tracking a resource. The program must close it. */
  untrackResource(resource: Resource): void;
}

const storage = new AsyncLocalStorage<CallContext>();

/** The current remote call, also after an `await`; undefined outside of a call. */
export function callContext(): CallContext | undefined {
  return storage.getStore();
}

/**
 * Makes `context` the current call for the code that runs from now on, also after an `await`. Unlike
 * `AsyncLocalStorage.run` it does not restore the previous context. That saves a tenth of the daemon's work for a small
 * call. The caller must call `leaveCallContext` after the last call.
 */
export function enterCallContext(context: CallContext): void {
  storage.enterWith(context);
}

/** Clears the current call. */
export function leaveCallContext(): void {
  if (storage.getStore() !== undefined) storage.enterWith(undefined as never);
}
