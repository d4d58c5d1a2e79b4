import type { Duplex } from "node:stream";
import { CommunicationError, DaemonError } from "../base/errors.ts";
import { DEFAULT_LIMITS } from "../base/limits.ts";
import { config } from "../config/config.ts";
import { log } from "../diagnostics/log.ts";
import { PyroClassMapper } from "../serializers/class-mapper.ts";
import { SerializerSets } from "../serializers/serializer-set.ts";
import type { Metadata } from "../session/metadata.ts";
import { type Listener, listen, reachableHost } from "../transport/listen.ts";
import { listenOnSocket } from "../transport/listen-on-socket.ts";
import { type Location, locationText } from "../transport/location.ts";
import { serverTls } from "../transport/tls-options.ts";
import { transportItems } from "../transport/transport-config.ts";
import { ProxyState, proxyFrom } from "../values/proxy-state.ts";
import { URI } from "../values/uri.ts";
import { wireOptionsOf } from "../wire/wire-options.ts";
import { addressOf } from "./caller.ts";
import type { ClientConnection, ConnectionServices } from "./connection-services.ts";
import { DAEMON_OBJECT_ID, DaemonObject, type DaemonView } from "./daemon-object.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import { asError } from "./error-replies.ts";
import { NO_FREE_WORKERS } from "./handshake.ts";
import { InstanceCache } from "./instances.ts";
import { ItemStreams } from "./item-streams.ts";
import { ObjectTable, type RegisterOptions } from "./object-table.ts";
import { RefusedConnection } from "./refused-connection.ts";
import { type LoopOptions, runLoop } from "./request-loop.ts";
import { callHook, runPeriodically } from "./run-periodically.ts";
import { ServerConnection } from "./server-connection.ts";

const LOG = "pyro.daemon";

/**
 * Serves Pyro objects on one address, to Pyro4 and Pyro5 clients alike.
 *
 *     await using daemon = await Daemon.listen({ host: "10.133.1.220" });
 *     const uri = daemon.register(new Warehouse());
 *
 * Any number of daemons run beside each other in one process: Node's event loop serves them all.
 */
export class Daemon implements AsyncDisposable, DaemonView {
  readonly #objects: ObjectTable;
  readonly streams: ItemStreams;
  readonly #connections = new Set<ClientConnection>();
  readonly #denied = new Set<ClientConnection>();
  readonly #options: DaemonOptions;
  readonly #maxConnections: number;
  readonly #host: ConnectionServices;
  readonly #over = Promise.withResolvers<void>();
  #stopChores: () => void = () => undefined;
  #listening: Listener | undefined;
  #published: Location = { kind: "tcp", host: "", port: 0 };
  #closing: Promise<void> | undefined;

  private constructor(options: DaemonOptions) {
    this.#options = options;
    this.#maxConnections = options.maxConnections ?? config.threadpoolSize ?? Number.POSITIVE_INFINITY;
    this.#objects = new ObjectTable((options.autoproxy ?? config.autoproxy) ? (id) => this.#uri(id) : undefined);
    const streaming = {
      enabled: config.iterStreaming,
      lifetimeMs: config.iterStreamLifetimeMs,
      lingerMs: config.iterStreamLingerMs,
      ...options.streaming,
    };
    this.streams = new ItemStreams(streaming, (error) => options.onError?.(error, "stream"));
    this.#host = this.#createHost(options);
    this.#objects.add(new (options.daemonObject ?? DaemonObject)(this), DAEMON_OBJECT_ID);
  }

  #createHost(options: DaemonOptions): ConnectionServices {
    const limits = { ...DEFAULT_LIMITS, maxMessageBytes: config.maxMessageSize, ...options.limits };
    const { annotations, onDisconnect, onMethodError } = options;
    const report = (error: Error, client: string): void => {
      log("WARNING", LOG, () => `${client}: ${error.name}: ${error.message}`);
      options.onError?.(error, client);
    };
    const hookFailed = (error: unknown): void => report(asError(error), "daemon");
    return {
      objects: this.#objects,
      instances: new InstanceCache(),
      streams: this.streams,
      serializers: new SerializerSets((version) => new PyroClassMapper(version, { unknown: "refuse" }), {
        limits,
        lossless: options.lossless ?? false,
        bytesRepr: config.serpentBytesRepr,
        accepted: options.serializers ?? config.serializersAccepted,
      }),
      wireOptions: wireOptionsOf(options.compression ?? config.compression, options.hmacKey),
      handshakeTimeoutMs: options.handshakeTimeoutMs ?? 30_000,
      idleTimeoutMs: options.idleTimeoutMs ?? 0,
      maxCallsInFlight: options.maxCallsInFlight ?? 1_000,
      onewayInOrder: options.oneway === undefined ? !config.onewayThreaded : options.oneway === "ordered",
      annotations:
        typeof annotations === "function"
          ? () => callHook(annotations, hookFailed)
          : annotations && (() => annotations),
      methodFailed: onMethodError && ((error, call) => callHook(() => onMethodError(error, call), hookFailed)),
      validateHandshake: options.validateHandshake ?? (() => "hello"),
      report,
      callerDeparted: (connection) => {
        this.streams.callerDeparted(connection);
        callHook(() => onDisconnect?.(connection), hookFailed);
      },
      disconnected: (connection) => {
        this.#connections.delete(connection);
        this.#denied.delete(connection);
      },
    };
  }

  /**
   * Starts a daemon.
   *
   * @throws {CommunicationError} when it cannot listen there; a SerializeError for unknown names in `serializers`.
   */
  static async listen(options: DaemonOptions = {}): Promise<Daemon> {
    const daemon = new Daemon(options);
    const { unixSocket, connectedSocket, housekeeping } = options;
    const natHost = options.natHost ?? (unixSocket === undefined ? config.natHost : undefined);
    if (natHost !== undefined && unixSocket !== undefined) {
      throw new CommunicationError("cannot use nathost together with unixsocket");
    }
    const listening =
      connectedSocket === undefined
        ? await daemon.#listen(options)
        : listenOnSocket(connectedSocket, (stream) => daemon.#connected(stream, undefined));
    daemon.#listening = listening;
    daemon.#published =
      connectedSocket === undefined
        ? publishedLocation(listening.location, natHost, options.natPort ?? config.natPort)
        : listening.location;
    log("INFO", LOG, () => daemon.describe());
    if (connectedSocket !== undefined) void listening.close().then(daemon.#over.resolve);
    if (housekeeping !== undefined) {
      const failed = (error: unknown): void => daemon.#host.report(asError(error), "daemon");
      daemon.#stopChores = runPeriodically(housekeeping, options.housekeepingMs ?? 2_000, failed);
    }
    return daemon;
  }

  #listen({ host = config.host, port = 0, unixSocket, tls }: DaemonOptions): Promise<Listener> {
    const items = transportItems();
    return listen(
      unixSocket === undefined ? { kind: "tcp", host, port } : { kind: "unix", path: unixSocket },
      (socket, refusal) => this.#connected(socket, refusal),
      (error, client = "listener") => this.#host.report(error, client),
      {
        tls: serverTls(tls, items.ssl),
        handshakeTimeoutMs: this.#host.handshakeTimeoutMs,
        ipVersion: items.preferIpVersion,
        noDelay: items.noDelay,
      },
    );
  }

  /** Where clients reach the daemon: what stands in its URIs. Never a wildcard. */
  get location(): Location {
    return this.#published;
  }

  /** Where it listens, as it was asked to. */
  get boundLocation(): Location {
    return this.#listening?.location ?? this.#published;
  }

  get ids(): string[] {
    return this.#objects.ids;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /**
   * Makes an object, or a class of which instances are made as needed, callable under an id.
   *
   * @param id default: a new random one, `obj_...`
   * @throws {DaemonError} when object or id are taken, or nothing of the object is exposed.
   * @throws {TypeError} for a class that is to be held weakly.
   */
  register(target: object, id?: string, options: RegisterOptions = {}): URI {
    return this.#uri(this.#objects.add(target, id, options).id);
  }

  /** Takes an object, or an id, out of service. `Pyro.Daemon` stays; what is not registered is no error. */
  unregister(target: object | string): void {
    if (this.#objects.find(target)?.id !== DAEMON_OBJECT_ID) this.#objects.remove(target);
  }

  /**
   * The URI of a registered object, or of an id.
   *
   * @param options.nat false: with the address listened on, whatever the daemon is known as elsewhere.
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
   * A proxy of a registered object, as clients have it: typed with `typed(proxy, contract)`.
   *
   * @throws {DaemonError} code PYRO_NOT_REGISTERED.
   */
  proxyFor(target: object | string): object {
    const metadata = this.metadataOf(target);
    if (metadata === undefined) {
      throw new DaemonError("object isn't registered in this daemon", { code: "PYRO_NOT_REGISTERED" });
    }
    const uri = this.uriFor(target);
    return proxyFrom(new ProxyState({ uri, ...metadata, handshake: "hello", serializer: null }));
  }

  metadataOf(target: object | string): Metadata | undefined {
    return this.#objects.find(target)?.metadata;
  }

  /**
   * Looks again at what a registered object or class exposes: something was exposed after it was registered. New
   * clients see it; those that are connected learn of it when they connect anew.
   */
  resetMetadataCache(target: object | string): void {
    const registration = this.#objects.find(target);
    if (registration !== undefined) this.#objects.refresh(registration);
  }

  /**
   * Resolves when the daemon is to stop: when `while` says no, or `signal` aborts, or it is closed. Like Pyro's
   * `requestLoop`, but that calls are served whether anybody waits here or not; closing is up to the caller.
   */
  loop(options: LoopOptions = {}): Promise<void> {
    return runLoop(this.#over.promise, options);
  }

  /**
   * Stops: no new connections, no new calls; calls that run get `drainMs` to be answered. Doing it twice is fine. A
   * remote method may call this, but must not wait for it: the daemon waits for the method.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const listening = this.#listening;
    this.#over.resolve();
    this.#stopChores();
    this.streams.closeAll();
    if (listening === undefined) return;
    const closed = listening.close();
    for (const connection of this.#denied) connection.destroy();
    for (const connection of this.#connections) connection.drain();
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
      listening.destroy();
    }, this.#options.drainMs ?? 3_000);
    await closed;
    clearTimeout(timer);
  }

  #connected(socket: Duplex, refusal: CommunicationError | undefined): void {
    const where = locationText(this.boundLocation);
    if (refusal !== undefined) {
      this.#denied.add(new RefusedConnection(socket, this.#host, where, refusal));
      return;
    }
    log("DEBUG", LOG, () => `connection from ${addressOf(socket, where)}`);
    const full = this.#connections.size >= this.#maxConnections;
    const connection = new ServerConnection(socket, this.#host, where, full ? NO_FREE_WORKERS : undefined);
    (full ? this.#denied : this.#connections).add(connection);
    if (this.#closing !== undefined) connection.destroy();
  }

  #uri(id: string, location: Location = this.#published): URI {
    return URI.parse(`PYRO:${id}@${locationText(location)}`);
  }

  describe(): string {
    const bound = locationText(this.boundLocation);
    const published = locationText(this.#published);
    return (
      `${DAEMON_OBJECT_ID} bound on ${bound}, NAT ${published === bound ? "None" : published}, ` +
      `${this.#objects.size} objects registered. Servertype: <pyro-ts on ${bound}; ${this.connections} connections>`
    );
  }
}

function publishedLocation(bound: Location, natHost: string | undefined, natPort: number | undefined): Location {
  if (bound.kind === "unix") return bound;
  const port = natPort === undefined || natPort === 0 ? bound.port : natPort;
  return { kind: "tcp", host: natHost ?? reachableHost(bound.host), port };
}
