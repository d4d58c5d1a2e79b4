import type { Duplex } from "node:stream";
import type { Environment } from "../base/environment.ts";
import { configurationOf } from "../config/config.ts";
import { NetTransport, type TlsSides, TlsTransport } from "./net-transports.ts";
import { SocketTransport } from "./socket-transport.ts";
import { type ClientTlsOptions, clientTls, type ServerTlsOptions, serverTls } from "./tls-options.ts";
import type { Transport } from "./transport.ts";
import { type SslItems, transportItems } from "./transport-config.ts";

/** The options that select a transport. */
interface Options<Tls> {
  readonly transport?: Transport | undefined;
  readonly socket?: Duplex | undefined;
  readonly tls?: Tls | boolean | undefined;
  readonly environment: Environment;
}

/** The transport of a client. @throws {PyroError} code PYRO_TLS_OPTIONS or PYRO_CONFIG, for invalid certificates. */
export function clientTransport(options: Options<ClientTlsOptions>): Transport {
  return select(options, (ssl) => ({ client: clientTls(options.tls, ssl) }));
}

/** The transport of a daemon. Throws like `clientTransport`. */
export function serverTransport(options: Options<ServerTlsOptions>): Transport {
  return select(options, (ssl) => ({ server: serverTls(options.tls, ssl) }));
}

function select({ transport, socket, environment }: Options<unknown>, tlsOf: (ssl: SslItems) => TlsSides): Transport {
  if (transport !== undefined) return transport;
  if (socket !== undefined) return new SocketTransport(socket, (work) => environment.setImmediate(work));
  const { ssl, preferIpVersion, noDelay } = transportItems(configurationOf(environment).current);
  const sockets = new NetTransport({ ipVersion: preferIpVersion, noDelay, environment });
  const tls = tlsOf(ssl);
  return tls.client === undefined && tls.server === undefined ? sockets : new TlsTransport(sockets, tls);
}
