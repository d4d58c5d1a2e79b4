import { networkInterfaces } from "node:os";
import { PyroError } from "../base/errors.ts";

/** The address of a daemon: the part of a URI after the `@`. */
export type Location =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** `host:port`, `[::1]:port` or `./u:PATH`, as in a URI. */
export function locationText(location: Location): string {
  switch (location.kind) {
    case "tcp":
      return `${location.host.includes(":") ? `[${location.host}]` : location.host}:${location.port}`;
    case "unix":
      return `./u:${location.path}`;
    default:
      return location satisfies never;
  }
}

/** Parses a location, the text after the `@` of a URI. @throws {PyroError} code PYRO_URI, for invalid text. */
export function parseLocation(text: string): Location {
  if (text.startsWith("./u:") && text.length > 4) return { kind: "unix", path: text.slice(4) };
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new PyroError(`invalid location ${JSON.stringify(text)}: expected HOST:PORT or ./u:PATH`, {
      code: "PYRO_URI",
    });
  }
  return { kind: "tcp", host: match[1] ?? match[2] ?? "", port };
}

/** The location to listen on. */
export function listenLocation(host: string, port: number, unixSocket: string | undefined): Location {
  return unixSocket === undefined ? { kind: "tcp", host, port } : { kind: "unix", path: unixSocket };
}

/**
 * The location in a daemon's URIs: the NAT host and port if set, else the bound address. Never a wildcard address.
 *
 * @param natPort 0 or undefined: the bound port.
 */
export function publishedLocation(bound: Location, natHost: string | undefined, natPort: number | undefined): Location {
  if (bound.kind === "unix") return bound;
  const port = natPort === undefined || natPort === 0 ? bound.port : natPort;
  return { kind: "tcp", host: natHost ?? reachableHost(bound.host), port };
}

const WILDCARDS: ReadonlySet<string> = new Set(["", "0.0.0.0", "::", "[::]"]);

/**
 * The host that clients use for a daemon that is bound to `host`. For a wildcard address this is the machine's first
 * external address (in a container, the container's), preferably of the same family.
 */
export function reachableHost(host: string): string {
  if (!WILDCARDS.has(host)) return host;
  const external = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one !== undefined && !one.internal && !one.address.startsWith("fe80:"));
  const family = host === "::" || host === "[::]" ? "IPv6" : "IPv4";
  const best = external.find((one) => one?.family === family) ?? external.find((one) => one?.family === "IPv4");
  return best?.address ?? (family === "IPv6" ? "::1" : "127.0.0.1");
}
