import type { Contract } from "../contract.ts";
import { AttributeError, PyroError, TimeoutError } from "../errors.ts";
import type { PyroVersion } from "../pyro-version.ts";
import type { SerializerName } from "../serializer-names.ts";
import { atCallSite } from "../session/calls.ts";
import type { CallOptions, ClientSession } from "../session/client-session.ts";
import { connectSession } from "../session/connect.ts";
import type { Metadata } from "../session/metadata.ts";
import type { Codecs } from "../session/options.ts";
import { NO_KEYWORDS } from "../signature.ts";
import type { Location } from "../transport/location.ts";
import type { URI } from "../uri.ts";

/** Turns a PYRONAME or PYROMETA URI into the PYRO one that it stands for. The proxy knows no name servers itself. */
export type Resolver = (uri: URI, options: { readonly timeoutMs: number }) => Promise<URI>;

export interface RemoteOptions {
  readonly codecs: Codecs;
  readonly resolve: Resolver;
  readonly serializer: SerializerName;
  readonly protocol: "auto" | PyroVersion;
  readonly timeoutMs: number;
  readonly handshake: unknown;
}

/** How one call differs from the others of its proxy. */
export interface CallSettings {
  /** Milliseconds for everything from the call to its result, connecting included; 0: no limit. */
  readonly timeoutMs?: number;
  /** Ends the waiting, not the work: the call may still run over there. */
  readonly signal?: AbortSignal;
  /** Extra data for the server, by ids of four ASCII characters. */
  readonly annotations?: ReadonlyMap<string, Uint8Array>;
  /** 16 bytes that follow the call through logs; the server makes one when there is none. */
  readonly correlationId?: Uint8Array;
}

/** One member of the remote object, by its name on the wire. */
export class Member {
  readonly name: string;
  /** From the contract; undefined: the server's metadata tells. */
  readonly oneway: boolean | undefined;
  /** How it is called in a session, with the settings of one view of the object: found out once. */
  prepared: { session: ClientSession; settings: CallSettings; options: CallOptions } | undefined = undefined;

  constructor(name: string, oneway: boolean | undefined) {
    this.name = name;
    this.oneway = oneway;
  }
}

/**
 * The engine of a proxy: one connection, opened by the first call, opened anew by the first call after it broke.
 * A PYRONAME is looked up each time, so a daemon that came back elsewhere is found again.
 */
export class RemoteObject {
  readonly uri: URI;
  readonly contract: Contract | undefined;
  readonly #options: RemoteOptions;
  #session: ClientSession | undefined;
  #connecting: Promise<ClientSession> | undefined;
  #metadata: Metadata | undefined;
  #objectId = "";
  #lastSequence = 0;

  constructor(uri: URI, contract: Contract | undefined, options: RemoteOptions) {
    this.uri = uri;
    this.contract = contract;
    this.#options = options;
  }

  /** What the object exposes, as the last connection told; undefined before the first. */
  get metadata(): Metadata | undefined {
    return this.#metadata;
  }

  /** Which Pyro the server speaks; undefined before the first connection. */
  get protocol(): PyroVersion | undefined {
    return this.#session?.dialect.version;
  }

  /** What the server's handshake validation answered. */
  get handshake(): unknown {
    return this.#session?.handshake;
  }

  /** Calls a method. Calls leave in the order in which they were made. */
  call(member: Member, args: readonly unknown[], settings: CallSettings): Promise<unknown> {
    const session = this.#session;
    return session !== undefined && !session.closed
      ? this.#send(session, member, args, NO_KEYWORDS, settings)
      : this.#connected(
          (open, left) => this.#send(open, member, args, NO_KEYWORDS, { ...settings, ...left }),
          settings,
        ).then(undefined, atCallSite);
  }

  /** Reads an attribute. */
  getAttribute(name: string, settings: CallSettings): Promise<unknown> {
    return this.#attribute("__getattr__", [name], settings);
  }

  /** Writes an attribute. */
  async setAttribute(name: string, value: unknown, settings: CallSettings): Promise<void> {
    await this.#attribute("__setattr__", [name, value], settings);
  }

  #attribute(method: string, args: readonly [string, ...unknown[]], settings: CallSettings): Promise<unknown> {
    return this.#connected((session, left) => {
      if (session.metadata !== undefined && !session.metadata.attrs.has(args[0])) throw this.#unknown(args[0], session);
      return this.#send(session, new Member(method, false), args, null, { ...settings, ...left });
    }, settings);
  }

  /** Connects now, rather than with the first call. */
  async connect(settings: CallSettings = {}): Promise<void> {
    await this.#connected(() => undefined, settings);
  }

  /** Closes the connection; the next call opens another. */
  async release(): Promise<void> {
    const connecting = this.#connecting;
    this.#session?.close();
    this.#session = undefined;
    if (connecting === undefined) return;
    const session = await connecting.catch(() => undefined);
    session?.close();
  }

  #send(
    session: ClientSession,
    member: Member,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>> | null,
    settings: CallSettings,
  ): Promise<unknown> {
    let { prepared } = member;
    if (prepared?.session !== session || prepared.settings !== settings) {
      const { metadata } = session;
      const known = metadata === undefined || metadata.methods.has(member.name) || kwargs === null;
      if (!known) return Promise.reject(this.#unknown(member.name, session));
      const options: CallOptions = {
        timeoutMs: settings.timeoutMs ?? this.#options.timeoutMs,
        signal: settings.signal,
        oneway: metadata?.oneway.has(member.name) ?? member.oneway ?? false,
        annotations: settings.annotations,
        correlationId: settings.correlationId,
      };
      prepared = { session, settings, options };
      member.prepared = prepared;
    }
    return session.call(this.#objectId, member.name, args, kwargs, prepared.options);
  }

  #unknown(name: string, session: ClientSession): AttributeError {
    const { methods, attrs } = session.metadata as Metadata;
    const all = [...methods, ...attrs].sort().join(", ");
    return new AttributeError(
      `remote object '${this.uri}' has no exposed attribute or method '${name}'; it exposes: ${all}`,
      { code: "PYRO_NO_SUCH_MEMBER" },
    );
  }

  /** Runs `work` with an open session, within the call's time; `left` is what remains of it. */
  async #connected<R>(
    work: (session: ClientSession, left: { timeoutMs?: number }) => R | Promise<R>,
    { timeoutMs = this.#options.timeoutMs, signal }: CallSettings,
  ): Promise<R> {
    signal?.throwIfAborted();
    const current = this.#session;
    if (current !== undefined && !current.closed) return work(current, {});
    const started = performance.now();
    this.#connecting ??= this.#connect(timeoutMs).finally(() => {
      this.#connecting = undefined;
    });
    const session = await within(this.#connecting, timeoutMs, signal, this.uri);
    return work(session, timeoutMs > 0 ? { timeoutMs: Math.max(1, timeoutMs - (performance.now() - started)) } : {});
  }

  async #connect(timeoutMs: number): Promise<ClientSession> {
    const resolved = this.uri.protocol === "PYRO" ? this.uri : await this.#options.resolve(this.uri, { timeoutMs });
    let opened: ClientSession | undefined;
    const session = await connectSession(locationOf(resolved), resolved.object, {
      codecs: this.#options.codecs,
      serializer: this.#options.serializer,
      protocol: this.#options.protocol,
      timeoutMs,
      handshake: this.#options.handshake,
      lastSequence: this.#lastSequence,
      onClose: () => {
        this.#lastSequence = opened?.lastSequence ?? this.#lastSequence;
        if (this.#session === opened) this.#session = undefined;
      },
    });
    opened = session;
    const { metadata } = session;
    if (metadata !== undefined && metadata.methods.size + metadata.attrs.size === 0) {
      session.close();
      throw new PyroError(
        "remote object doesn't expose any methods or attributes. Did you forget setting @expose on them?",
        { code: "PYRO_NOTHING_EXPOSED" },
      );
    }
    this.#objectId = resolved.object;
    this.#metadata = metadata;
    this.#session = session;
    return session;
  }
}

function locationOf(uri: URI): Location {
  if (uri.sockname !== null) return { kind: "unix", path: uri.sockname };
  return { kind: "tcp", host: uri.host || "localhost", port: uri.port ?? 0 };
}

/** Waits for a shared connection attempt no longer than this one call may. */
async function within<R>(work: Promise<R>, timeoutMs: number, signal: AbortSignal | undefined, uri: URI): Promise<R> {
  if (timeoutMs <= 0 && signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal?.reason);
  const expired = (): void =>
    reject(new TimeoutError(`no connection to ${uri} within ${timeoutMs} ms`, { code: "PYRO_CONNECT_TIMEOUT" }));
  const timer = timeoutMs > 0 ? setTimeout(expired, timeoutMs) : undefined;
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
