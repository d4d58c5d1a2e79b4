import type { ByteSink } from "../bytes/byte-sink.ts";
import type { CallData, Serializer } from "../serializers/serializer.ts";
import type { OutgoingMessage } from "../wire/dialect.ts";
import { type Annotations, MessageType } from "../wire/message.ts";
import type { PendingCall } from "./pending-calls.ts";
import type { ReplyOptions } from "./reply.ts";

export interface CallOptions extends ReplyOptions {
  /** Milliseconds to wait for the reply; 0: for ever. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Nothing comes back; the promise resolves when the call is queued. */
  readonly oneway: boolean;
  /** Several calls in one: their results come as a list. */
  readonly batch?: boolean;
  readonly annotations?: Annotations | undefined;
  readonly correlationId?: Uint8Array | undefined;
  /** Default: the session's. */
  readonly serializer?: Serializer | undefined;
}

/** A call as the message that it is on the wire, and as the reply that is waited for. */
export class ClientCall implements OutgoingMessage, PendingCall, CallData {
  readonly type: typeof MessageType.Invoke = MessageType.Invoke;
  readonly object: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly kwargs: CallData["kwargs"];
  flags = 0;
  sequence = 0;
  release: (() => void) | undefined = undefined;
  resolve: (value: unknown) => void = ignore;
  readonly options: CallOptions;
  readonly serializer: Serializer;

  constructor(
    object: string,
    method: string,
    args: readonly unknown[],
    kwargs: CallData["kwargs"],
    options: CallOptions,
    serializer: Serializer,
  ) {
    this.object = object;
    this.method = method;
    this.args = args;
    this.kwargs = kwargs;
    this.options = options;
    this.serializer = serializer;
  }

  get serializerId(): number {
    return this.serializer.id;
  }

  get annotations(): Annotations | undefined {
    return this.options.annotations;
  }

  get correlationId(): Uint8Array | undefined {
    return this.options.correlationId;
  }

  writePayload(out: ByteSink): void {
    this.serializer.dumpCall(this, out);
  }
}

function ignore(): void {}
