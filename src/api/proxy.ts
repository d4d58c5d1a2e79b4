import type { Duplex } from "node:stream";
import { SERIALIZERS } from "../base/serializer-names.ts";
import type { Contract } from "../contract/contract.ts";
import { resolve } from "../naming/resolve.ts";
import type { Resolver } from "../proxy/call-settings.ts";
import { createProxy } from "../proxy/js-proxy.ts";
import { type ProxyOptions, remoteOptions } from "../proxy/proxy-options.ts";
import type { Remote } from "../proxy/remote-type.ts";
import { makeProxiesWith, type ProxyState } from "../values/proxy-state.ts";
import { URI } from "../values/uri.ts";

/**
 * A remote object, by its URI: `PYRO:id@host:port`, or `PYRONAME:name` to be looked up in a name server.
 *
 *     const warehouse = proxy<Warehouse>("PYRONAME:example.warehouse", warehouseContract);
 *     await warehouse.take("Janet", "couch");
 *
 * With `socket`, the id alone is enough: the connection leads to its daemon.
 *
 * Nothing is sent before the first call, which connects. With a contract the names are TypeScript's, and checked at
 * once; without one they are the wire's, and checked against the server's metadata before the call is sent.
 *
 * @throws {PyroError} code PYRO_URI for text that is no URI.
 */
export function proxy<T>(uri: URI | string, contract: Contract<T>, options?: ProxyOptions): Remote<T>;
// biome-ignore lint/suspicious/noExplicitAny: a proxy without types takes every name
export function proxy<T = any>(uri: URI | string, options?: ProxyOptions): Remote<T>;
export function proxy<T>(uri: URI | string, second?: Contract<T> | ProxyOptions, third?: ProxyOptions): Remote<T> {
  const contract = second !== undefined && "methods" in second ? (second as Contract<T>) : undefined;
  const options = (contract === undefined ? (second as ProxyOptions | undefined) : third) ?? {};
  const { tls, hmacKey, socket } = options;
  const usual = tls === undefined && hmacKey === undefined;
  const resolver: Resolver = usual ? resolve : (named, how) => resolve(named, { ...how, tls, hmacKey });
  return createProxy(uriOf(uri, socket), contract, remoteOptions(options, resolver));
}

/** With a connection at hand, the object's id is enough, as in Python. */
function uriOf(uri: URI | string, socket: Duplex | undefined): URI {
  if (socket === undefined || uri instanceof URI || /^pyro[a-z]*:/i.test(uri)) return URI.parse(uri);
  return URI.parse(`PYRO:${uri}@<<connected-socket>>:0`);
}

/** A proxy that arrived in a value: as it was over there, its metadata known already. */
function arrivedProxy(state: ProxyState): object {
  const serializer = SERIALIZERS.find((one) => one === state.serializer);
  const options = { handshake: state.handshake, ...(serializer === undefined ? {} : { serializer }) };
  const known = state.methods.size + state.attrs.size > 0 ? state : undefined;
  return createProxy(state.uri, undefined, remoteOptions(options, resolve), known) as object;
}

makeProxiesWith(arrivedProxy);
