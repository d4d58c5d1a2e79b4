import { NamingError } from "../base/errors.ts";
import { NAME_SERVER_OBJECT_ID } from "../base/pyro-names.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import type { CallSettings } from "../proxy/call-settings.ts";
import { connect, release, remoteConnectionOf, withOptions } from "../proxy/remote-handle.ts";
import type { Remote } from "../proxy/remote-type.ts";
import { URI } from "../values/uri.ts";
import type { Listing, NameServerMethods, Tags } from "./name-server-contract.ts";

/** A registration as a name server lists it. */
export interface Registered {
  readonly uri: string;
  readonly metadata: ReadonlySet<string>;
}

/** What `list` selects by; one of them at most. */
export interface ListFilter {
  readonly prefix?: string;
  /** A Python pattern, matched at the start of the name. */
  readonly regex?: string;
  /** Tags that a registration must all have. */
  readonly metadataAll?: readonly string[];
  /** Tags of which a registration must have one. */
  readonly metadataAny?: readonly string[];
}

/** A name server of either version, as its clients see it. Failures are NamingErrors with the server's words. */
export class NameServerClient implements AsyncDisposable {
  readonly uri: URI;
  readonly #remote: Remote<NameServerMethods>;

  constructor(uri: URI, remote: Remote<NameServerMethods>) {
    this.uri = uri;
    this.#remote = remote;
  }

  /** Which Pyro the name server speaks with us; undefined before the first connection. */
  get protocol(): PyroVersion | undefined {
    return remoteConnectionOf(this.#remote).protocol;
  }

  /** The same name server, with other settings for the calls made through it. */
  with(settings: CallSettings): NameServerClient {
    return new NameServerClient(this.uri, withOptions(this.#remote, settings));
  }

  connect(): Promise<void> {
    return connect(this.#remote);
  }

  ping(): Promise<void> {
    return this.#remote.ping();
  }

  count(): Promise<number> {
    return this.#remote.count();
  }

  /** @throws {NamingError} `unknown name: X` */
  async lookup(name: string): Promise<URI> {
    return (await this.#remote.lookup(name)) as URI;
  }

  /** A name's URI with its tags. @throws {NamingError} `unknown name: X` */
  async lookupWithMetadata(name: string): Promise<{ uri: URI; metadata: ReadonlySet<string> }> {
    const [uri, tags] = (await this.#remote.lookup(name, true)) as readonly [URI, Tags];
    return { uri, metadata: new Set(tags) };
  }

  /** Registers a name, or replaces it. With `safe`, a name that is taken is a NamingError instead. */
  async register(
    name: string,
    uri: URI | string,
    options: { readonly safe?: boolean; readonly metadata?: Iterable<string> } = {},
  ): Promise<void> {
    const tags = options.metadata === undefined ? null : [...options.metadata];
    await this.#remote.register(name, String(uri), options.safe ?? false, tags);
  }

  /** Replaces a name's tags; none clears them. */
  async setMetadata(name: string, metadata: readonly string[]): Promise<void> {
    await this.#remote.setMetadata(name, [...metadata]);
  }

  /** Removes one name, or all that match. Gives how many that were. */
  remove(what: string | { readonly prefix: string } | { readonly regex: string }): Promise<number> {
    if (typeof what === "string") return this.#remote.remove(what);
    return "prefix" in what ? this.#remote.remove(null, what.prefix) : this.#remote.remove(null, null, what.regex);
  }

  /** Names with their URIs and tags, sorted by name. */
  async list(filter: ListFilter = {}): Promise<Map<string, Registered>> {
    await this.connect();
    const { prefix = null, regex = null, metadataAll, metadataAny } = filter;
    const byTags = metadataAll !== undefined || metadataAny !== undefined;
    if (byTags && (prefix !== null || regex !== null)) {
      throw new NamingError("you can only filter on one thing at a time");
    }
    if (this.protocol === 4) {
      return registrations(await this.#remote.list(prefix, regex, metadataAll ?? null, metadataAny ?? null, true));
    }
    return registrations(
      byTags
        ? await this.#remote.yplookup(metadataAll ?? null, metadataAny ?? null, true)
        : await this.#remote.list(prefix, regex, true),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return release(this.#remote);
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

/** The object of a name server at `host` and `port`, or of a Unix socket given as `./u:PATH`. */
export function nameServerUri(host: string, port: number): URI {
  if (host.startsWith("./u:")) return URI.parse(`PYRO:${NAME_SERVER_OBJECT_ID}@${host}`);
  return URI.parse(`PYRO:${NAME_SERVER_OBJECT_ID}@${host.includes(":") ? `[${host}]` : host}:${port}`);
}
