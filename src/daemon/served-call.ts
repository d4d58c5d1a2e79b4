import type { ByteSink } from "../bytes.ts";
import type { CallContext } from "../context.ts";
import { newCorrelationId } from "../correlation.ts";
import type { IdentifiedSerializer } from "../serializers/registry.ts";
import type { Dialect, Outgoing } from "../wire/dialect.ts";
import { type Annotations, type Message, MessageType } from "../wire/message.ts";

/** For ids that are written at once. */
const STAMP = new Uint8Array(16);

/** A call on its way through the daemon: what its method may know of it, and what its answer takes from it. */
export class ServedCall implements CallContext {
  readonly client: string;
  readonly pyroVersion: 4 | 5;
  readonly sequence: number;
  readonly oneway: boolean;
  readonly batch: boolean;
  readonly annotations: Annotations;
  readonly serializer: IdentifiedSerializer;
  /** Empty as long as the payload is not read. */
  objectId = "";
  method = "";
  // Few methods look at these: they are made when one does, or when the answer is written.
  #correlationId: Uint8Array | undefined;
  #responseAnnotations: Map<string, Uint8Array> | undefined;

  constructor(client: string, dialect: Dialect, message: Message, serializer: IdentifiedSerializer) {
    this.client = client;
    this.pyroVersion = dialect.version;
    this.sequence = message.sequence;
    this.oneway = (message.flags & dialect.flag.oneway) !== 0;
    this.batch = (message.flags & dialect.flag.batch) !== 0;
    this.annotations = message.annotations;
    this.serializer = serializer;
    this.#correlationId = dialect.correlationOf(message);
    this.#responseAnnotations = undefined;
  }

  get correlationId(): Uint8Array {
    this.#correlationId ??= newCorrelationId();
    return this.#correlationId;
  }

  /** The id for the answer's header, where it is copied: one that nobody asked for is not kept. */
  get correlationStamp(): Uint8Array {
    return this.#correlationId ?? newCorrelationId(STAMP);
  }

  get responseAnnotations(): Map<string, Uint8Array> {
    this.#responseAnnotations ??= new Map();
    return this.#responseAnnotations;
  }

  /** The message that answers this call. */
  answer(flags: number, value: unknown): Outgoing {
    return new Answer(this, flags, value, this.#responseAnnotations);
  }
}

class Answer implements Outgoing {
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
    this.serializerId = call.serializer.id;
    this.annotations = annotations;
    this.correlationId = call.correlationStamp;
    this.#call = call;
    this.#value = value;
  }

  writePayload(out: ByteSink): void {
    this.#call.serializer.codec.dump(this.#value, out);
  }
}
