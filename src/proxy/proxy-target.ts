import { inspect } from "node:util";
import type { Contract } from "../contract/contract.ts";
import type { CallSettings } from "./call-settings.ts";
import type { RemoteConnection } from "./remote-connection.ts";

/** What stands behind a `Remote<T>`: the shared engine, and the contract and settings of this target of it. */
export class ProxyTarget {
  readonly connection: RemoteConnection;
  readonly contract: Contract | undefined;
  readonly settings: CallSettings;
  readonly members: Map<string | symbol, unknown> = new Map();

  constructor(object: RemoteConnection, contract: Contract | undefined, settings: CallSettings) {
    this.connection = object;
    this.contract = contract;
    this.settings = settings;
    // An own closure: inspect calls it with the proxy as `this`, whose members are the remote ones.
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

export function rememberTarget(shown: object, target: ProxyTarget): void {
  targets.set(shown, target);
}

/** Whether a value is a proxy of a remote object. */
export function isRemote(value: unknown): boolean {
  return typeof value === "object" && value !== null && targets.has(value);
}

/** @throws {TypeError} for what is no proxy. */
export function proxyTargetOf(remote: object): ProxyTarget {
  const target = targets.get(remote);
  if (target === undefined) throw new TypeError("not a proxy of a remote object");
  return target;
}
