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

/** For ids that are written at once. */
const STAMP = new Uint8Array(16);
const NO_BYTES = new Uint8Array(0);

/** A call on its way through the daemon: what its method may know of it, and what its answer takes from it. */
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
  /** Empty as long as the payload is not read. */
  objectId = "";
  method = "";
  /** Whether the method was reached, and what is thrown may be its own. */
  entered = false;
  /** Kept only where somebody hears of methods that fail. */
  call: CallData | undefined = undefined;
  // Few methods look at these: they are made when one does, or when the answer is written.
  #correlationId: Uint8Array | undefined;
  #responseAnnotations: Map<string, Uint8Array> | undefined = undefined;
  #abort: AbortController | undefined = undefined;
  #over = false;

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

  /** The id for the answer's header, where it is copied: one that nobody asked for is not kept. */
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
      if (!this.#over) this.connection.watch(this.#abort);
    }
    return this.#abort.signal;
  }

  /** Tells the caller that the connection stays open after this error, as it would not in Python. */
  keepsConnection(): void {
    this.responseAnnotations.set(AnnotationId.KeepsConnection, NO_BYTES);
  }

  trackResource(resource: Resource): void {
    this.connection.track(resource);
  }

  untrackResource(resource: Resource): void {
    this.connection.untrack(resource);
  }

  /** The method is through: nothing is left to be stopped. */
  over(): void {
    this.#over = true;
    if (this.#abort !== undefined) this.connection.unwatch(this.#abort);
  }

  /** The message that answers this call. `annotations` are the daemon's own, which win. */
  answer(flags: number, value: unknown, annotations: Annotations | undefined): OutgoingMessage {
    return new Answer(this, flags, value, bothOf(this.#responseAnnotations, annotations));
  }
}

function bothOf(some: Annotations | undefined, more: Annotations | undefined): Annotations | undefined {
  if (some === undefined || more === undefined) return some ?? more;
  return new Map([...some, ...more]);
}

class Answer implements OutgoingMessage {
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
