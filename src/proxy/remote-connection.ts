import { AttributeError, CommunicationError, ConnectionClosedError, PyroError, TimeoutError } from "../base/errors.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import type { ClientSession } from "../session/client-session.ts";
import { connectSession } from "../session/connect.ts";
import { type Metadata, parseMetadata } from "../session/metadata.ts";
import { rethrowAtCallSite } from "../session/reply.ts";
import type { Location } from "../transport/location.ts";
import { ProxyState } from "../values/proxy-state.ts";
import type { URI } from "../values/uri.ts";
import { keywordsOf } from "./call-arguments.ts";
import { type CallSettings, CallSetup, DAEMON_OBJECT_ID, type RemoteOptions } from "./call-settings.ts";
import { withDeadline } from "./deadline.ts";
import { feedOf } from "./item-source.ts";
import { RemoteStream } from "./remote-stream.ts";

type Keywords = Readonly<Record<string, unknown>> | null;

/** One member of the remote object, by its name on the wire. */
export class Member {
  readonly name: string;
  /** From the contract; undefined: the server's metadata tells. */
  readonly oneway: boolean | undefined;
  /** How it is called in a session, with the settings of one target of the object: found out once. */
  prepared: CallSetup | undefined = undefined;

  constructor(name: string, oneway: boolean | undefined) {
    this.name = name;
    this.oneway = oneway;
  }
}

/**
 * The engine of a proxy: one connection, opened by the first call, opened anew by the first call after it broke.
 * A PYRONAME is looked up each time, so a daemon that came back elsewhere is found again; `bind` ends that.
 */
export class RemoteConnection {
  uri: URI;
  readonly options: RemoteOptions;
  #session: ClientSession | undefined;
  #connecting: Promise<ClientSession> | undefined;
  #metadata: Metadata | undefined;
  #objectId = "";
  #resolved: URI;
  #lastSequence = 0;

  constructor(uri: URI, options: RemoteOptions, metadata?: Metadata) {
    this.uri = uri;
    this.#resolved = uri;
    this.options = options;
    this.#metadata = metadata;
  }

  /** What the object exposes, as the last connection told; undefined before the first. */
  get metadata(): Metadata | undefined {
    return this.#metadata;
  }

  /** The connection, if there is one. */
  get session(): ClientSession | undefined {
    return this.#session?.closed === false ? this.#session : undefined;
  }

  /** Which Pyro the server speaks; undefined before the first connection. */
  get protocol(): PyroVersion | undefined {
    return this.#session?.dialect.version;
  }

  /** What the server's handshake validation answered. */
  get handshake(): unknown {
    return this.#session?.handshake;
  }

  /** What travels in the place of the proxy. */
  get state(): ProxyState {
    const none: ReadonlySet<string> = new Set();
    const { methods, oneway, attrs } = this.#metadata ?? { methods: none, oneway: none, attrs: none };
    const { handshake, ownSerializer } = this.options;
    return new ProxyState({ uri: this.uri, methods, oneway, attrs, handshake, serializer: ownSerializer ?? null });
  }

  /** Calls a method. Calls leave in the order in which they were made. */
  call(member: Member, args: readonly unknown[], settings: CallSettings): Promise<unknown> {
    const given = keywordsOf(args);
    if (given !== undefined) return this.#call(member, given.args, given.kwargs, settings);
    return this.#call(member, args, NO_KEYWORDS, settings);
  }

  #call(member: Member, args: readonly unknown[], kwargs: Keywords, settings: CallSettings): Promise<unknown> {
    if ((settings.maxRetries ?? this.options.maxRetries) > 0) return this.#retrying(member, args, kwargs, settings);
    const session = this.#session;
    return session !== undefined && !session.closed
      ? this.#send(session, member, args, kwargs, settings)
      : this.#connected(
          (open, left) => this.#send(open, member, args, kwargs, { ...settings, ...left }),
          settings,
        ).then(undefined, rethrowAtCallSite);
  }

  /** Pyro's MAX_RETRIES (`Pyro5 5.15, client.py`): the call may have run, and runs again. */
  async #retrying(
    member: Member,
    args: readonly unknown[],
    kwargs: Keywords,
    settings: CallSettings,
  ): Promise<unknown> {
    const tries = settings.maxRetries ?? this.options.maxRetries;
    for (let left = tries; ; left--) {
      try {
        return await this.#call(member, args, kwargs, { ...settings, maxRetries: 0 });
      } catch (error) {
        const again = error instanceof ConnectionClosedError || error instanceof TimeoutError;
        if (!again || left <= 0) throw error;
      }
    }
  }

  /** Several calls in one message; entries are tuples of name, arguments and keyword arguments. */
  batch(entries: readonly unknown[], oneway: boolean, settings: CallSettings): Promise<unknown> {
    const member = new Member("<batch>", oneway);
    return this.#connected(
      (session, left) => this.#send(session, member, entries, null, { ...settings, ...left }),
      settings,
    ).then(undefined, rethrowAtCallSite);
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

  /** Connects, and stays with the object that a PYRONAME or PYROMETA stands for now (Pyro's `_pyroBind`). */
  async bind(settings: CallSettings = {}): Promise<void> {
    await this.#connected(() => {
      this.uri = this.#resolved;
    }, settings);
  }

  /** What the object exposes now: asked of its daemon. */
  async freshMetadata(settings: CallSettings = {}): Promise<Metadata> {
    return this.#connected(async (session) => {
      const setup = new CallSetup(session, settings, this.options, {
        oneway: false,
        batch: false,
        openStream: undefined,
      });
      this.#metadata = parseMetadata(
        await session.call(DAEMON_OBJECT_ID, "get_metadata", [this.#objectId], NO_KEYWORDS, setup),
      );
      return this.#metadata;
    }, settings);
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
    kwargs: Keywords,
    settings: CallSettings,
  ): Promise<unknown> {
    let { prepared } = member;
    if (prepared?.session !== session || prepared.settings !== settings) {
      const { metadata } = session;
      const known = metadata === undefined || metadata.methods.has(member.name) || kwargs === null;
      if (!known) return Promise.reject(this.#unknown(member.name, session));
      prepared = new CallSetup(session, settings, this.options, {
        oneway: metadata?.oneway.has(member.name) === true || member.oneway === true,
        batch: member.name === "<batch>",
        openStream: (id) => new RemoteStream(feedOf(this, id, settings.streamPrefetch ?? this.options.streamPrefetch)),
      });
      member.prepared = prepared;
    }
    return session.call(this.#objectId, member.name, args, kwargs, prepared);
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
    { timeoutMs = this.options.timeoutMs, signal }: CallSettings,
  ): Promise<R> {
    signal?.throwIfAborted();
    const current = this.#session;
    if (current !== undefined && !current.closed) return work(current, {});
    const started = performance.now();
    this.#connecting ??= this.#connect(timeoutMs).finally(() => {
      this.#connecting = undefined;
    });
    const session = await withDeadline(this.#connecting, timeoutMs, signal, this.uri);
    return work(session, timeoutMs > 0 ? { timeoutMs: Math.max(1, timeoutMs - (performance.now() - started)) } : {});
  }

  async #connect(timeoutMs: number): Promise<ClientSession> {
    const { options } = this;
    const resolved = this.uri.protocol === "PYRO" ? this.uri : await options.resolve(this.uri, { timeoutMs });
    let opened: ClientSession | undefined;
    const session = await connectSession(locationOf(resolved), resolved.object, {
      serializers: options.serializers,
      serializer: options.serializer,
      protocol: options.protocol,
      timeoutMs,
      handshake: options.handshake,
      metadata: options.metadata,
      dial: options.dial,
      wireOptions: options.wireOptions,
      socket: options.socket,
      lastSequence: this.#lastSequence,
      onClose: () => {
        this.#lastSequence = opened?.lastSequence ?? this.#lastSequence;
        if (this.#session === opened) this.#session = undefined;
      },
    });
    opened = session;
    try {
      if (options.socket === undefined) options.validateHandshake?.(session.handshake);
    } catch (cause) {
      session.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CommunicationError(`the handshake's answer was refused here: ${reason}`, {
        code: "PYRO_REFUSED",
        cause,
      });
    }
    const { metadata } = session;
    if (metadata !== undefined && metadata.methods.size + metadata.attrs.size === 0) {
      session.close();
      throw new PyroError(
        "remote object doesn't expose any methods or attributes. Did you forget setting @expose on them?",
        { code: "PYRO_NOTHING_EXPOSED" },
      );
    }
    this.#objectId = resolved.object;
    this.#resolved = resolved;
    this.#metadata = metadata;
    this.#session = session;
    return session;
  }
}

function locationOf(uri: URI): Location {
  if (uri.sockname !== null) return { kind: "unix", path: uri.sockname };
  return { kind: "tcp", host: uri.host || "localhost", port: uri.port ?? 0 };
}
