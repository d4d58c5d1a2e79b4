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
 * Creates a proxy of a remote object from a URI: `PYRO:id@host:port`, or `PYRONAME:name` for a name server lookup.
 *
 *     const warehouse = proxy<Warehouse>("PYRONAME:example.warehouse", warehouseContract);
 *     await warehouse.take("Janet", "couch");
 *
 * With the option `socket`, the object id is enough, because the socket is connected to the daemon.
 *
 * The first call connects. With a contract, members have their TypeScript names and are checked immediately. Without
 * one, members have their names on the wire and are checked against the server's metadata before a call is sent.
 *
 * @throws {PyroError} code PYRO_URI for an invalid URI.
 */
export function proxy<T>(uri: URI | string, contract: Contract<T>, options?: ProxyOptions): Remote<T>;
// biome-ignore lint/suspicious/noExplicitAny: a proxy without types has every name
export function proxy<T = any>(uri: URI | string, options?: ProxyOptions): Remote<T>;
export function proxy<T>(uri: URI | string, second?: Contract<T> | ProxyOptions, third?: ProxyOptions): Remote<T> {
  const contract = second !== undefined && "methods" in second ? (second as Contract<T>) : undefined;
  const options = (contract === undefined ? (second as ProxyOptions | undefined) : third) ?? {};
  return createProxy(uriOf(uri, options.socket), contract, settingsOf(options));
}

function settingsOf(options: ProxyOptions): ProxySettings {
  return proxySettings(options, resolverFor(options), proxyMaker(options));
}

/** The resolver connects to name servers with the connection options of the proxy. */
function resolverFor(options: ProxyOptions): Resolver {
  return (uri, limits) => resolve(uri, { ...connectionOptions(options), ...limits });
}

/** With a socket, the object id is enough, as in Python. */
function uriOf(uri: URI | string, socket: Duplex | undefined): URI {
  if (socket === undefined || uri instanceof URI || /^pyro[a-z]*:/i.test(uri)) return URI.parse(uri);
  return URI.parse(`PYRO:${uri}@<<connected-socket>>:0`);
}

/** Received proxies use the default connection options, not those of the connection that they were received on. */
const makeProxy: ProxyMaker = proxyMakerIn({});

/** Returns the maker of received proxies. It is shared, unless the options have an environment or a transport. */
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
