import { inspect } from "node:util";
import type { Contract } from "../contract/contract.ts";
import type { CallSettings } from "./call-settings.ts";
import type { RemoteConnection } from "./remote-connection.ts";

/** The state behind one `Remote<T>`: its connection, which proxies can share, and its contract and call settings. */
export class ProxyTarget {
  readonly connection: RemoteConnection;
  readonly contract: Contract | undefined;
  readonly settings: CallSettings;
  readonly members: Map<string | symbol, unknown> = new Map();

  constructor(connection: RemoteConnection, contract: Contract | undefined, settings: CallSettings) {
    this.connection = connection;
    this.contract = contract;
    this.settings = settings;
    // A closure, because inspect calls it with the proxy as `this`, whose members are remote.
    Object.defineProperty(this, inspect.custom, { value: () => this.describe(), configurable: true });
  }

  describe(): string {
    return `Remote <${this.connection.uri}>`;
  }

  /** A member's name on the wire. */
  wireName(name: string): string {
    return this.contract?.methods.get(name)?.signature.name ?? this.contract?.attrs.get(name) ?? name;
  }
}

const targets = new WeakMap<object, ProxyTarget>();

export function rememberTarget(proxy: object, target: ProxyTarget): void {
  targets.set(proxy, target);
}

/** Returns whether a value is a proxy. */
export function isRemote(value: unknown): boolean {
  return typeof value === "object" && value !== null && targets.has(value);
}

/** @throws {TypeError} for a value that is not a proxy. */
export function proxyTargetOf(remote: object): ProxyTarget {
  const target = targets.get(remote);
  if (target === undefined) throw new TypeError("not a proxy of a remote object");
  return target;
}
