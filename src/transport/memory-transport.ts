/**
 * A network in memory: hosts with addresses and connections between them, without sockets. It is used by tests and
 * simulations. Its time and order are those of its environment.
 */
import { type Environment, processEnvironment, type Timer } from "../base/environment.ts";
import { CommunicationError, TimeoutError } from "../base/errors.ts";
import { type Location, locationText, parseLocation } from "./location.ts";
import { MemoryConnection, type Scheduler } from "./memory-connection.ts";
import type { Connection, DialOptions, Listener, ListenHandlers, Transport } from "./transport.ts";

/** Options of a network in memory. */
export interface MemoryNetworkOptions {
  /** Clock and scheduler of the network. Default: this process. */
  readonly environment?: Environment;
  /** Milliseconds of delay for bytes and connection attempts. Default: 0, the next turn of the event loop. */
  readonly latencyMs?: number;
}

const FIRST_EPHEMERAL_PORT = 49_152;

/** A network in memory: hosts with addresses, and connections between them. */
export class MemoryNetwork implements Scheduler {
  readonly environment: Environment;
  readonly #latencyMs: number;
  readonly #listeners = new Map<string, MemoryListener>();
  #lastPort = FIRST_EPHEMERAL_PORT - 1;

  constructor(options: MemoryNetworkOptions = {}) {
    this.environment = options.environment ?? processEnvironment;
    this.#latencyMs = options.latencyMs ?? 0;
  }

  /** The transport of one host. Its daemons listen on `address`, and its clients connect from it. */
  host(address: string): Transport {
    return new MemoryTransport(this, address);
  }

  schedule(work: () => void): void {
    if (this.#latencyMs > 0) this.environment.setTimeout(work, this.#latencyMs);
    else this.environment.setImmediate(work);
  }

  nextTick(work: () => void): void {
    this.environment.nextTick(work);
  }

  /** An unused port. */
  newPort(): number {
    this.#lastPort += 1;
    return this.#lastPort;
  }

  /** @throws {CommunicationError} when the address is in use. */
  listen(location: Location, handlers: ListenHandlers): Listener {
    const text = locationText(location);
    if (this.#listeners.has(text)) {
      throw new CommunicationError(`cannot listen on ${text}: the address is already in use`, {
        code: "PYRO_CANNOT_LISTEN",
      });
    }
    const listener = new MemoryListener(location, handlers, () => this.#listeners.delete(text));
    this.#listeners.set(text, listener);
    return listener;
  }

  /** Connects, and returns the client's end; undefined when nothing listens at the location. */
  connect(from: Location, to: Location): MemoryConnection | undefined {
    const listener = this.#listeners.get(locationText(to));
    if (listener === undefined) return undefined;
    const client = new MemoryConnection(this, from, locationText(to));
    const server = new MemoryConnection(this, to, locationText(from));
    MemoryConnection.pair(client, server);
    listener.accept(server);
    return client;
  }
}

class MemoryListener implements Listener {
  readonly location: Location;
  readonly #handlers: ListenHandlers;
  readonly #remove: () => void;
  readonly #connections = new Set<MemoryConnection>();
  readonly #idle = Promise.withResolvers<void>();
  #closed = false;

  constructor(location: Location, handlers: ListenHandlers, remove: () => void) {
    this.location = location;
    this.#handlers = handlers;
    this.#remove = remove;
  }

  accept(connection: MemoryConnection): void {
    this.#connections.add(connection);
    connection.whenClosed(() => {
      this.#connections.delete(connection);
      this.#checkIdle();
    });
    this.#handlers.onConnection(connection);
  }

  close(): Promise<void> {
    this.#remove();
    this.#closed = true;
    this.#checkIdle();
    return this.#idle.promise;
  }

  #checkIdle(): void {
    if (this.#closed && this.#connections.size === 0) this.#idle.resolve();
  }

  /** Nothing to close: connections are passed on as soon as they are accepted. */
  destroy(): void {}
}

class MemoryTransport implements Transport {
  readonly #network: MemoryNetwork;
  readonly #address: string;

  constructor(network: MemoryNetwork, address: string) {
    this.#network = network;
    this.#address = address;
  }

  format(location: Location): string {
    return locationText(location);
  }

  parse(text: string): Location {
    return parseLocation(text);
  }

  dial(location: Location, { timeoutMs, signal }: DialOptions): Promise<Connection> {
    const { environment } = this.#network;
    const from: Location = { kind: "tcp", host: this.#address, port: this.#network.newPort() };
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      let timer: Timer | undefined;
      let settled = false;
      const settle = (finish: () => void): void => {
        if (settled) return;
        settled = true;
        environment.clearTimer(timer);
        signal?.removeEventListener("abort", abort);
        finish();
      };
      const abort = (): void => settle(() => reject(signal?.reason as Error));
      signal?.addEventListener("abort", abort, { once: true });
      if (timeoutMs > 0) {
        const text = `cannot connect to ${locationText(location)}: no answer within ${timeoutMs} ms`;
        timer = environment.setTimeout(
          () => settle(() => reject(new TimeoutError(text, { code: "PYRO_CONNECT_TIMEOUT" }))),
          timeoutMs,
        );
      }
      this.#network.schedule(() => {
        if (settled) return;
        const connection = this.#network.connect(from, location);
        settle(() => {
          if (connection !== undefined) return resolve(connection);
          const text = `cannot connect to ${locationText(location)}: connection refused`;
          reject(new CommunicationError(text, { code: "PYRO_CANNOT_CONNECT" }));
        });
      });
    });
  }

  async listen(location: Location, handlers: ListenHandlers): Promise<Listener> {
    const port = location.kind === "tcp" && location.port > 0 ? location.port : this.#network.newPort();
    return this.#network.listen({ kind: "tcp", host: this.#address, port }, handlers);
  }
}
