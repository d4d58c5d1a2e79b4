import { PyroError } from "../base/errors.ts";
import type { Annotations } from "../wire/message.ts";

/** What a reply says beside its value. */
export interface Reply {
  readonly annotations: Annotations;
  /** 16 bytes; undefined from a server that sent none. */
  readonly correlationId: Uint8Array | undefined;
}

/** A reply as it came, for those who read it themselves (Pyro's `_pyroRawWireResponse`). */
export class RawReply implements Reply {
  readonly serializerId: number;
  readonly flags: number;
  readonly annotations: Annotations;
  readonly correlationId: Uint8Array | undefined;
  /** Inflated, in the serializer's format. */
  readonly payload: Uint8Array;

  constructor(fields: RawReply) {
    this.serializerId = fields.serializerId;
    this.flags = fields.flags;
    this.annotations = fields.annotations;
    this.correlationId = fields.correlationId;
    this.payload = fields.payload;
  }
}

/** How a call wants its reply. */
export interface ReplyOptions {
  readonly onReply?: ((reply: Reply) => void) | undefined;
  readonly raw?: boolean | undefined;
  /** Makes what the caller gets of an item stream. */
  readonly openStream?: ((streamId: string) => unknown) | undefined;
}

/**
 * What a call that failed is resolved with. An error is made where its message came in, which helps nobody: two
 * microtasks later the stack knows who awaits the call.
 */
export function rejectAtCallSite(error: unknown): Promise<never> {
  return Promise.reject(error as Error)
    .then(undefined, rethrow)
    .then(undefined, rethrowAtCallSite);
}

function rethrow(error: unknown): never {
  throw error;
}

/** Makes an error's stack lead to the line that awaits it. */
export function rethrowAtCallSite(error: unknown): never {
  if (error instanceof PyroError) Error.captureStackTrace(error, rethrowAtCallSite);
  throw error;
}
