import type { Duplex } from "node:stream";
import type { Environment } from "../base/environment.ts";
import { configurationOf } from "../config/config.ts";
import { NetTransport, TlsTransport } from "./net-transports.ts";
import { SocketTransport } from "./socket-transport.ts";
import { type ClientTlsOptions, clientTls, type ServerTlsOptions, serverTls } from "./tls-options.ts";
import type { Transport } from "./transport.ts";
import { transportItems } from "./transport-config.ts";

/** The options that select a transport. */
interface Options<Tls> {
  readonly transport?: Transport | undefined;
  readonly socket?: Duplex | undefined;
  readonly tls?: Tls | boolean | undefined;
  readonly environment: Environment;
}

/** The transport of a client. @throws {PyroError} code PYRO_TLS_OPTIONS or PYRO_CONFIG, for invalid certificates. */
export function clientTransport({ transport, socket, tls, environment }: Options<ClientTlsOptions>): Transport {
  if (transport !== undefined) return transport;
  if (socket !== undefined) return new SocketTransport(socket, (work) => environment.setImmediate(work));
  const { ssl, preferIpVersion, noDelay } = transportItems(configurationOf(environment).current);
  const sockets = new NetTransport({ ipVersion: preferIpVersion, noDelay, environment });
  const client = clientTls(tls, ssl);
  return client === undefined ? sockets : new TlsTransport(sockets, { client });
}

/** The transport of a daemon. Throws like `clientTransport`. */
export function serverTransport({ transport, socket, tls, environment }: Options<ServerTlsOptions>): Transport {
  if (transport !== undefined) return transport;
  if (socket !== undefined) return new SocketTransport(socket, (work) => environment.setImmediate(work));
  const { ssl, preferIpVersion, noDelay } = transportItems(configurationOf(environment).current);
  const sockets = new NetTransport({ ipVersion: preferIpVersion, noDelay, environment });
  const server = serverTls(tls, ssl);
  return server === undefined ? sockets : new TlsTransport(sockets, { server });
}
