import type { Duplex } from "node:stream";
import type { PyroVersion } from "../base/pyro-version.ts";
import type { SerializerName } from "../base/serializer-names.ts";
import { callContext } from "../diagnostics/call-context.ts";
import type { Serializer } from "../serializers/serializer.ts";
import type { SerializerSets } from "../serializers/serializer-set.ts";
import type { CallOptions } from "../session/client-call.ts";
import type { ClientSession } from "../session/client-session.ts";
import type { Reply } from "../session/reply.ts";

import type { DialSettings } from "../transport/dial.ts";
import type { URI } from "../values/uri.ts";
import type { WireOptions } from "../wire/wire-options.ts";

export const DAEMON_OBJECT_ID = "Pyro.Daemon";

/** Turns a PYRONAME or PYROMETA URI into the PYRO one that it stands for. The proxy knows no name servers itself. */
export type Resolver = (uri: URI, options: { readonly timeoutMs: number }) => Promise<URI>;

type Annotations = ReadonlyMap<string, Uint8Array>;

export interface RemoteOptions {
  readonly serializers: SerializerSets;
  readonly resolve: Resolver;
  readonly serializer: SerializerName;
  /** The serializer, if it was chosen for this proxy: it goes along when the proxy travels. */
  readonly ownSerializer: SerializerName | undefined;
  readonly protocol: "auto" | PyroVersion;
  readonly timeoutMs: number;
  readonly handshake: unknown;
  readonly validateHandshake: ((answer: unknown) => void) | undefined;
  readonly maxRetries: number;
  readonly annotations: Annotations | (() => Annotations) | undefined;
  readonly metadata: boolean;
  readonly streamPrefetch: number | undefined;
  /** Whether daemons that can are asked for many items in one reply. */
  readonly streamInBulk: boolean;
  readonly dial: DialSettings;
  readonly wireOptions: WireOptions | undefined;
  readonly socket: Duplex | undefined;
}

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

interface Kind {
  readonly oneway: boolean;
  readonly batch: boolean;
  readonly openStream: ((id: string) => unknown) | undefined;
}

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
  readonly openStream: Kind["openStream"];
  readonly #annotations: RemoteOptions["annotations"];

  constructor(session: ClientSession, settings: CallSettings, options: RemoteOptions, kind: Kind) {
    this.session = session;
    this.settings = settings;
    this.timeoutMs = settings.timeoutMs ?? options.timeoutMs;
    this.signal = settings.signal;
    this.oneway = kind.oneway;
    this.batch = kind.batch;
    this.onReply = settings.onReply;
    this.raw = settings.raw ?? false;
    this.serializer =
      settings.serializer === undefined
        ? undefined
        : options.serializers.forVersion(session.dialect.version).byName(settings.serializer);
    this.openStream = kind.openStream;
    this.#annotations = settings.annotations ?? options.annotations;
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
