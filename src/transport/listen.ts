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

/** One that opened a port or a socket file for it. */
export interface ServerListener extends Listener {
  readonly server: Server;
}

export interface ListenOptions {
  /** Undefined: no TLS. */
  readonly tls?: ServerTls | undefined;
  /** Milliseconds that a client has for its TLS handshake; 0, the default: no limit. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Which address of a host name is taken. Default: an IPv4 one, if there is one. */
  readonly ipVersion?: IpVersion | undefined;
  /** Small messages leave at once. Default true. */
  readonly noDelay?: boolean | undefined;
  /** Connections that the system keeps while the program is busy. Default 511, as Node (Pyro: 100). */
  readonly backlog?: number | undefined;
  /** Default: the process's. */
  readonly environment?: Environment | undefined;
}

/** IPv4 first: Python's peers bind `localhost` to 127.0.0.1 (PREFER_IP_VERSION 4), and must meet us there. */
async function addressOf(host: string, ipVersion: IpVersion = 4): Promise<string> {
  if (host === "") return ipVersion === 6 ? "::" : "0.0.0.0";
  if (isIP(host) !== 0) return host;
  const how = ipVersion === 6 ? ({ family: 6 } as const) : { order: ipVersion === 4 ? "ipv4first" : "verbatim" };
  const found = await lookup(host, { all: true, ...(how as { order: "ipv4first" | "verbatim" }) });
  return found[0]?.address ?? host;
}

function cannotListen(location: Location, reason: string, cause?: unknown): CommunicationError {
  return new CommunicationError(`cannot listen on ${locationText(location)}: ${reason}`, {
    code: "PYRO_CANNOT_LISTEN",
    cause,
  });
}

/**
 * Listens on a location and hands each new connection to `onConnection`, over TLS when its handshake is done. A
 * connection that cannot be accepted (no file descriptors left) and a TLS handshake that fails go to `onError`; the
 * listening goes on. A Unix socket that a killed program left behind is removed.
 *
 * @throws {CommunicationError} code PYRO_CANNOT_LISTEN, when the address is taken or not this machine's.
 */
export async function listen(
  asked: Location,
  onConnection: OnConnection,
  onError: OnError,
  options: ListenOptions = {},
): Promise<ServerListener> {
  const { tls, noDelay = true, backlog = 511, handshakeTimeoutMs = 0, environment = processEnvironment } = options;
  // `[::1]`, as it stands in a URI.
  const location = asked.kind === "tcp" ? { ...asked, host: asked.host.replace(/^\[(.*)\]$/, "$1") } : asked;
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
          ? "the address is taken: another program listens there"
          : "another program listens there, or it is a file that is no socket",
      EADDRNOTAVAIL: "this machine has no such address",
      EACCES: location.kind === "tcp" ? "permission denied" : "permission denied, or there is no such folder",
      ENOTFOUND: options.ipVersion === 6 ? "host name not known, or it has no IPv6 address" : "host name not known",
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
