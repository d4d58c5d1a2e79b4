/** What can be done with a proxy beside calling: functions, as every name of its own is the remote object's. */

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

/** The remote object behind a proxy: its metadata, its version, its connection. */
export function remoteConnectionOf(remote: object): RemoteConnection {
  return proxyTargetOf(remote).connection;
}

/** The URI that a proxy was made with. */
export function uriOf(remote: object): URI {
  return proxyTargetOf(remote).connection.uri;
}

/** Connects now rather than with the first call; its metadata is known afterwards. */
export function connect(remote: object): Promise<void> {
  const { connection, settings } = proxyTargetOf(remote);
  return connection.connect(settings);
}

/** Closes a proxy's connection; the next call opens another. */
export function release(remote: object): Promise<void> {
  return proxyTargetOf(remote).connection.release();
}

/**
 * The same remote object over the same connection, with other settings for the calls made through it:
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

/** The same remote object over the same connection, under the names and types of a contract. */
export function typed<T>(remote: object, contract: Contract<T>): Remote<T> {
  const target = proxyTargetOf(remote);
  return createJsProxy(new ProxyTarget(target.connection, contract as Contract, target.settings));
}

/** A proxy of the same object with the same settings, and a connection of its own (Python's `copy.copy(proxy)`). */
export function copyOf<R extends object>(remote: R): R {
  const target = proxyTargetOf(remote);
  const { uri, settings, metadata } = target.connection;
  return createJsProxy(
    new ProxyTarget(new RemoteConnection(uri, settings, metadata), target.contract, target.settings),
  ) as unknown as R;
}

/** Whether both are proxies of the same object: of equal URIs, as Python compares them. */
export function sameRemote(one: unknown, other: unknown): boolean {
  return isRemote(one) && isRemote(other) && uriOf(one as object).equals(uriOf(other as object));
}

/** Connects now, and stays with the object that a PYRONAME or PYROMETA stands for at this moment. */
export function bind(remote: object): Promise<void> {
  const { connection, settings } = proxyTargetOf(remote);
  return connection.bind(settings);
}

/** What the remote object exposes, by its names on the wire: asked anew. */
export function metadataOf(remote: object): Promise<Metadata> {
  const { connection, settings } = proxyTargetOf(remote);
  return connection.freshMetadata(settings);
}

/** This side's address of a proxy's connection; undefined while there is none. */
export function localAddressOf(remote: object): Location | undefined {
  return proxyTargetOf(remote).connection.session?.localAddress;
}

/** How often, and for how long, `reconnect` tries. */
export interface ReconnectOptions {
  /** How often it is tried. Default: until it works. */
  readonly tries?: number;
  /** Milliseconds between tries. Default 2,000, as in Pyro. */
  readonly delayMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Closes the connection and opens another, trying again until it works (Pyro's `_pyroReconnect`).
 *
 * @throws {ConnectionClosedError} `failed to reconnect`, with the last reason as its cause.
 */
export async function reconnect(remote: object, options: ReconnectOptions = {}): Promise<void> {
  const { tries = Number.POSITIVE_INFINITY, delayMs = 2_000, signal } = options;
  const { connection, settings } = proxyTargetOf(remote);
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
