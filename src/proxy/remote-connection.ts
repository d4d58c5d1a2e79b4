import { AttributeError, CommunicationError, ConnectionClosedError, PyroError, TimeoutError } from "../base/errors.ts";
import { BATCH_METHOD, DAEMON_OBJECT_ID } from "../base/pyro-names.ts";
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
import { type CallKind, type CallSettings, CallSetup, DAEMON_CALL } from "./call-settings.ts";
import { withDeadline } from "./deadline.ts";
import { DaemonItemSource } from "./item-source.ts";
import type { ProxySettings } from "./proxy-options.ts";
import { RemoteStream } from "./remote-stream.ts";

/** Null: none, as Pyro has it for attributes and batches. */
type Keywords = Readonly<Record<string, unknown>> | null;

/** One member of the remote object, by its name on the wire. */
export class Member {
  readonly kind: CallKind;
  readonly name: string;
  /** From the contract; undefined: the server's metadata decides. */
  readonly oneway: boolean | undefined;
  /** How it is called in a session with the settings of one target: made once. */
  prepared: CallSetup | undefined = undefined;

  constructor(name: string, oneway: boolean | undefined, kind: CallKind = "method") {
    this.kind = kind;
    this.name = name;
    this.oneway = oneway;
  }
}

/**
 * The connection behind a proxy. It is opened by the first call, and opened again by the first call after it broke. A
 * PYRONAME is looked up each time, so a daemon that came back at another address is found; `bind` ends that.
 */
export class RemoteConnection {
  uri: URI;
  readonly settings: ProxySettings;
  #session: ClientSession | undefined;
  #connecting: Promise<ClientSession> | undefined;
  #metadata: Metadata | undefined;
  #objectId = "";
  #resolved: URI;
  #lastSequence = 0;

  constructor(uri: URI, settings: ProxySettings, metadata?: Metadata) {
    this.uri = uri;
    this.#resolved = uri;
    this.settings = settings;
    this.#metadata = metadata;
  }

  /** What the object exposes, from the last connection; undefined before the first. */
  get metadata(): Metadata | undefined {
    return this.#metadata;
  }

  /** The connection, if there is one. */
  get session(): ClientSession | undefined {
    return this.#session?.closed === false ? this.#session : undefined;
  }

  /** The server's version of Pyro; undefined before the first connection. */
  get protocol(): PyroVersion | undefined {
    return this.#session?.dialect.version;
  }

  /** The answer of the server's handshake validation. */
  get handshake(): unknown {
    return this.#session?.handshake;
  }

  /** What travels instead of the proxy. */
  get state(): ProxyState {
    const none: ReadonlySet<string> = new Set();
    const { methods, oneway, attrs } = this.#metadata ?? { methods: none, oneway: none, attrs: none };
    const { handshake, chosenSerializer } = this.settings;
    return new ProxyState({ uri: this.uri, methods, oneway, attrs, handshake, serializer: chosenSerializer ?? null });
  }

  /** Calls a method. Calls are sent in the order in which they were made. */
  call(member: Member, args: readonly unknown[], settings: CallSettings): Promise<unknown> {
    const withKeywords = keywordsOf(args);
    if (withKeywords !== undefined) return this.#call(member, withKeywords.args, withKeywords.kwargs, settings);
    return this.#call(member, args, NO_KEYWORDS, settings);
  }

  #call(member: Member, args: readonly unknown[], kwargs: Keywords, settings: CallSettings): Promise<unknown> {
    if ((settings.maxRetries ?? this.settings.maxRetries) > 0) return this.#retrying(member, args, kwargs, settings);
    const session = this.#session;
    return session !== undefined && !session.closed
      ? this.#send(session, member, args, kwargs, settings)
      : this.#connected(
          (open, remaining) => this.#send(open, member, args, kwargs, { ...settings, ...remaining }),
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
    const retries = settings.maxRetries ?? this.settings.maxRetries;
    for (let retriesLeft = retries; ; retriesLeft--) {
      try {
        return await this.#call(member, args, kwargs, { ...settings, maxRetries: 0 });
      } catch (error) {
        const again = error instanceof ConnectionClosedError || error instanceof TimeoutError;
        if (!again || retriesLeft <= 0) throw error;
      }
    }
  }

  /** Several calls in one message; entries are tuples of name, arguments and keyword arguments. */
  batch(entries: readonly unknown[], oneway: boolean, settings: CallSettings): Promise<unknown> {
    const member = new Member(BATCH_METHOD, oneway, "batch");
    return this.#connected(
      (session, remaining) => this.#send(session, member, entries, null, { ...settings, ...remaining }),
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
    return this.#connected((session, remaining) => {
      if (session.metadata !== undefined && !session.metadata.attrs.has(args[0])) throw this.#unknown(args[0], session);
      return this.#send(session, new Member(method, false, "attribute"), args, null, { ...settings, ...remaining });
    }, settings);
  }

  /** Connects now, rather than with the first call. */
  async connect(settings: CallSettings = {}): Promise<void> {
    await this.#connected(() => undefined, settings);
  }

  /** Connects, and keeps the object that a PYRONAME or PYROMETA is resolved to now (Pyro's `_pyroBind`). */
  async bind(settings: CallSettings = {}): Promise<void> {
    await this.#connected(() => {
      this.uri = this.#resolved;
    }, settings);
  }

  /** What the object exposes now: requested from its daemon. */
  async freshMetadata(settings: CallSettings = {}): Promise<Metadata> {
    return this.#connected(async (session) => {
      const setup = new CallSetup(session, settings, this.settings, DAEMON_CALL);
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
      const known = metadata === undefined || member.kind !== "method" || metadata.methods.has(member.name);
      if (!known) return Promise.reject(this.#unknown(member.name, session));
      const prefetch = settings.streamPrefetch ?? this.settings.streamPrefetch;
      prepared = new CallSetup(session, settings, this.settings, {
        kind: member.kind,
        oneway: metadata?.oneway.has(member.name) === true || member.oneway === true,
        openStream: (id) => new RemoteStream(new DaemonItemSource(this, id, prefetch)),
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

  /** Runs `work` with an open session, within the call's time; `remaining` is what is left of it. */
  async #connected<R>(
    work: (session: ClientSession, remaining: { timeoutMs?: number }) => R | Promise<R>,
    { timeoutMs = this.settings.timeoutMs, signal }: CallSettings,
  ): Promise<R> {
    signal?.throwIfAborted();
    const current = this.#session;
    if (current !== undefined && !current.closed) return work(current, {});
    const { environment } = this.settings;
    const started = environment.now();
    this.#connecting ??= this.#connect(timeoutMs).finally(() => {
      this.#connecting = undefined;
    });
    const session = await withDeadline(this.#connecting, { environment, timeoutMs, signal }, this.uri);
    return work(session, timeoutMs > 0 ? { timeoutMs: Math.max(1, timeoutMs - (environment.now() - started)) } : {});
  }

  async #connect(timeoutMs: number): Promise<ClientSession> {
    const { settings } = this;
    const resolved = this.uri.protocol === "PYRO" ? this.uri : await settings.resolve(this.uri, { timeoutMs });
    let opened: ClientSession | undefined;
    const session = await connectSession({
      location: this.#locationOf(resolved),
      objectId: resolved.object,
      settings,
      timeoutMs,
      lastSequence: this.#lastSequence,
      onClose: () => {
        this.#lastSequence = opened?.lastSequence ?? this.#lastSequence;
        if (this.#session === opened) this.#session = undefined;
      },
    });
    opened = session;
    this.#checkAnswer(session);
    this.#objectId = resolved.object;
    this.#resolved = resolved;
    this.#metadata = session.metadata;
    this.#session = session;
    return session;
  }

  /** @throws what refuses the connection; it is closed then. */
  #checkAnswer(session: ClientSession): void {
    const { socket, validateHandshake } = this.settings;
    try {
      if (socket === undefined) validateHandshake?.(session.handshake);
    } catch (cause) {
      session.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new CommunicationError(`the proxy's validateHandshake refused the server's answer: ${reason}`, {
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
  }

  /** A URI without a host is for this machine. */
  #locationOf({ location, port }: URI): Location {
    return this.settings.transport.parse(location ?? `localhost:${port}`);
  }
}
