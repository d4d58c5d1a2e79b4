import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { createServer, isIP, type Server } from "node:net";
import { type Environment, processEnvironment } from "../base/environment.ts";
import { CommunicationError } from "../base/errors.ts";
import { type Location, locationText } from "./location.ts";
import { type OnConnection, type OnError, TlsGate } from "./tls-listen.ts";
import type { ServerTls } from "./tls-options.ts";
import type { Listener } from "./transport.ts";
import type { IpVersion } from "./transport-config.ts";
import { badPath, removeStale } from "./unix-socket.ts";

/** A listener on a port or a socket file. */
export interface ServerListener extends Listener {
  readonly server: Server;
}

export interface ListenOptions {
  /** Undefined: no TLS. */
  readonly tls?: ServerTls | undefined;
  /** Milliseconds for the TLS handshake of a client; 0: no limit. Default: 0. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** The address of a host name to use. Default: an IPv4 address if there is one. */
  readonly ipVersion?: IpVersion | undefined;
  /** Send small messages immediately (TCP_NODELAY). Default: true. */
  readonly noDelay?: boolean | undefined;
  /** The maximum number of connections that the system queues until they are accepted. Default: 511 (Pyro: 100). */
  readonly backlog?: number | undefined;
  /** Default: this process. */
  readonly environment?: Environment | undefined;
}

/** IPv4 first, because Python clients resolve `localhost` to 127.0.0.1 (PREFER_IP_VERSION 4). */
async function addressOf(host: string, ipVersion: IpVersion = 4): Promise<string> {
  if (host === "") return ipVersion === 6 ? "::" : "0.0.0.0";
  if (isIP(host) !== 0) return host;
  const preference = ipVersion === 6 ? ({ family: 6 } as const) : { order: ipVersion === 4 ? "ipv4first" : "verbatim" };
  const addresses = await lookup(host, { all: true, ...(preference as { order: "ipv4first" | "verbatim" }) });
  return addresses[0]?.address ?? host;
}

function cannotListen(location: Location, reason: string, cause?: unknown): CommunicationError {
  return new CommunicationError(`cannot listen on ${locationText(location)}: ${reason}`, {
    code: "PYRO_CANNOT_LISTEN",
    cause,
  });
}

/**
 * Listens on a location and passes each new connection to `onConnection`; with TLS, after its handshake. Failed accepts
 * (too many open files) and failed TLS handshakes are passed to `onError`; listening continues. A stale Unix socket
 * file is removed.
 *
 * @throws {CommunicationError} code PYRO_CANNOT_LISTEN, when the address is in use or does not belong to this machine.
 */
export async function listen(
  requested: Location,
  onConnection: OnConnection,
  onError: OnError,
  options: ListenOptions = {},
): Promise<ServerListener> {
  const { tls, noDelay = true, backlog = 511, handshakeTimeoutMs = 0, environment = processEnvironment } = options;
  // URIs have brackets around IPv6 addresses: `[::1]`.
  const location =
    requested.kind === "tcp" ? { ...requested, host: requested.host.replace(/^\[(.*)\]$/, "$1") } : requested;
  const gate =
    tls === undefined
      ? undefined
      : new TlsGate({ tls, timeoutMs: handshakeTimeoutMs, environment, onConnection, onError });
  const server = createServer({ noDelay, keepAlive: true }, (socket) =>
    gate === undefined ? onConnection(socket) : gate.accept(socket),
  );
  const bind = (where: { path: string } | { host: string; port: number }): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ ...where, backlog }, () => {
        server.removeListener("error", reject);
        resolve();
      });
    });
  try {
    if (location.kind === "tcp") {
      await bind({ host: await addressOf(location.host, options.ipVersion), port: location.port });
    } else {
      const { path } = location;
      const bad = badPath(path);
      if (bad !== undefined) throw cannotListen(location, bad);
      await bind({ path }).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== "EADDRINUSE" || !(await removeStale(path))) throw error;
        await bind({ path });
      });
    }
  } catch (cause) {
    if (cause instanceof CommunicationError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const reasons: Record<string, string> = {
      EADDRINUSE:
        location.kind === "tcp"
          ? "the address is already in use; stop the other program or choose another port"
          : "another program listens on it, or the file is not a socket",
      EADDRNOTAVAIL: "this machine has no such address",
      EACCES: location.kind === "tcp" ? "permission denied" : "permission denied, or the directory does not exist",
      ENOTFOUND:
        options.ipVersion === 6
          ? "unknown host name, or it has no IPv6 address"
          : "unknown host name; check the spelling and DNS",
    };
    throw cannotListen(location, reasons[code] ?? code, cause);
  }
  server.on("error", onError);
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const close = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    gate?.close();
    await closed;
  };
  const destroy = (): void => gate?.destroy();
  return { server, location: location.kind === "tcp" ? { ...location, port } : location, close, destroy };
}
