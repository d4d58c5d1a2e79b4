/** Operations on a proxy. They are functions, because all member names of a proxy belong to the remote object. */

import { sleep } from "../base/environment.ts";
import { CommunicationError, ConnectionClosedError } from "../base/errors.ts";
import type { Contract } from "../contract/contract.ts";
import type { Metadata } from "../session/metadata.ts";
import type { Location } from "../transport/location.ts";
import type { URI } from "../values/uri.ts";
import type { CallSettings } from "./call-settings.ts";
import { createJsProxy } from "./js-proxy.ts";
import { isRemote, ProxyTarget, proxyTargetOf } from "./proxy-target.ts";
import { RemoteConnection } from "./remote-connection.ts";
import type { Remote } from "./remote-type.ts";

/** The connection of a proxy, with its metadata and protocol version. */
export function remoteConnectionOf(remote: object): RemoteConnection {
  return proxyTargetOf(remote).connection;
}

/** The URI of a proxy: the one that it was made with, or the resolved one after `bind`. */
export function uriOf(remote: object): URI {
  return proxyTargetOf(remote).connection.uri;
}

/** Connects now instead of with the first call. */
export function connect(remote: object): Promise<void> {
  const { connection, settings } = proxyTargetOf(remote);
  return connection.connect(settings);
}

/** Closes a proxy's connection. The next call opens a new one. */
export function release(remote: object): Promise<void> {
  return proxyTargetOf(remote).connection.release();
}

/**
 * Returns a proxy of the same object over the same connection, whose calls use other settings:
 *
 *     await withOptions(warehouse, { timeoutMs: 500, signal }).take("Janet", "couch");
 */
export function withOptions<R extends object>(remote: R, settings: CallSettings): R {
  const target = proxyTargetOf(remote);
  return createJsProxy(
    new ProxyTarget(target.connection, target.contract, { ...target.settings, ...settings }),
  ) as unknown as R;
}

/** Reads a remote attribute by its TypeScript name. */
export function getAttribute(remote: object, name: string): Promise<unknown> {
  const target = proxyTargetOf(remote);
  return target.connection.getAttribute(target.wireName(name), target.settings);
}

/** Writes a remote attribute by its TypeScript name. */
export function setAttribute(remote: object, name: string, value: unknown): Promise<void> {
  const target = proxyTargetOf(remote);
  return target.connection.setAttribute(target.wireName(name), value, target.settings);
}

/** Returns a proxy of the same object over the same connection, with the names and types of a contract. */
export function typed<T>(remote: object, contract: Contract<T>): Remote<T> {
  const target = proxyTargetOf(remote);
  return createJsProxy(new ProxyTarget(target.connection, contract as Contract, target.settings));
}

/**
 * Returns a proxy of the same object with the same settings and a separate connection (Python's `copy.copy(proxy)`).
 */
export function copyOf<R extends object>(remote: R): R {
  const target = proxyTargetOf(remote);
  const { uri, settings, metadata } = target.connection;
  return createJsProxy(
    new ProxyTarget(new RemoteConnection(uri, settings, metadata), target.contract, target.settings),
  ) as unknown as R;
}

/** Returns whether both are proxies with equal URIs, as Python compares proxies. */
export function sameRemote(one: unknown, other: unknown): boolean {
  return isRemote(one) && isRemote(other) && uriOf(one as object).equals(uriOf(other as object));
}

/** Connects now, and replaces a PYRONAME or PYROMETA URI by the URI that it resolves to now (Pyro's `_pyroBind`). */
export function bind(remote: object): Promise<void> {
  const { connection, settings } = proxyTargetOf(remote);
  return connection.bind(settings);
}

/** Requests what the remote object exposes now, as names on the wire. */
export function metadataOf(remote: object): Promise<Metadata> {
  const { connection, settings } = proxyTargetOf(remote);
  return connection.fetchMetadata(settings);
}

/** The local address of a proxy's connection; undefined if it is not connected. */
export function localAddressOf(remote: object): Location | undefined {
  return proxyTargetOf(remote).connection.session?.localAddress;
}

export interface ReconnectOptions {
  /** The maximum number of tries. Default: no limit. */
  readonly tries?: number;
  /** Milliseconds between tries. Default 2,000, as in Pyro. */
  readonly delayMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Closes the connection and opens a new one, with retries (Pyro's `_pyroReconnect`).
 *
 * @throws {ConnectionClosedError} `failed to reconnect`, with the last error as its cause.
 */
export async function reconnect(remote: object, options: ReconnectOptions = {}): Promise<void> {
  const { tries = Number.POSITIVE_INFINITY, delayMs = 2_000, signal } = options;
  const { connection, settings } = proxyTargetOf(remote);
  await connection.release();
  let cause: unknown;
  for (let remainingTries = tries; remainingTries > 0; remainingTries--) {
    try {
      return await connection.connect(settings);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof CommunicationError)) throw error;
      cause = error;
    }
    if (remainingTries > 1) await sleep(connection.settings.environment, delayMs, signal);
  }
  throw new ConnectionClosedError("failed to reconnect", { cause });
}
