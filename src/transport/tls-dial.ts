import { isIP, type NetConnectOpts } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { Location } from "./location.ts";
import { nodeTls } from "./node-tls.ts";
import type { ClientTls } from "./tls-options.ts";

/** The host name that the server's certificate must have: `localhost` for Unix sockets. */
function hostOf(location: Location, tls: ClientTls): string {
  const host = tls.servername ?? (location.kind === "tcp" ? location.host : "localhost");
  return host.replace(/%.*$/, ""); // the zone of an IPv6 address is a local interface, not part of the host
}

/** A socket that connects and does the TLS handshake. "secureConnect" is emitted when the certificate is accepted. */
export function secureSocket(location: Location, address: NetConnectOpts, tls: ClientTls, noDelay: boolean): TLSSocket {
  const host = hostOf(location, tls);
  const options: ConnectionOptions = {
    ...(address as ConnectionOptions),
    secureContext: tls.context,
    // Always set, so that NODE_TLS_REJECT_UNAUTHORIZED has no effect.
    rejectUnauthorized: tls.rejectUnauthorized,
    checkServerIdentity: (_name, certificate) => nodeTls().checkServerIdentity(host, certificate),
    // TLS does not allow IP addresses as server names.
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
  const socket = nodeTls().connect(options);
  return socket.once("connect", () => socket.setNoDelay(noDelay).setKeepAlive(true));
}
