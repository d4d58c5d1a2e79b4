import type { Environment } from "../base/environment.ts";
import { CommunicationError, DaemonError } from "../base/errors.ts";
import { DAEMON_OBJECT_ID, DEFAULT_HANDSHAKE } from "../base/pyro-names.ts";
import { configurationOf } from "../config/config.ts";
import type { Config } from "../config/items.ts";
import { type Log, logOf } from "../diagnostics/log.ts";
import type { Metadata } from "../session/metadata.ts";
import { type Location, listenLocation, publishedLocation } from "../transport/location.ts";
import { serverTransport } from "../transport/select-transport.ts";
import type { Connection, Listener, Transport } from "../transport/transport.ts";
import { type ProxyMaker, ProxyState } from "../values/proxy-state.ts";
import { URI } from "../values/uri.ts";
import type { ClientConnection, ConnectionServices } from "./connection-services.ts";
import { createServices } from "./create-services.ts";
import { DaemonObject, type DaemonView } from "./daemon-object.ts";
import { type DaemonOptions, environmentOf } from "./daemon-options.ts";
import { asError } from "./error-replies.ts";
import { NO_FREE_WORKERS } from "./handshake.ts";
import { ItemStreams } from "./item-streams.ts";
import { ObjectTable, type RegisterOptions } from "./object-table.ts";
import { RefusedConnection } from "./refused-connection.ts";
import { type LoopOptions, runLoop } from "./request-loop.ts";
import { runPeriodically } from "./run-periodically.ts";
import { ServerConnection } from "./server-connection.ts";

const LOG = "pyro.daemon";

/** A daemon that does not import proxies: a `ProxyMaker` is passed in. Programs use `Daemon` of `src/api/daemon.ts`. */
export class BaseDaemon implements AsyncDisposable, DaemonView {
  readonly streams: ItemStreams;
  readonly #objects: ObjectTable;
  readonly #connections = new Set<ClientConnection>();
  readonly #refused = new Set<ClientConnection>();
  readonly #options: DaemonOptions;
  readonly #makeProxy: ProxyMaker;
  readonly #environment: Environment;
  readonly #config: Config;
  readonly #log: Log;
  readonly #transport: Transport;
  readonly #maxConnections: number;
  readonly #services: ConnectionServices;
  readonly #stopped = Promise.withResolvers<void>();
  #stopHousekeeping: () => void = () => undefined;
  #listener: Listener | undefined;
  #published: Location;
  #closing: Promise<void> | undefined;

  protected constructor(options: DaemonOptions, makeProxy: ProxyMaker) {
    const environment = environmentOf(options);
    const config = configurationOf(environment).current;
    this.#options = options;
    this.#makeProxy = makeProxy;
    this.#environment = environment;
    this.#config = config;
    this.#log = logOf(environment);
    const { connectedSocket: socket, tls, transport } = options;
    this.#transport = serverTransport({ environment, socket, tls, transport });
    this.#published = listenLocation(options.host ?? config.host, options.port ?? 0, options.unixSocket);
    this.#maxConnections = options.maxConnections ?? config.threadpoolSize ?? Number.POSITIVE_INFINITY;
    const isAutoproxy = options.autoproxy ?? config.autoproxy;
    this.#objects = new ObjectTable(
      () => `obj_${environment.randomHex(16)}`,
      isAutoproxy ? (id) => this.#uri(id) : undefined,
    );
    const streaming = {
      enabled: config.iterStreaming,
      lifetimeMs: config.iterStreamLifetimeMs,
      lingerMs: config.iterStreamLingerMs,
      ...options.streaming,
    };
    this.streams = new ItemStreams(environment, streaming, (error) => options.onError?.(error, "stream"));
    this.#services = createServices(options, config, {
      environment,
      makeProxy,
      objects: this.#objects,
      streams: this.streams,
      disconnected: (connection) => {
        this.#connections.delete(connection);
        this.#refused.delete(connection);
      },
    });
    this.#objects.add(new (options.daemonObject ?? DaemonObject)(this), DAEMON_OBJECT_ID);
  }

  /** Starts to listen. Called once, before objects are registered. */
  protected async start(): Promise<this> {
    const { natHost, natPort } = this.#natLocation();
    const { report, environment, handshakeTimeoutMs } = this.#services;
    const handlers = {
      onConnection: (connection: Connection, refusal?: CommunicationError) => this.#accept(connection, refusal),
      onError: (error: Error, client = "listener") => report(error, client),
    };
    const listener = await this.#transport.listen(this.#published, handlers, { handshakeTimeoutMs });
    this.#listener = listener;
    this.#published =
      this.#options.connectedSocket === undefined
        ? publishedLocation(listener.location, natHost, natPort)
        : listener.location;
    this.#log.write("INFO", LOG, () => this.describe());
    void listener.ended?.then(this.#stopped.resolve);
    const { housekeeping, housekeepingMs = 2_000 } = this.#options;
    if (housekeeping !== undefined) {
      const failed = (error: unknown): void => report(asError(error), "daemon");
      this.#stopHousekeeping = runPeriodically(environment, housekeeping, housekeepingMs, failed);
    }
    return this;
  }

  #natLocation(): { natHost: string | undefined; natPort: number | undefined } {
    const { unixSocket, natHost, natPort } = this.#options;
    if (unixSocket === undefined) {
      return { natHost: natHost ?? this.#config.natHost, natPort: natPort ?? this.#config.natPort };
    }
    if (natHost !== undefined) throw new CommunicationError("cannot use nathost together with unixsocket");
    return { natHost: undefined, natPort: undefined };
  }

  /** The location in the daemon's URIs. Never a wildcard address. */
  get location(): Location {
    return this.#published;
  }

  /** The location that the daemon listens on. */
  get boundLocation(): Location {
    return this.#listener?.location ?? this.#published;
  }

  get ids(): string[] {
    return this.#objects.ids;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Registers an object under an id, so that clients can call it. A class can be registered too; its instances are
   * created when they are needed.
   *
   * @param id default: a new random id, `obj_...`
   * @throws {DaemonError} when the object or the id is already registered, or the object exposes nothing.
   * @throws {TypeError} for a class with the option `weak`.
   */
  register(target: object, id?: string, options: RegisterOptions = {}): URI {
    return this.#uri(this.#objects.add(target, id, options).id);
  }

  /** Unregisters an object or an id. `Pyro.Daemon` cannot be unregistered. Unknown objects and ids are ignored. */
  unregister(target: object | string): void {
    if (this.#objects.find(target)?.id !== DAEMON_OBJECT_ID) this.#objects.remove(target);
  }

  /**
   * The URI of a registered object, or of an id (registered or not).
   *
   * @param options.nat `false` uses the bound address instead of the published one (`natHost`). Default: true.
   * @throws {DaemonError} code PYRO_NOT_REGISTERED, for an object that is not registered.
   */
  uriFor(target: object | string, options: { readonly nat?: boolean } = {}): URI {
    const id = typeof target === "string" ? target : this.#objects.find(target)?.id;
    if (id === undefined) {
      throw new DaemonError("object isn't registered in this daemon", { code: "PYRO_NOT_REGISTERED" });
    }
    return this.#uri(id, options.nat === false ? this.boundLocation : this.#published);
  }

  /**
   * Creates a proxy of a registered object. Use `remote(proxy).as(contract)` to add types.
   *
   * @throws {DaemonError} code PYRO_NOT_REGISTERED, for an object or an id that is not registered.
   */
  proxyFor(target: object | string): object {
    const metadata = this.metadataOf(target);
    if (metadata === undefined) {
      throw new DaemonError("object isn't registered in this daemon", { code: "PYRO_NOT_REGISTERED" });
    }
    const uri = this.uriFor(target);
    return this.#makeProxy(new ProxyState({ uri, ...metadata, handshake: DEFAULT_HANDSHAKE, serializer: null }));
  }

  metadataOf(target: object | string): Metadata | undefined {
    return this.#objects.find(target)?.metadata;
  }

  /**
   * Recomputes what a registered object or class exposes. Call it after `expose` was called on a registered class.
   * Clients receive the new metadata with their next connection.
   */
  resetMetadataCache(target: object | string): void {
    const registration = this.#objects.find(target);
    if (registration !== undefined) this.#objects.refresh(registration);
  }

  /**
   * Resolves when `while` returns false, `signal` aborts, or the daemon is closed. This is Pyro's `requestLoop`, except
   * that calls are served without it. It does not close the daemon.
   */
  loop(options: LoopOptions = {}): Promise<void> {
    return runLoop(this.#environment, this.#stopped.promise, options);
  }

  /**
   * Closes the daemon. It accepts no new connections and no new calls. Running calls have `drainMs` to finish. It can
   * be called more than once. A remote method may call it, but must not await it: the daemon waits for the method.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const listener = this.#listener;
    this.#stopped.resolve();
    this.#stopHousekeeping();
    this.streams.closeAll();
    if (listener === undefined) return;
    const closed = listener.close();
    for (const connection of this.#refused) connection.destroy();
    for (const connection of this.#connections) connection.drain();
    const timer = this.#environment.setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
      listener.destroy();
    }, this.#options.drainMs ?? 3_000);
    await closed;
    this.#environment.clearTimer(timer);
  }

  #accept(connection: Connection, refusal: CommunicationError | undefined): void {
    const where = this.#transport.format(this.boundLocation);
    if (refusal !== undefined) {
      this.#refused.add(new RefusedConnection(connection, this.#services, where, refusal));
      return;
    }
    this.#log.write("DEBUG", LOG, () => `connection from ${connection.peerAddress ?? where}`);
    const isFull = this.#connections.size >= this.#maxConnections;
    const denial = isFull ? NO_FREE_WORKERS : undefined;
    const client = new ServerConnection(connection, this.#services, where, denial);
    (isFull ? this.#refused : this.#connections).add(client);
    if (this.#closing !== undefined) client.destroy();
  }

  #uri(id: string, location: Location = this.#published): URI {
    return URI.parse(`PYRO:${id}@${this.#transport.format(location)}`);
  }

  describe(): string {
    const bound = this.#transport.format(this.boundLocation);
    const published = this.#transport.format(this.#published);
    return (
      `${DAEMON_OBJECT_ID} bound on ${bound}, NAT ${published === bound ? "None" : published}, ` +
      `${this.#objects.size} objects registered. Servertype: <pyro-ts on ${bound}; ${this.connections} connections>`
    );
  }
}
