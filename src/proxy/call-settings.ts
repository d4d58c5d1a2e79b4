import type { SerializerName } from "../base/serializer-names.ts";
import { callContext } from "../diagnostics/call-context.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { CallOptions } from "../session/client-call.ts";
import type { ClientSession } from "../session/client-session.ts";
import type { Reply } from "../session/reply.ts";
import type { Annotations } from "../wire/message.ts";
import type { ProxySettings } from "./proxy-options.ts";

/** How one call differs from the others of its proxy. */
export interface CallSettings {
  /** Milliseconds for everything from the call to its result, connecting included; 0: no limit. */
  readonly timeoutMs?: number;
  /** Ends the waiting, not the work: the call may still run over there. */
  readonly signal?: AbortSignal;
  /** Extra data for the server, by ids of four ASCII characters. Default: the proxy's. */
  readonly annotations?: Annotations;
  /** 16 bytes that follow the call through logs. Default: those of the call that is being served, if one is. */
  readonly correlationId?: Uint8Array;
  /** Hears of what the reply says beside its value, before the promise settles; of exceptions too. */
  readonly onReply?: (reply: Reply) => void;
  /** Gives the reply as it came, a `RawReply`, whatever it is: for gateways. */
  readonly raw?: boolean;
  readonly serializer?: SerializerName;
  /** How often the call is made again when its connection broke or it took too long. It may then run more than once! */
  readonly maxRetries?: number;
  /** Items that a stream asks for ahead. Default: the proxy's. */
  readonly streamPrefetch?: number;
}

/** What an INVOKE asks for. Attributes and batches travel under method names of their own, and have no keywords. */
export type CallKind = "method" | "attribute" | "batch";

/** What a member is, as far as its calls differ by it. */
interface MemberTraits {
  readonly kind: CallKind;
  readonly oneway: boolean;
  /** Makes what the caller gets for an item stream; undefined where none can come. */
  readonly openStream: ((id: string) => unknown) | undefined;
}

/** A plain call to a method that answers and gives no stream: the daemon's own methods. */
export const DAEMON_CALL: MemberTraits = { kind: "method", oneway: false, openStream: undefined };

/** How calls of one member are made in one session with the same settings. */
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

  /** A call that is made for a call keeps its id, as Pyro's context does (`Pyro5 5.15, callcontext.py`). */
  get correlationId(): Uint8Array | undefined {
    return this.settings.correlationId ?? callContext()?.correlationId;
  }
}
