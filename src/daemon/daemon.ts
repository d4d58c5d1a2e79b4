import { once } from "node:events";
import type { Socket } from "node:net";
import { config } from "../config.ts";
import { CommunicationError } from "../errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import { createClassCodec } from "../serializers/classes.ts";
import { createCodecs } from "../session/options.ts";
import { type Listening, listen, reachableHost } from "../transport/listen.ts";
import { type Location, locationText } from "../transport/location.ts";
import { URI } from "../uri.ts";
import { ServerConnection } from "./connection.ts";
import { DAEMON_ID, DaemonObject } from "./daemon-object.ts";
import type { ClientConnection, Host } from "./host.ts";
import { InstanceCache } from "./instances.ts";
import { ObjectTable } from "./objects.ts";

export interface DaemonOptions {
  /** Where to listen: a host name or address; `0.0.0.0` for all. Default: PYRO_HOST, else localhost. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** Listen on a Unix socket of this path instead. */
  readonly unixSocket?: string;
  /**
   * The host that goes into URIs, for daemons behind address translation. Default: PYRO_NATHOST, else the host as
   * given, else, for a wildcard, this machine's own address.
   */
  readonly natHost?: string;
  /** The port that goes into URIs; 0 or left out: the one listened on. Default: PYRO_NATPORT. */
  readonly natPort?: number;
  readonly limits?: Partial<Limits>;
  /** Milliseconds that a new connection has for its handshake. Default 30,000; 0: no limit. */
  readonly handshakeTimeoutMs?: number;
  /** Calls of one connection that may run at once; more are not read until one ends. Default 1,000. */
  readonly maxCallsInFlight?: number;
  /** Milliseconds that running calls get when the daemon closes. Default 3,000. */
  readonly drainMs?: number;
  /** Judges the data of a client's handshake, and gives the answer; what it throws rejects the connection. */
  readonly validateHandshake?: (data: unknown, client: string) => unknown;
  /** Whether objects of this daemon that are met in arguments and results travel as proxies. Default true. */
  readonly autoproxy?: boolean;
  /** Hears of what nobody else would: refused bytes, failed oneway calls. */
  readonly onError?: (error: Error, client: string) => void;
}

/**
 * Serves Pyro objects on one address, to Pyro4 and Pyro5 clients alike.
 *
 *     await using daemon = await Daemon.listen({ host: "10.133.1.220" });
 *     const uri = daemon.register(new Warehouse());
 */
export class Daemon implements AsyncDisposable {
  readonly #objects: ObjectTable;
  readonly #connections = new Set<ClientConnection>();
  readonly #options: DaemonOptions;
  readonly #host: Host;
  #listening: Listening | undefined;
  #published: Location = { kind: "tcp", host: "", port: 0 };
  #closing: Promise<void> | undefined;

  private constructor(options: DaemonOptions) {
    this.#options = options;
    this.#objects = new ObjectTable((options.autoproxy ?? true) ? (id) => this.#uri(id) : undefined);
    const limits = { ...DEFAULT_LIMITS, maxMessageBytes: config.maxMessageSize, ...options.limits };
    this.#host = {
      objects: this.#objects,
      instances: new InstanceCache(),
      codecs: createCodecs((version) => createClassCodec(version, { unknown: "refuse" }), {
        limits,
        lossless: false,
        bytesRepr: config.serpentBytesRepr,
      }),
      handshakeTimeoutMs: options.handshakeTimeoutMs ?? 30_000,
      maxCallsInFlight: options.maxCallsInFlight ?? 1_000,
      validateHandshake: options.validateHandshake ?? (() => "hello"),
      report: options.onError ?? (() => undefined),
      disconnected: (connection) => this.#connections.delete(connection),
    };
    this.#objects.add(new DaemonObject(this.#objects, () => this.#describe()), DAEMON_ID);
  }

  /**
   * Starts a daemon.
   *
   * @throws {CommunicationError} when it cannot listen there.
   */
  static async listen(options: DaemonOptions = {}): Promise<Daemon> {
    const daemon = new Daemon(options);
    const { unixSocket } = options;
    const natHost = options.natHost ?? (unixSocket === undefined ? config.natHost : undefined);
    if (natHost !== undefined && unixSocket !== undefined) {
      throw new CommunicationError("cannot use nathost together with unixsocket");
    }
    const asked: Location =
      unixSocket === undefined
        ? { kind: "tcp", host: options.host ?? config.host, port: options.port ?? 0 }
        : { kind: "unix", path: unixSocket };
    const listening = await listen(
      asked,
      (socket) => daemon.#connected(socket),
      (error) => daemon.#host.report(error, "listener"),
    );
    daemon.#listening = listening;
    daemon.#published = publishedLocation(listening.location, natHost, options.natPort ?? config.natPort);
    return daemon;
  }

  /** Where clients reach the daemon: what stands in its URIs. Never a wildcard. */
  get location(): Location {
    return this.#published;
  }

  /** Where it listens, as it was asked to. */
  get boundLocation(): Location {
    return this.#listening?.location ?? this.#published;
  }

  /**
   * Makes an object, or a class of which instances are made as needed, callable under an id.
   *
   * @param id default: a new random one, `obj_...`
   * @param options.force takes the id, or a new id for the object, even if there is one already.
   * @throws {DaemonError} when object or id are taken, or nothing of the object is exposed.
   */
  register(target: object, id?: string, options: { readonly force?: boolean } = {}): URI {
    return this.#uri(this.#objects.add(target, id, options.force).id);
  }

  /** Takes an object, or an id, out of service. `Pyro.Daemon` stays; what is not registered is no error. */
  unregister(target: object | string): void {
    if (this.#objects.find(target)?.id !== DAEMON_ID) this.#objects.remove(target);
  }

  /** The URI of a registered object, or of an id. @throws {DaemonError} for an object that is not registered. */
  uriFor(target: object | string): URI {
    const id = typeof target === "string" ? target : this.#objects.find(target)?.id;
    if (id === undefined) throw new CommunicationError("object is not registered in this daemon");
    return this.#uri(id);
  }

  /**
   * Stops: no new connections, no new calls; calls that run get `drainMs` to be answered. Doing it twice is fine.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const server = this.#listening?.server;
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    for (const connection of this.#connections) connection.drain();
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, this.#options.drainMs ?? 3_000);
    await closed;
    clearTimeout(timer);
  }

  #connected(socket: Socket): void {
    const connection = new ServerConnection(socket, this.#host, locationText(this.boundLocation));
    this.#connections.add(connection);
    if (this.#closing !== undefined) connection.destroy();
  }

  #uri(id: string): URI {
    return URI.parse(`PYRO:${id}@${locationText(this.#published)}`);
  }

  #describe(): string {
    const bound = locationText(this.boundLocation);
    const published = locationText(this.#published);
    return (
      `${DAEMON_ID} bound on ${bound}, NAT ${published === bound ? "None" : published}, ` +
      `${this.#objects.size} objects registered. Servertype: node`
    );
  }
}

function publishedLocation(bound: Location, natHost: string | undefined, natPort: number | undefined): Location {
  if (bound.kind === "unix") return bound;
  const port = natPort === undefined || natPort === 0 ? bound.port : natPort;
  return { kind: "tcp", host: natHost ?? reachableHost(bound.host), port };
}
