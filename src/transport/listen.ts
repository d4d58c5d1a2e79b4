import { lookup } from "node:dns/promises";
import { createServer, isIP, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { CommunicationError } from "../errors.ts";
import { type Location, locationText } from "./location.ts";

export interface Listening {
  readonly server: Server;
  /** What was asked for, with the port that the system chose when 0 was asked. */
  readonly location: Location;
}

/** IPv4 first: Python's peers bind `localhost` to 127.0.0.1 (PREFER_IP_VERSION 4), and must meet us there. */
async function addressOf(host: string): Promise<string> {
  if (host === "") return "0.0.0.0";
  if (isIP(host) !== 0) return host;
  const found = await lookup(host, { all: true, order: "ipv4first" });
  return found[0]?.address ?? host;
}

/**
 * Listens on a location and hands each new connection to `onConnection`. A connection that cannot be accepted (no file
 * descriptors left) goes to `onError`; the listening goes on.
 *
 * @throws {CommunicationError} code PYRO_CANNOT_LISTEN, when the address is taken or not this machine's.
 */
export async function listen(
  location: Location,
  onConnection: (socket: Socket) => void,
  onError: (error: Error) => void,
): Promise<Listening> {
  const server = createServer({ noDelay: true, keepAlive: true }, onConnection);
  try {
    const where =
      location.kind === "unix"
        ? { path: location.path }
        : { host: await addressOf(location.host), port: location.port };
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ ...where, backlog: 511 }, () => {
        server.removeListener("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const reasons: Record<string, string> = {
      EADDRINUSE: "the address is taken: another program listens there",
      EADDRNOTAVAIL: "this machine has no such address",
      EACCES: "permission denied",
      ENOTFOUND: "host name not known",
    };
    throw new CommunicationError(`cannot listen on ${locationText(location)}: ${reasons[code] ?? code}`, {
      code: "PYRO_CANNOT_LISTEN",
      cause,
    });
  }
  server.on("error", onError);
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return { server, location: location.kind === "tcp" ? { ...location, port } : location };
}

const WILDCARDS: ReadonlySet<string> = new Set(["", "0.0.0.0", "::", "[::]"]);

/**
 * The host that others can reach a daemon under which is bound to `host`. A wildcard is an address for nobody: the
 * machine's own first outward address stands in for it (in a container, the container's), of the same family when
 * there is one.
 */
export function reachableHost(host: string): string {
  if (!WILDCARDS.has(host)) return host;
  const outward = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one !== undefined && !one.internal && !one.address.startsWith("fe80:"));
  const wanted = host === "::" || host === "[::]" ? "IPv6" : "IPv4";
  const best = outward.find((one) => one?.family === wanted) ?? outward.find((one) => one?.family === "IPv4");
  return best?.address ?? (wanted === "IPv6" ? "::1" : "127.0.0.1");
}
