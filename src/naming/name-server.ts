import { NamingError, PyroError } from "../base/errors.ts";
import { NAME_SERVER_OBJECT_ID } from "../base/pyro-names.ts";
import { PYRO_VERSIONS, type PyroVersion, VERSION_NAMES } from "../base/pyro-version.ts";
import { expose } from "../daemon/expose.ts";
import { callContext } from "../diagnostics/call-context.ts";
import { tuple } from "../values/python-values.ts";
import { URI } from "../values/uri.ts";
import { dialectOf } from "../wire/dialects.ts";
import { type Listing, type NameServerMethods, nameServerContract, type Tags } from "./name-server-contract.ts";
import { type Entry, MemoryStorage, type Storage } from "./storage.ts";

function ownTag(version: PyroVersion): string {
  return `class:${VERSION_NAMES[version].classes.nameServer}`;
}

/**
 * The name server object: maps names to URIs. It serves both Pyro versions. Where they differ (lists or sets of tags,
 * the third argument of `list`), the version of the call decides.
 */
export class NameServer implements NameServerMethods {
  static {
    expose(this, nameServerContract);
  }

  readonly #storage: Storage;
  readonly #parsed = new WeakMap<Entry, URI>();

  constructor(storage: Storage = new MemoryStorage()) {
    this.#storage = storage;
  }

  /** Registers the name server under its own name. Clients cannot change this entry. */
  registerItself(uri: URI): void {
    this.#storage.set(NAME_SERVER_OBJECT_ID, { uri: String(uri), metadata: new Set(PYRO_VERSIONS.map(ownTag)) });
  }

  /** The number of registrations, the name server's own included. */
  count(): number {
    return this.#storage.size;
  }

  /** The URI of a name, with its tags if asked for. @throws {NamingError} `unknown name: X` */
  lookup(name: string, returnMetadata?: boolean): URI | readonly [URI, Tags] {
    const entry = this.#entry(name);
    let uri = this.#parsed.get(entry);
    if (uri === undefined) {
      uri = URI.parse(entry.uri);
      this.#parsed.set(entry, uri);
    }
    return returnMetadata === true ? tuple(uri, tagsOf(name, entry)) : uri;
  }

  /** Registers a name, or replaces it. With `safe`, a registered name is a NamingError. */
  register(name: string, uri: string | URI, safe?: boolean, metadata?: Tags | null): void {
    if (typeof name !== "string") throw new TypeError("name must be a str");
    const parsed = typeof uri === "string" || uri instanceof URI ? URI.parse(uri) : undefined;
    if (parsed === undefined) throw new TypeError("only URIs or strings can be registered");
    const tags = new Set(parseTags(metadata ?? [], "metadata"));
    if (safe === true && this.#storage.get(name) !== undefined) {
      throw new NamingError(`name already registered: ${name}`, { code: "PYRO_NAME_TAKEN" });
    }
    refuseReserved(name);
    this.#storage.set(name, { uri: String(parsed), metadata: tags });
  }

  /** Replaces the tags of a name. @throws {NamingError} `unknown name: X` */
  setMetadata(name: string, metadata: Tags): void {
    const tags = new Set(parseTags(metadata, "metadata"));
    const { uri } = this.#entry(name);
    refuseReserved(name);
    this.#storage.set(name, { uri, metadata: tags });
  }

  /** Removes a name, or all names with a prefix or that match a pattern. Returns how many were removed. */
  remove(name?: string | null, prefix?: string | null, regex?: string | null): number | Promise<number> {
    if (isSet(name) && name !== NAME_SERVER_OBJECT_ID && this.#storage.delete(name)) return 1;
    if (isSet(prefix)) return this.#removeAll(startsWith(prefix));
    return isSet(regex) ? matcher(regex).then((matches) => this.#removeAll(matches)) : 0;
  }

  #removeAll(matches: (name: string) => boolean): number {
    const names = [...this.#storage.entries()]
      .map(([name]) => name)
      .filter((name) => name !== NAME_SERVER_OBJECT_ID && matches(name));
    for (const name of names) this.#storage.delete(name);
    return names.length;
  }

  list(
    prefix?: string | null,
    regex?: string | null,
    third?: Tags | boolean | null,
    metadataAny?: Tags | null,
    returnMetadata?: boolean,
  ): Listing | Promise<Listing> {
    const metadataAll = typeof third === "boolean" ? null : third;
    const withTags = third === true || returnMetadata === true;
    const filters = [prefix, regex, metadataAll, metadataAny].filter(
      (filter) => filter !== undefined && filter !== null,
    );
    if (filters.length > 1) throw new RangeError("you can only filter on one thing at a time");
    if (isSet(prefix)) return this.#select(startsWith(prefix), withTags);
    if (isSet(regex)) return matcher(regex).then((matches) => this.#select(matches, withTags));
    if (metadataAll !== undefined && metadataAll !== null) return this.#withAll(metadataAll, withTags);
    if (metadataAny !== undefined && metadataAny !== null) return this.#withAny(metadataAny, withTags);
    return this.#select(() => true, withTags);
  }

  /** Lists the registrations with all, or any, of the tags. */
  yplookup(metaAll?: Tags | null, metaAny?: Tags | null, returnMetadata = true): Listing {
    const all = nonEmpty(metaAll, "metadata_all");
    const any = nonEmpty(metaAny, "metadata_any");
    if (all !== undefined && any !== undefined) {
      throw new RangeError("you can't use meta_all or meta_any at the same time");
    }
    if (all !== undefined) return this.#withAll(all, returnMetadata);
    return any === undefined ? new Map() : this.#withAny(any, returnMetadata);
  }

  /** Does nothing: that it answers shows that the name server runs. */
  ping(): void {}

  #entry(name: string): Entry {
    const entry = this.#storage.get(name);
    if (entry === undefined) throw new NamingError(`unknown name: ${name}`, { code: "PYRO_UNKNOWN_NAME" });
    return entry;
  }

  #withAll(tags: Tags, withTags: boolean): Listing {
    const required = parseTags(tags, "metadata_all");
    return this.#select((_name, { metadata }) => required.every((tag) => metadata.has(tag)), withTags);
  }

  #withAny(tags: Tags, withTags: boolean): Listing {
    const accepted = parseTags(tags, "metadata_any");
    return this.#select((_name, { metadata }) => accepted.some((tag) => metadata.has(tag)), withTags);
  }

  #select(matches: (name: string, entry: Entry) => boolean, withTags: boolean): Listing {
    const found: Listing = new Map();
    for (const [name, entry] of this.#storage.entries()) {
      if (matches(name, entry)) found.set(name, withTags ? tuple(entry.uri, tagsOf(name, entry)) : entry.uri);
    }
    return found;
  }
}

/** Empty text counts as not set (`Pyro5 5.15, nameserver.py`). */
function isSet(text: string | null | undefined): text is string {
  return typeof text === "string" && text !== "";
}

/** Compiles a pattern. RE2 is loaded on first use: loading takes 6 ms, and most name servers never need it. */
async function matcher(regex: string): Promise<(name: string) => boolean> {
  const { compilePattern } = await import("./pattern.ts");
  return compilePattern(regex);
}

function startsWith(prefix: string): (name: string) => boolean {
  return (name) => name.startsWith(prefix);
}

/** An entry's tags in the collection type of the caller's version. The name server's own tag also depends on it. */
function tagsOf(name: string, entry: Entry): Tags {
  const version = callContext()?.pyroVersion ?? 5;
  const tags = name === NAME_SERVER_OBJECT_ID ? new Set([ownTag(version)]) : entry.metadata;
  return dialectOf(version).nameCollection(tags);
}

function nonEmpty(tags: Tags | null | undefined, parameter: string): Tags | undefined {
  if (tags === undefined || tags === null) return undefined;
  return parseTags(tags, parameter).length === 0 ? undefined : tags;
}

function parseTags(tags: Tags, parameter: string): string[] {
  if (typeof tags === "string" || typeof tags !== "object") {
    throw new TypeError(`${parameter} should not be a str, but another iterable (set, list, etc)`);
  }
  const all = Symbol.iterator in tags ? [...tags] : Object.keys(tags);
  if (!all.every((tag) => typeof tag === "string")) throw new TypeError(`${parameter} must contain only str`);
  return all;
}

function refuseReserved(name: string): void {
  if (name === NAME_SERVER_OBJECT_ID) {
    throw new NamingError(`the name ${NAME_SERVER_OBJECT_ID} is reserved`, { code: "PYRO_NAME_RESERVED" });
  }
}

/** The error's message, for a line in a log. */
export function reasonOf(error: unknown): string {
  return error instanceof PyroError || error instanceof Error ? error.message : String(error);
}
