import type { SerializerName } from "../base/serializer-names.ts";
import { callContext } from "../diagnostics/call-context.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { CallOptions } from "../session/client-call.ts";
import type { ClientSession } from "../session/client-session.ts";
import type { Reply } from "../session/reply.ts";
import type { Annotations } from "../wire/message.ts";
import type { ProxySettings } from "./proxy-options.ts";

/** Settings of single calls, which override those of the proxy. */
export interface CallSettings {
  /** Milliseconds from the call to its result, including the time to connect; 0: no limit. Default: the proxy's. */
  readonly timeoutMs?: number;
  /** Aborts the wait for the result. The call itself may still run on the server. */
  readonly signal?: AbortSignal;
  /** Extra data for the server. Keys are ids of four ASCII characters. Default: the proxy's. */
  readonly annotations?: Annotations;
  /** 16 bytes that identify the call in logs. Default: the id of the call that is currently served, if any. */
  readonly correlationId?: Uint8Array;
  /** Called with the reply's annotations and correlation id before the promise settles, also for exceptions. */
  readonly onReply?: (reply: Reply) => void;
  /** Return every reply as a `RawReply`, without deserializing it. For gateways. Default: false. */
  readonly raw?: boolean;
  /** Default: the proxy's. */
  readonly serializer?: SerializerName;
  /**
   * How many times the call is repeated after a lost connection or a timeout. The method may then run more than once.
   * Default: the proxy's.
   */
  readonly maxRetries?: number;
  /** How many items a stream requests ahead. Default: the proxy's. */
  readonly streamPrefetch?: number;
}

/** The kinds of INVOKE messages. Attributes and batches use special method names, and have no keyword arguments. */
export type CallKind = "method" | "attribute" | "batch";

/** The properties of a member that its calls depend on. */
interface MemberTraits {
  readonly kind: CallKind;
  readonly oneway: boolean;
  /** Creates the value that the caller receives for an item stream; undefined if the member cannot return one. */
  readonly openStream: ((id: string) => unknown) | undefined;
}

/** The traits of the daemon's own methods: they reply and do not return streams. */
export const DAEMON_CALL: MemberTraits = { kind: "method", oneway: false, openStream: undefined };

/** The call options of one member in one session, for calls with the same settings. */
export class CallSetup implements CallOptions {
  readonly session: ClientSession;
  readonly settings: CallSettings;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly oneway: boolean;
  readonly batch: boolean;
  readonly onReply: CallSettings["onReply"];
  readonly raw: boolean;
  readonly serializer: Serializer | undefined;
  readonly openStream: MemberTraits["openStream"];
  readonly #annotations: ProxySettings["annotations"];

  constructor(session: ClientSession, settings: CallSettings, proxy: ProxySettings, traits: MemberTraits) {
    this.session = session;
    this.settings = settings;
    this.timeoutMs = settings.timeoutMs ?? proxy.timeoutMs;
    this.signal = settings.signal;
    this.oneway = traits.oneway;
    this.batch = traits.kind === "batch";
    this.onReply = settings.onReply;
    this.raw = settings.raw ?? false;
    this.serializer =
      settings.serializer === undefined
        ? undefined
        : proxy.serializers.forVersion(session.dialect.version).byName(settings.serializer);
    this.openStream = traits.openStream;
    this.#annotations = settings.annotations ?? proxy.annotations;
  }

  get annotations(): Annotations | undefined {
    const annotations = this.#annotations;
    return typeof annotations === "function" ? annotations() : annotations;
  }

  /** A call made while serving another call keeps that call's id (`Pyro5 5.15, callcontext.py`). */
  get correlationId(): Uint8Array | undefined {
    return this.settings.correlationId ?? callContext()?.correlationId;
  }
}
