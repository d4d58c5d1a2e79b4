import { isIP, type NetConnectOpts } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { Location } from "./location.ts";
import { nodeTls } from "./node-tls.ts";
import type { ClientTls } from "./tls-options.ts";

/** The host that a certificate must be for: a Unix socket's is this machine. */
function hostOf(location: Location, tls: ClientTls): string {
  const host = tls.servername ?? (location.kind === "tcp" ? location.host : "localhost");
  return host.replace(/%.*$/, ""); // an address's zone says which cable, not who is there
}

/** A socket that connects and shakes hands; "secureConnect" tells that the server is the one it should be. */
export function secureSocket(location: Location, where: NetConnectOpts, tls: ClientTls, noDelay: boolean): TLSSocket {
  const host = hostOf(location, tls);
  const options: ConnectionOptions = {
    ...(where as ConnectionOptions),
    secureContext: tls.context,
    // Said always: NODE_TLS_REJECT_UNAUTHORIZED must not decide.
    rejectUnauthorized: tls.rejectUnauthorized,
    checkServerIdentity: (_name, certificate) => nodeTls().checkServerIdentity(host, certificate),
    // TLS has no names that are addresses.
    ...(isIP(host) === 0 ? { servername: host } : {}),
  };
  const socket = nodeTls().connect(options);
  return socket.once("connect", () => socket.setNoDelay(noDelay).setKeepAlive(true));
}
