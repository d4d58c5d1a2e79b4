import { inspect } from "node:util";
import type { Contract } from "../contract/contract.ts";
import type { CallSettings } from "./call-settings.ts";
import type { RemoteObject } from "./remote-connection.ts";

/** What stands behind a `Remote<T>`: the shared engine, and the contract and settings of this view of it. */
export class View {
  readonly object: RemoteObject;
  readonly contract: Contract | undefined;
  readonly settings: CallSettings;
  readonly members: Map<string | symbol, unknown> = new Map();

  constructor(object: RemoteObject, contract: Contract | undefined, settings: CallSettings) {
    this.object = object;
    this.contract = contract;
    this.settings = settings;
    // An own closure: inspect calls it with the proxy as `this`, whose members are the remote ones.
    Object.defineProperty(this, inspect.custom, { value: () => this.describe(), configurable: true });
  }

  describe(): string {
    return `Remote <${this.object.uri}>`;
  }

  /** A member's name on the wire. */
  wireName(name: string): string {
    return this.contract?.methods.get(name)?.signature.name ?? this.contract?.attrs.get(name) ?? name;
  }
}

const views = new WeakMap<object, View>();

export function keepView(shown: object, view: View): void {
  views.set(shown, view);
}

/** Whether a value is a proxy of a remote object. */
export function isRemote(value: unknown): boolean {
  return typeof value === "object" && value !== null && views.has(value);
}

/** @throws {TypeError} for what is no proxy. */
export function viewOf(remote: object): View {
  const view = views.get(remote);
  if (view === undefined) throw new TypeError("not a proxy of a remote object");
  return view;
}
