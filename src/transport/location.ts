import { networkInterfaces } from "node:os";
import { PyroError } from "../base/errors.ts";

/** Where a daemon listens: the part of a URI behind the `@`. */
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

/** The location in a URI's text behind the `@`. @throws {PyroError} code PYRO_URI, for text of another form. */
export function parseLocation(text: string): Location {
  if (text.startsWith("./u:") && text.length > 4) return { kind: "unix", path: text.slice(4) };
  const found = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  const port = Number(found?.[3]);
  if (found === null || port > 65_535) {
    throw new PyroError(`invalid location ${JSON.stringify(text)}: expected HOST:PORT or ./u:PATH`, {
      code: "PYRO_URI",
    });
  }
  return { kind: "tcp", host: found[1] ?? found[2] ?? "", port };
}

/** The location to listen on. */
export function listenLocation(host: string, port: number, unixSocket: string | undefined): Location {
  return unixSocket === undefined ? { kind: "tcp", host, port } : { kind: "unix", path: unixSocket };
}

/**
 * The location that a daemon's URIs have: the one behind address translation if there is one, never a wildcard address.
 *
 * @param natPort 0 or undefined: the port that is listened on.
 */
export function publishedLocation(bound: Location, natHost: string | undefined, natPort: number | undefined): Location {
  if (bound.kind === "unix") return bound;
  const port = natPort === undefined || natPort === 0 ? bound.port : natPort;
  return { kind: "tcp", host: natHost ?? reachableHost(bound.host), port };
}

const WILDCARDS: ReadonlySet<string> = new Set(["", "0.0.0.0", "::", "[::]"]);

/**
 * The host under which others reach a daemon that is bound to `host`. For a wildcard address it is the machine's first
 * outward address (in a container, the container's), of the same family where there is one.
 */
export function reachableHost(host: string): string {
  if (!WILDCARDS.has(host)) return host;
  const outward = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one !== undefined && !one.internal && !one.address.startsWith("fe80:"));
  const family = host === "::" || host === "[::]" ? "IPv6" : "IPv4";
  const best = outward.find((one) => one?.family === family) ?? outward.find((one) => one?.family === "IPv4");
  return best?.address ?? (family === "IPv6" ? "::1" : "127.0.0.1");
}
