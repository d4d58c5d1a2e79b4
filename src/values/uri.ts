import { PyroError } from "../base/errors.ts";
import { NAME_SERVER_PORT } from "../base/pyro-names.ts";

export type UriProtocol = "PYRO" | "PYRONAME" | "PYROMETA";

const SCHEME = /^([Pp][Yy][Rr][Oo][a-zA-Z]*):/;
const IPV6 = /^\[([0-9a-fA-F:%]+)\](?::(\d+))?/;

interface LocationParts {
  readonly sockname: string | null;
  readonly host: string | null;
  readonly port: number | null;
}

function invalid(text: string): PyroError {
  return new PyroError(text, { code: "PYRO_URI" });
}

/**
 * The location of a Pyro object, or how to look it up: `PYRO:object@location`, `PYRONAME:name[@location]`,
 * `PYROMETA:tag,tag[@location]`. Immutable. URIs are equal if their parts are equal; names are not resolved.
 */
export class URI {
  readonly protocol: UriProtocol;
  /** Object id or name; for PYROMETA the unparsed tags. */
  readonly object: string;
  /** The tags of a PYROMETA URI without duplicates; empty for other protocols. */
  readonly tags: readonly string[];
  /** Path of a Unix socket. */
  readonly sockname: string | null;
  readonly host: string | null;
  readonly port: number | null;

  private constructor(protocol: UriProtocol, object: string, parts: LocationParts) {
    this.protocol = protocol;
    this.object = object;
    this.tags = Object.freeze(protocol === "PYROMETA" ? [...new Set(object.split(",").map((tag) => tag.trim()))] : []);
    this.sockname = parts.sockname;
    this.host = parts.host;
    this.port = parts.port;
    Object.freeze(this);
  }

  /**
   * Parses a URI. A URI object is returned unchanged.
   *
   * @throws {PyroError} code PYRO_URI, with Pyro's error texts: `invalid uri`, `invalid port in uri, port=X` ...
   */
  static parse(text: string | URI): URI {
    if (text instanceof URI) return text;
    if (typeof text !== "string") throw new TypeError("uri parameter object is of wrong type");
    const scheme = SCHEME.exec(text);
    if (scheme === null) throw invalid("invalid uri");
    const protocol = scheme[1]?.toUpperCase();
    const [object, location] = splitLocation(text.slice(scheme[0].length));
    switch (protocol) {
      case "PYRO":
        if (location === undefined) throw invalid("invalid uri");
        return new URI(protocol, object, parseLocation(location, undefined));
      case "PYRONAME":
      case "PYROMETA": {
        const noLocation: LocationParts = { sockname: null, host: null, port: null };
        return new URI(
          protocol,
          object,
          location === undefined ? noLocation : parseLocation(location, NAME_SERVER_PORT),
        );
      }
      default:
        throw invalid("invalid uri (protocol)");
    }
  }

  /**
   * Creates a URI from its parts, in the order of class dicts.
   *
   * @throws {PyroError} code PYRO_URI if a part is invalid.
   */
  static fromState(state: readonly unknown[]): URI {
    const [protocol, object, sockname, host, port] = state;
    const known = protocol === "PYRO" || protocol === "PYRONAME" || protocol === "PYROMETA";
    const listed = object instanceof Set || Array.isArray(object) ? [...(object as Iterable<unknown>)] : undefined;
    const tags = listed?.every((tag) => typeof tag === "string") ? listed.join(",") : object;
    const text = (value: unknown): value is string | null | undefined => typeof (value ?? "") === "string";
    if (!known || typeof tags !== "string" || !text(sockname) || !text(host) || !isPort(port ?? 0)) {
      throw invalid("invalid uri state");
    }
    return new URI(protocol, tags, { sockname: sockname ?? null, host: host ?? null, port: (port as number) ?? null });
  }

  /** The part after the `@`; null if there is none. */
  get location(): string | null {
    if (this.sockname !== null) return `./u:${this.sockname}`;
    if (this.host === null || this.host === "") return null;
    return `${this.host.includes(":") ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** The parts in the order of Python's state tuple; a PYROMETA's object is its set of tags. */
  get state(): readonly [UriProtocol, string | ReadonlySet<string>, string | null, string | null, number | null] {
    const object = this.protocol === "PYROMETA" ? new Set(this.tags) : this.object;
    return [this.protocol, object, this.sockname, this.host, this.port];
  }

  /** Whether the other is a URI with the same parts. */
  equals(other: unknown): boolean {
    if (!(other instanceof URI)) return false;
    const sameObject =
      this.protocol === "PYROMETA"
        ? this.tags.length === other.tags.length && this.tags.every((tag) => other.tags.includes(tag))
        : this.object === other.object;
    return (
      sameObject &&
      this.protocol === other.protocol &&
      this.sockname === other.sockname &&
      this.host === other.host &&
      this.port === other.port
    );
  }

  /** The URI as text: `PYRO:object@host:port`. */
  toString(): string {
    const object = this.protocol === "PYROMETA" ? this.tags.join(",") : this.object;
    return `${this.protocol}:${object}${this.location === null ? "" : `@${this.location}`}`;
  }

  /** The URI as text. */
  toJSON(): string {
    return this.toString();
  }
}

/**
 * Splits off the location after the first `@` that has text on both sides. One newline at the end is allowed
 * (`Pyro5 5.15, core.py`). Not a regular expression: Python's pattern takes quadratic time for text with many `@`.
 */
function splitLocation(text: string): [object: string, location: string | undefined] {
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  const at = body.indexOf("@", 1);
  const hasLocation = at > 0 && at < body.length - 1;
  const object = hasLocation ? body.slice(0, at) : body;
  if (object === "" || /\s/.test(object) || body.includes("\n")) throw invalid("invalid uri");
  return [object, hasLocation ? body.slice(at + 1) : undefined];
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535;
}

function parseLocation(location: string, defaultPort: number | undefined): LocationParts {
  if (location.startsWith("./u:")) {
    const sockname = location.slice(4);
    if (sockname === "" || sockname.includes(":")) throw invalid("invalid uri (location)");
    return { sockname, host: null, port: null };
  }
  if (location.startsWith("[[")) throw invalid("invalid ipv6 address: enclosed in too many brackets");
  if (location.startsWith("[")) {
    const found = IPV6.exec(location);
    if (found === null) {
      throw invalid("invalid ipv6 address: the part between brackets must be a numeric ipv6 address");
    }
    return { sockname: null, host: found[1] ?? "", port: parsePort(found[2], defaultPort) };
  }
  const colon = location.indexOf(":");
  const host = colon < 0 ? location : location.slice(0, colon);
  return { sockname: null, host, port: parsePort(colon < 0 ? undefined : location.slice(colon + 1), defaultPort) };
}

function parsePort(text: string | undefined, defaultPort: number | undefined): number {
  if (text === undefined || text === "") {
    if (defaultPort !== undefined) return defaultPort;
    throw invalid("invalid port in uri, port=None");
  }
  const digits = text.trim();
  const port = Number(digits);
  if (!/^\d+$/.test(digits) || !isPort(port)) throw invalid(`invalid port in uri, port=${text}`);
  return port;
}
