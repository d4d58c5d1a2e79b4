import { NamingError } from "../base/errors.ts";
import { NAME_SERVER_OBJECT_ID } from "../base/pyro-names.ts";
import { type PyroVersion, VERSION_NAMES } from "../base/pyro-version.ts";
import type { CallSettings } from "../proxy/call-settings.ts";
import { remote } from "../proxy/remote-handle.ts";
import type { Remote } from "../proxy/remote-type.ts";
import { URI } from "../values/uri.ts";
import type { Listing, NameServerMethods, Tags } from "./name-server-contract.ts";

/** A registration in a name server. */
export interface Registered {
  readonly uri: string;
  readonly metadata: ReadonlySet<string>;
}

/** Filter for `list`. Set at most one field. */
export interface ListFilter {
  readonly prefix?: string;
  /** Python regular expression, matched at the start of the name. */
  readonly regex?: string;
  /** The registration must have all of these tags. */
  readonly metadataAll?: readonly string[];
  /** The registration must have at least one of these tags. */
  readonly metadataAny?: readonly string[];
}

/** Client for a Pyro4 or Pyro5 name server. Its errors are NamingErrors with the server's text. */
export class NameServerClient implements AsyncDisposable {
  readonly uri: URI;
  readonly #remote: Remote<NameServerMethods>;

  constructor(uri: URI, methods: Remote<NameServerMethods>) {
    this.uri = uri;
    this.#remote = methods;
  }

  /** The Pyro version of the name server; undefined before the first connection. */
  get protocol(): PyroVersion | undefined {
    return remote(this.#remote).protocol;
  }

  /** Returns a client for the same name server with different call settings. */
  with(settings: CallSettings): NameServerClient {
    return new NameServerClient(this.uri, remote(this.#remote).with(settings));
  }

  /** Connects unless it is connected. Calls do that themselves. */
  connect(): Promise<void> {
    return remote(this.#remote).connect();
  }

  /** Resolves if the name server replies. */
  ping(): Promise<void> {
    return this.#remote.ping();
  }

  /** The number of registered names. */
  count(): Promise<number> {
    return this.#remote.count();
  }

  /** @throws {NamingError} `unknown name: X` */
  async lookup(name: string): Promise<URI> {
    return (await this.#remote.lookup(name)) as URI;
  }

  /** Looks up a name's URI and tags. @throws {NamingError} `unknown name: X` */
  async lookupWithMetadata(name: string): Promise<{ uri: URI; metadata: ReadonlySet<string> }> {
    const [uri, tags] = (await this.#remote.lookup(name, true)) as readonly [URI, Tags];
    return { uri, metadata: new Set(tags) };
  }

  /** Registers a name, or replaces it. @throws {NamingError} with `safe`, if the name is already registered. */
  async register(
    name: string,
    uri: URI | string,
    options: { readonly safe?: boolean; readonly metadata?: Iterable<string> } = {},
  ): Promise<void> {
    const tags = options.metadata === undefined ? null : [...options.metadata];
    await this.#remote.register(name, String(uri), options.safe ?? false, tags);
  }

  /** Replaces a name's tags. An empty list removes them all. */
  async setMetadata(name: string, metadata: readonly string[]): Promise<void> {
    await this.#remote.setMetadata(name, [...metadata]);
  }

  /** Removes one name, or all names that match. Returns the number of names removed. */
  remove(what: string | { readonly prefix: string } | { readonly regex: string }): Promise<number> {
    if (typeof what === "string") return this.#remote.remove(what);
    return "prefix" in what ? this.#remote.remove(null, what.prefix) : this.#remote.remove(null, null, what.regex);
  }

  /** Lists names with their URIs and tags, sorted by name. */
  async list(filter: ListFilter = {}): Promise<Map<string, Registered>> {
    await this.connect();
    const { prefix = null, regex = null, metadataAll, metadataAny } = filter;
    const byTags = metadataAll !== undefined || metadataAny !== undefined;
    if (byTags && (prefix !== null || regex !== null)) {
      throw new NamingError("you can only filter on one thing at a time");
    }
    const method = VERSION_NAMES[this.protocol ?? 5].metadataListMethod;
    if (method === "list") {
      return registrations(await this.#remote.list(prefix, regex, metadataAll ?? null, metadataAny ?? null, true));
    }
    return registrations(
      byTags
        ? await this.#remote.yplookup(metadataAll ?? null, metadataAny ?? null, true)
        : await this.#remote.list(prefix, regex, true),
    );
  }

  /** Closes the connection. The next call opens another one. */
  [Symbol.asyncDispose](): Promise<void> {
    return remote(this.#remote).release();
  }
}

function registrations(listing: Listing): Map<string, Registered> {
  const entries = listing instanceof Map ? [...listing] : Object.entries(listing as Record<string, [string, Tags]>);
  return new Map(
    entries
      .map(([name, [uri, tags]]): [string, Registered] => [name, { uri: String(uri), metadata: new Set(tags) }])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The URI of the name server at `host` and `port`. A host `./u:PATH` is a Unix socket. */
export function nameServerUri(host: string, port: number): URI {
  if (host.startsWith("./u:")) return URI.parse(`PYRO:${NAME_SERVER_OBJECT_ID}@${host}`);
  return URI.parse(`PYRO:${NAME_SERVER_OBJECT_ID}@${host.includes(":") ? `[${host}]` : host}:${port}`);
}
