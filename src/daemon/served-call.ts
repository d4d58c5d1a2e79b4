import type { Environment } from "../base/environment.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { CallContext, Resource } from "../diagnostics/call-context.ts";
import { newCorrelationId } from "../diagnostics/correlation.ts";
import type { CallData, Serializer } from "../serializers/serializer.ts";
import { AnnotationId } from "../wire/annotation-ids.ts";
import type { Dialect, OutgoingMessage } from "../wire/dialect.ts";
import { type Annotations, type Message, MessageType } from "../wire/message.ts";
import type { Caller } from "./caller.ts";

/** Reused for generated ids, which are copied at once. */
const STAMP = new Uint8Array(16);
const NO_BYTES = new Uint8Array(0);

/** A call being served: the context that its method sees, and what its reply repeats of the request. */
export class ServedCall implements CallContext {
  readonly connection: Caller;
  readonly pyroVersion: PyroVersion;
  readonly sequence: number;
  readonly flags: number;
  readonly oneway: boolean;
  readonly batch: boolean;
  readonly annotations: Annotations;
  readonly serializerUsed: Serializer;
  readonly #environment: Environment;
  /** Empty until the payload is read. */
  objectId = "";
  method = "";
  /** The object was found: an error from here on may come from the method. */
  entered = false;
  /** Set only if the daemon has a hook for failed methods. */
  call: CallData | undefined = undefined;
  // Few methods use these: they are created on first use, or when the reply is written.
  #correlationId: Uint8Array | undefined;
  #responseAnnotations: Map<string, Uint8Array> | undefined = undefined;
  #abort: AbortController | undefined = undefined;
  #ended = false;

  constructor(
    connection: Caller,
    environment: Environment,
    dialect: Dialect,
    message: Message,
    serializerUsed: Serializer,
  ) {
    this.connection = connection;
    this.#environment = environment;
    this.pyroVersion = dialect.version;
    this.sequence = message.sequence;
    this.flags = message.flags;
    this.oneway = (message.flags & dialect.flag.oneway) !== 0;
    this.batch = (message.flags & dialect.flag.batch) !== 0;
    this.annotations = message.annotations;
    this.serializerUsed = serializerUsed;
    this.#correlationId = dialect.correlationOf(message);
  }

  get client(): string {
    return this.connection.address;
  }

  get serializer(): string {
    return this.serializerUsed.name;
  }

  get correlationId(): Uint8Array {
    this.#correlationId ??= newCorrelationId(this.#environment);
    return this.#correlationId;
  }

  /** The id for the reply's header, which copies it: an id generated here is not kept. */
  get correlationStamp(): Uint8Array {
    return this.#correlationId ?? newCorrelationId(this.#environment, STAMP);
  }

  get responseAnnotations(): Map<string, Uint8Array> {
    this.#responseAnnotations ??= new Map();
    return this.#responseAnnotations;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (!this.#ended) this.connection.watch(this.#abort);
    }
    return this.#abort.signal;
  }

  /** Marks the reply: the connection stays open after this error, which a Python server would close. */
  keepsConnection(): void {
    this.responseAnnotations.set(AnnotationId.KeepsConnection, NO_BYTES);
  }

  trackResource(resource: Resource): void {
    this.connection.track(resource);
  }

  untrackResource(resource: Resource): void {
    this.connection.untrack(resource);
  }

  /** The method has ended: its signal is no longer aborted. */
  ended(): void {
    this.#ended = true;
    if (this.#abort !== undefined) this.connection.unwatch(this.#abort);
  }

  /** The reply to this call. `annotations` are the daemon's own; they override those of the method. */
  reply(flags: number, value: unknown, annotations: Annotations | undefined): OutgoingMessage {
    return new Reply(this, flags, value, merged(this.#responseAnnotations, annotations));
  }
}

function merged(some: Annotations | undefined, more: Annotations | undefined): Annotations | undefined {
  if (some === undefined || more === undefined) return some ?? more;
  return new Map([...some, ...more]);
}

class Reply implements OutgoingMessage {
  readonly type = MessageType.Result;
  readonly flags: number;
  readonly sequence: number;
  readonly serializerId: number;
  readonly annotations: Annotations | undefined;
  readonly correlationId: Uint8Array;
  readonly #call: ServedCall;
  readonly #value: unknown;

  constructor(call: ServedCall, flags: number, value: unknown, annotations: Annotations | undefined) {
    this.flags = flags;
    this.sequence = call.sequence;
    this.serializerId = call.serializerUsed.id;
    this.annotations = annotations;
    this.correlationId = call.correlationStamp;
    this.#call = call;
    this.#value = value;
  }

  writePayload(out: ByteSink): void {
    this.#call.serializerUsed.dump(this.#value, out);
  }
}
