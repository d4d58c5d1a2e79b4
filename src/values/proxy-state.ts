import { markNotDict } from "./py-dict.ts";
import type { URI } from "./uri.ts";

/** A proxy as it travels: what the other side needs to make one of its own. */
export class ProxyState {
  readonly uri: URI;
  readonly methods: ReadonlySet<string>;
  readonly oneway: ReadonlySet<string>;
  readonly attrs: ReadonlySet<string>;
  /** Pyro's default is "hello". */
  readonly handshake: unknown;
  /** The serializer that the sender chose for it, or null. */
  readonly serializer: string | null;

  constructor(fields: ProxyState) {
    this.uri = fields.uri;
    this.methods = fields.methods;
    this.oneway = fields.oneway;
    this.attrs = fields.attrs;
    this.handshake = fields.handshake;
    this.serializer = fields.serializer;
  }
}

/** What travels as a proxy: proxies themselves, and the objects that a daemon of this process serves. */
const published = new WeakMap<object, () => ProxyState>();
let make: ((state: ProxyState) => object) | undefined;

/**
 * From now on `value`, met in an argument or a result, travels as the proxy that `state` tells of: Pyro's autoproxy
 * (`Pyro5 5.15, server.py`).
 */
export function publish(value: object, state: () => ProxyState): void {
  published.set(value, state);
  markNotDict(value);
}

/** From now on `value` travels as what it is. */
export function unpublish(value: object): void {
  published.delete(value);
}

/** The proxy that stands for a value on the wire, if one does. */
export function referenceTo(value: object): ProxyState | undefined {
  return published.get(value)?.();
}

/** Tells how a proxy is made of a state that arrived: the rooms that read states know no proxies. */
export function makeProxiesWith(maker: (state: ProxyState) => object): void {
  make = maker;
}

/** A live proxy, not connected yet; where no proxies are made, the state itself. */
export function proxyFrom(state: ProxyState): object {
  return make === undefined ? state : make(state);
}
