import { AsyncLocalStorage } from "node:async_hooks";

/** What is known of the call that is being served. */
export interface CallContext {
  /** The caller's address, `host:port`, or the socket file's path. */
  readonly client: string;
  /** Which Pyro the caller speaks. */
  readonly pyroVersion: 4 | 5;
  readonly objectId: string;
  readonly method: string;
  readonly sequence: number;
  readonly oneway: boolean;
  /** Annotations that came with the request. */
  readonly annotations: ReadonlyMap<string, Uint8Array>;
  /** The caller's correlation uuid, or one made for this call; 16 bytes, stamped on the reply. */
  readonly correlationId: Uint8Array;
  /** Annotations to send with the reply. */
  readonly responseAnnotations: Map<string, Uint8Array>;
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
