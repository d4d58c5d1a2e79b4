import type { ByteSink } from "../bytes/byte-sink.ts";
import type { CallData, Serializer } from "../serializers/serializer.ts";
import type { OutgoingMessage } from "../wire/dialect.ts";
import { type Annotations, MessageType } from "../wire/message.ts";
import type { PendingCall } from "./pending-calls.ts";
import type { ReplyOptions } from "./reply.ts";

export interface CallOptions extends ReplyOptions {
  /** Milliseconds to wait for the reply; 0: no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** There is no reply; the promise resolves when the call is queued. */
  readonly oneway: boolean;
  /** Several calls in one message. The result is a list of their results. */
  readonly batch?: boolean;
  readonly annotations?: Annotations | undefined;
  readonly correlationId?: Uint8Array | undefined;
  /** Default: the session's. */
  readonly serializer?: Serializer | undefined;
}

/** One call: the message to send, and the pending call that waits for the reply. */
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
