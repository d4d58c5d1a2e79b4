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

/** Makes a proxy from a state that arrived. Modules that read values know no proxies: they are passed one of these. */
export type ProxyMaker = (state: ProxyState) => object;

/** Leaves the state as it is. For programs that only pass it on. */
export const keepProxyState: ProxyMaker = (state) => state;

/**
 * The objects that travel as proxies, with what makes their state: proxies themselves, and objects that a daemon serves.
 * By object, so nothing is shared between programs that do not share the object.
 */
const travelStates = new WeakMap<object, () => ProxyState>();

/**
 * From now on `value` travels as the proxy that `state` describes, in arguments and in results: Pyro's autoproxy
 * (`Pyro5 5.15, server.py`).
 */
export function travelAsProxy(value: object, state: () => ProxyState): void {
  travelStates.set(value, state);
  markNotDict(value);
}

/** From now on `value` travels by value again. */
export function travelByValue(value: object): void {
  travelStates.delete(value);
}

/** The state of the proxy that `value` travels as; undefined when it travels by value. */
export function proxyStateOf(value: object): ProxyState | undefined {
  return travelStates.get(value)?.();
}
