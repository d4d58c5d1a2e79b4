import type { Duplex } from "node:stream";
import { SERIALIZERS } from "../base/serializer-names.ts";
import type { Contract } from "../contract/contract.ts";
import { resolve } from "../naming/resolve.ts";
import { createProxy } from "../proxy/js-proxy.ts";
import { type ProxyOptions, type ProxySettings, proxySettings, type Resolver } from "../proxy/proxy-options.ts";
import type { Remote } from "../proxy/remote-type.ts";
import { type ConnectionOptions, connectionOptions } from "../session/session-options.ts";
import type { ProxyMaker } from "../values/proxy-state.ts";
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
  return createProxy(uriOf(uri, options.socket), contract, settingsOf(options));
}

function settingsOf(options: ProxyOptions): ProxySettings {
  return proxySettings(options, resolverFor(options), proxyMaker(options));
}

/** Name servers are reached with the proxy's own connection options. */
function resolverFor(options: ProxyOptions): Resolver {
  return (uri, limits) => resolve(uri, { ...connectionOptions(options), ...limits });
}

/** With a socket, the object's id is enough, as in Python. */
function uriOf(uri: URI | string, socket: Duplex | undefined): URI {
  if (socket === undefined || uri instanceof URI || /^pyro[a-z]*:/i.test(uri)) return URI.parse(uri);
  return URI.parse(`PYRO:${uri}@<<connected-socket>>:0`);
}

/** Proxies that arrive in values use this program's connection options, not those of the connection they came over. */
const makeProxy: ProxyMaker = proxyMakerIn({});

/** What makes proxies that arrive: the shared one, unless the program's environment or transport is another one. */
export function proxyMaker({ environment, transport }: ConnectionOptions): ProxyMaker {
  return environment === undefined && transport === undefined ? makeProxy : proxyMakerIn({ environment, transport });
}

function proxyMakerIn(options: ConnectionOptions): ProxyMaker {
  return (state) => {
    const serializer = SERIALIZERS.find((one) => one === state.serializer);
    const metadata = state.methods.size + state.attrs.size > 0 ? state : undefined;
    const settings = settingsOf({ ...options, handshake: state.handshake, serializer });
    return createProxy(state.uri, undefined, settings, metadata) as object;
  };
}
