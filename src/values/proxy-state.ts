import { markNotDict } from "./py-dict.ts";
import type { URI } from "./uri.ts";

/** The state of a proxy on the wire: everything that the receiver needs to create a proxy. */
export class ProxyState {
  readonly uri: URI;
  readonly methods: ReadonlySet<string>;
  readonly oneway: ReadonlySet<string>;
  readonly attrs: ReadonlySet<string>;
  /** Pyro's default is "hello". */
  readonly handshake: unknown;
  /** The name of the serializer that the sender set for it, or null. */
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

/** Creates a proxy from a received state. It is passed to the modules that read values, which do not import proxies. */
export type ProxyMaker = (state: ProxyState) => object;

/** Keeps the state instead of creating a proxy. For programs that only forward it. */
export const keepProxyState: ProxyMaker = (state) => state;

/**
 * The objects that are sent as proxies, with a function that creates their state. They are proxies, and objects that
 * are registered in a daemon. Keyed by object, so environments that do not share the object share nothing.
 */
const travelStates = new WeakMap<object, () => ProxyState>();

/**
 * Makes `value` travel as a proxy with this state in arguments and results. This is Pyro's autoproxy (`Pyro5 5.15,
 * server.py`).
 */
export function travelAsProxy(value: object, state: () => ProxyState): void {
  travelStates.set(value, state);
  markNotDict(value);
}

/** Makes `value` travel by value again. */
export function travelByValue(value: object): void {
  travelStates.delete(value);
}

/** The state of the proxy that `value` is sent as; undefined if it is sent by value. */
export function proxyStateOf(value: object): ProxyState | undefined {
  return travelStates.get(value)?.();
}
