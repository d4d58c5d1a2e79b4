import { PyroError } from "../base/errors.ts";
import type { Annotations } from "../wire/message.ts";

/** What a reply contains besides its value. */
export interface Reply {
  readonly annotations: Annotations;
  /** 16 bytes; undefined if the server sent none. */
  readonly correlationId: Uint8Array | undefined;
}

/** A reply that is not deserialized (Pyro's `_pyroRawWireResponse`). */
export class RawReply implements Reply {
  readonly serializerId: number;
  readonly flags: number;
  readonly annotations: Annotations;
  readonly correlationId: Uint8Array | undefined;
  /** The serialized value, decompressed. */
  readonly payload: Uint8Array;

  constructor(fields: RawReply) {
    this.serializerId = fields.serializerId;
    this.flags = fields.flags;
    this.annotations = fields.annotations;
    this.correlationId = fields.correlationId;
    this.payload = fields.payload;
  }
}

/** How the reply of a call is handled. */
export interface ReplyOptions {
  readonly onReply?: ((reply: Reply) => void) | undefined;
  readonly raw?: boolean | undefined;
  /** Creates the value that the caller receives for an item stream. */
  readonly openStream?: ((streamId: string) => unknown) | undefined;
}

/**
 * The value that a failed call is resolved with. The error was created where its message was received, so its stack
 * does not show the caller. Two microtasks later the stack contains the code that awaits the call.
 */
export function rejectAtCallSite(error: unknown): Promise<never> {
  return Promise.reject(error as Error)
    .then(undefined, rethrow)
    .then(undefined, rethrowAtCallSite);
}

function rethrow(error: unknown): never {
  throw error;
}

/** Rethrows an error with a stack that shows the line that awaits the call. */
export function rethrowAtCallSite(error: unknown): never {
  if (error instanceof PyroError) Error.captureStackTrace(error, rethrowAtCallSite);
  throw error;
}
