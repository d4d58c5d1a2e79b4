import { AsyncLocalStorage } from "node:async_hooks";
import type { PyroVersion } from "../base/pyro-version.ts";

/** Whom a certificate names, part by part: `CN`, `O`, ... */
export type DistinguishedName = Readonly<Record<string, string | string[] | undefined>>;

/** A certificate as Node describes it: the most useful part of `tls.PeerCertificate`. */
export interface Certificate {
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  /** `DNS:host, IP Address:10.0.0.1` */
  readonly subjectaltname?: string | undefined;
  readonly valid_from: string;
  readonly valid_to: string;
  readonly fingerprint256: string;
  readonly serialNumber: string;
  /** DER. */
  readonly raw: Uint8Array;
}

/** What TLS tells of a client. */
export interface TlsInfo {
  /** Whether the client's certificate was signed by one that the daemon trusts. */
  readonly authorized: boolean;
  /** The client's certificate; undefined when it showed none, or was not asked for one. */
  readonly peerCertificate: Certificate | undefined;
}

/** A client's connection, as those see it who judge it or serve it. */
export interface ConnectionInfo {
  /** The client's address, `host:port`, or the socket file's path. */
  readonly address: string;
  /** Which Pyro the client speaks; undefined before it said so. */
  readonly pyroVersion: PyroVersion | undefined;
  /** Undefined over plain connections. */
  readonly tls: TlsInfo | undefined;
  /** For the program's own use: whatever is to live as long as the connection. */
  readonly data: Map<unknown, unknown>;
}

/** Something that is to be closed with a connection. */
export type Resource = { close(): unknown } | Disposable | AsyncDisposable;

/** What is known of the call that is being served. */
export interface CallContext {
  /** The caller's address, `host:port`, or the socket file's path. */
  readonly client: string;
  readonly connection: ConnectionInfo;
  /** Which Pyro the caller speaks. */
  readonly pyroVersion: PyroVersion;
  readonly objectId: string;
  readonly method: string;
  readonly sequence: number;
  readonly oneway: boolean;
  /** The message's flag bits, as its version means them. */
  readonly flags: number;
  /** The name of the serializer that the call came in, and its answer leaves in. */
  readonly serializer: string;
  /** Annotations that came with the request. */
  readonly annotations: ReadonlyMap<string, Uint8Array>;
  /** The caller's correlation uuid, or one made for this call; 16 bytes, stamped on the reply. */
  readonly correlationId: Uint8Array;
  /** Annotations to send with the reply. */
  readonly responseAnnotations: Map<string, Uint8Array>;
  /** Aborted when the caller's connection goes away: nobody waits for the result any more. */
  readonly signal: AbortSignal;
  /**
   * Has a resource closed when the caller's connection goes away, however that happens; at once if it is gone already.
   * Errors of the closing are reported to `onError`. Pyro keeps tracked resources weakly; here they are held.
   */
  trackResource(resource: Resource): void;
  /** Leaves the closing of a resource to whoever asks this. */
  untrackResource(resource: Resource): void;
}

const storage = new AsyncLocalStorage<CallContext>();

/** The context of the remote call that this code runs for, also after an `await`; undefined outside of one. */
export function callContext(): CallContext | undefined {
  return storage.getStore();
}

/**
 * Makes `context` the current call for what runs from here on, also after its awaits. Cheaper than running a function
 * with it by the restoring of what was before: a tenth of what the daemon does for a small call. Whoever enters calls
 * leaves the last of them with `leaveCallContext`.
 */
export function enterCallContext(context: CallContext): void {
  storage.enterWith(context);
}

/** Outside of any call from here on. */
export function leaveCallContext(): void {
  if (storage.getStore() !== undefined) storage.enterWith(undefined as never);
}
