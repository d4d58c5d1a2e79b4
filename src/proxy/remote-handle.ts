import { sleep } from "../base/environment.ts";
import { CommunicationError, ConnectionClosedError } from "../base/errors.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import type { Contract } from "../contract/contract.ts";
import type { Metadata } from "../session/metadata.ts";
import type { Location } from "../transport/location.ts";
import type { URI } from "../values/uri.ts";
import {
  type BatchOptions,
  type BatchResults,
  type Queued,
  type Queueing,
  type ResultsOf,
  sendBatch,
} from "./batch.ts";
import type { CallSettings } from "./call-settings.ts";
import { createJsProxy } from "./js-proxy.ts";
import { isRemote, ProxyTarget, proxyTargetOf } from "./proxy-target.ts";
import { Member, RemoteConnection } from "./remote-connection.ts";
import type { Remote } from "./remote-type.ts";

/** How often `RemoteHandle.reconnect` tries, and how long it waits in between. */
export interface ReconnectOptions {
  /** The maximum number of attempts. Default: no limit. */
  readonly tries?: number;
  /** Milliseconds between attempts. Default 2,000, as in Pyro. */
  readonly delayMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * What can be done with a remote object beside calling its members. All names of a proxy belong to the remote object, so
 * these operations are on a handle: `remote(warehouse).uri`, `await remote(warehouse).release()`.
 */
export class RemoteHandle<R extends object = object> {
  readonly #target: ProxyTarget;

  /** See `remote`. */
  constructor(target: ProxyTarget) {
    this.#target = target;
  }

  /** The URI that the proxy was made with, or the resolved one after `bind`. */
  get uri(): URI {
    return this.#target.connection.uri;
  }

  /** The server's version of Pyro; undefined before the first connection. */
  get protocol(): PyroVersion | undefined {
    return this.#target.connection.protocol;
  }

  /** The names that the object exposed when the proxy connected last; undefined before the first connection. */
  get metadata(): Metadata | undefined {
    return this.#target.connection.metadata;
  }

  /** This side's address of the connection; undefined if the proxy is not connected. */
  get localAddress(): Location | undefined {
    return this.#target.connection.session?.localAddress;
  }

  /** Connects now instead of with the first call. */
  connect(): Promise<void> {
    return this.#target.connection.connect(this.#target.settings);
  }

  /** Closes the connection. The next call opens a new one. */
  release(): Promise<void> {
    return this.#target.connection.release();
  }

  /** Connects now, and replaces a PYRONAME or PYROMETA URI by the URI that it resolves to now (Pyro's `_pyroBind`). */
  bind(): Promise<void> {
    return this.#target.connection.bind(this.#target.settings);
  }

  /**
   * Closes the connection and opens a new one, with as many attempts as necessary (Pyro's `_pyroReconnect`).
   *
   * @throws {ConnectionClosedError} `failed to reconnect`, with the last error as its cause.
   */
  async reconnect(options: ReconnectOptions = {}): Promise<void> {
    const { tries = Number.POSITIVE_INFINITY, delayMs = 2_000, signal } = options;
    const { connection, settings } = this.#target;
    await connection.release();
    let cause: unknown;
    for (let triesLeft = tries; triesLeft > 0; triesLeft--) {
      try {
        return await connection.connect(settings);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof CommunicationError)) throw error;
        cause = error;
      }
      if (triesLeft > 1) await sleep(connection.settings.environment, delayMs, signal);
    }
    throw new ConnectionClosedError("failed to reconnect", { cause });
  }

  /** Requests the names that the object exposes now from its daemon. */
  fetchMetadata(): Promise<Metadata> {
    return this.#target.connection.fetchMetadata(this.#target.settings);
  }

  /**
   * A proxy of the same object over the same connection, whose calls use other settings:
   *
   *     await remote(warehouse).with({ timeoutMs: 500, signal }).take("Janet", "couch");
   */
  with(settings: CallSettings): R {
    const { connection, contract, settings: before } = this.#target;
    return createJsProxy(new ProxyTarget(connection, contract, { ...before, ...settings })) as unknown as R;
  }

  /** A proxy of the same object over the same connection, with the names and types of a contract. */
  as<T>(contract: Contract<T>): Remote<T> {
    return createJsProxy(new ProxyTarget(this.#target.connection, contract as Contract, this.#target.settings));
  }

  /** A proxy of the same object with the same settings and a connection of its own (Python's `copy.copy(proxy)`). */
  copy(): R {
    const { connection, contract, settings } = this.#target;
    const own = new RemoteConnection(connection.uri, connection.settings, connection.metadata);
    return createJsProxy(new ProxyTarget(own, contract, settings)) as unknown as R;
  }

  /** Whether the other value is a proxy with an equal URI, as Python compares proxies. */
  equals(other: unknown): boolean {
    return isRemote(other) && this.uri.equals(proxyTargetOf(other as object).connection.uri);
  }

  /** Reads a remote attribute by its TypeScript name. */
  getAttribute(name: string): Promise<unknown> {
    const { connection, settings } = this.#target;
    return connection.getAttribute(this.#target.wireName(name), settings);
  }

  /** Writes a remote attribute by its TypeScript name. */
  setAttribute(name: string, value: unknown): Promise<void> {
    const { connection, settings } = this.#target;
    return connection.setAttribute(this.#target.wireName(name), value, settings);
  }

  /** Python's `len(remote)`. */
  async length(): Promise<number> {
    return Number(await this.#callByName("__len__"));
  }

  /** Python's `remote[key]`. */
  getItem(key: unknown): Promise<unknown> {
    return this.#callByName("__getitem__", key);
  }

  /** Python's `remote[key] = value`. */
  async setItem(key: unknown, value: unknown): Promise<void> {
    await this.#callByName("__setitem__", key, value);
  }

  /** Python's `del remote[key]`. */
  async deleteItem(key: unknown): Promise<void> {
    await this.#callByName("__delitem__", key);
  }

  /** Python's `value in remote`, if the object exposes `__contains__`. */
  async contains(value: unknown): Promise<boolean> {
    return Boolean(await this.#callByName("__contains__", value));
  }

  /**
   * Sends many calls in one message. The server runs them in order, and stops at the first that fails.
   *
   *     const results = await remote(calc).batch((calls) => [calls.add(1, 2), calls.divide(4, 2)]);
   *     const [sum, quotient] = results.all();
   *
   * The results are in the order of the calls that `build` returns. If it returns nothing, they are in the order of all
   * calls. With `oneway` there are no results, and the promise resolves when the batch is sent. `raw` is ignored.
   *
   * @throws {AttributeError} if a method is not exposed. The calls before it have run.
   */
  batch<const Calls extends readonly Queued<unknown>[]>(
    build: (calls: Queueing<R>) => Calls,
    options?: BatchOptions & { readonly oneway?: false },
  ): Promise<BatchResults<ResultsOf<Calls> extends readonly unknown[] ? ResultsOf<Calls> : unknown[]>>;
  batch(
    build: (calls: Queueing<R>) => void,
    options?: BatchOptions & { readonly oneway?: false },
  ): Promise<BatchResults>;
  batch(build: (calls: Queueing<R>) => unknown, options: BatchOptions & { readonly oneway: true }): Promise<undefined>;
  batch(build: (calls: never) => unknown, options: BatchOptions = {}): Promise<BatchResults | undefined> {
    return sendBatch(this.#target, build, options);
  }

  #callByName(method: string, ...args: unknown[]): Promise<unknown> {
    return this.#target.connection.call(new Member(method, false), args, this.#target.settings);
  }
}

/**
 * The handle of a remote object: its URI and metadata, connecting, releasing, calls with other settings, batches.
 *
 * @throws {TypeError} for a value that is not a proxy of a remote object.
 */
export function remote<R extends object>(proxy: R): RemoteHandle<R> {
  return new RemoteHandle<R>(proxyTargetOf(proxy));
}
