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
 * Names to URIs. One object for both Pyro versions: what differs between them (lists or sets, the third argument of
 * `list`) goes by the version of the call.
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

  /** Enters the name server's own name; nobody can change it from outside. */
  registerItself(uri: URI): void {
    this.#storage.set(NAME_SERVER_OBJECT_ID, { uri: String(uri), metadata: new Set(PYRO_VERSIONS.map(ownTag)) });
  }

  count(): number {
    return this.#storage.size;
  }

  lookup(name: string, returnMetadata?: boolean): URI | readonly [URI, Tags] {
    const entry = this.#entry(name);
    let uri = this.#parsed.get(entry);
    if (uri === undefined) {
      uri = URI.parse(entry.uri);
      this.#parsed.set(entry, uri);
    }
    return returnMetadata === true ? tuple(uri, tagsOf(name, entry)) : uri;
  }

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

  setMetadata(name: string, metadata: Tags): void {
    const tags = new Set(parseTags(metadata, "metadata"));
    const { uri } = this.#entry(name);
    refuseReserved(name);
    this.#storage.set(name, { uri, metadata: tags });
  }

  remove(name?: string | null, prefix?: string | null, regex?: string | null): number | Promise<number> {
    if (given(name) && name !== NAME_SERVER_OBJECT_ID && this.#storage.delete(name)) return 1;
    if (given(prefix)) return this.#removeAll(startsWith(prefix));
    return given(regex) ? pattern(regex).then((matches) => this.#removeAll(matches)) : 0;
  }

  #removeAll(matches: (name: string) => boolean): number {
    const doomed = [...this.#storage.entries()]
      .map(([one]) => one)
      .filter((one) => one !== NAME_SERVER_OBJECT_ID && matches(one));
    for (const one of doomed) this.#storage.delete(one);
    return doomed.length;
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
    const filters = [prefix, regex, metadataAll, metadataAny].filter((one) => one !== undefined && one !== null);
    if (filters.length > 1) throw new RangeError("you can only filter on one thing at a time");
    if (given(prefix)) return this.#select(startsWith(prefix), withTags);
    if (given(regex)) return pattern(regex).then((matches) => this.#select(matches, withTags));
    if (metadataAll !== undefined && metadataAll !== null) return this.#withAll(metadataAll, withTags);
    if (metadataAny !== undefined && metadataAny !== null) return this.#withAny(metadataAny, withTags);
    return this.#select(() => true, withTags);
  }

  yplookup(metaAll?: Tags | null, metaAny?: Tags | null, returnMetadata = true): Listing {
    const all = nonEmpty(metaAll, "metadata_all");
    const any = nonEmpty(metaAny, "metadata_any");
    if (all !== undefined && any !== undefined) {
      throw new RangeError("you can't use meta_all or meta_any at the same time");
    }
    if (all !== undefined) return this.#withAll(all, returnMetadata);
    return any === undefined ? new Map() : this.#withAny(any, returnMetadata);
  }

  ping(): void {}

  #entry(name: string): Entry {
    const entry = this.#storage.get(name);
    if (entry === undefined) throw new NamingError(`unknown name: ${name}`, { code: "PYRO_UNKNOWN_NAME" });
    return entry;
  }

  #withAll(tags: Tags, withTags: boolean): Listing {
    const wanted = parseTags(tags, "metadata_all");
    return this.#select((_name, { metadata }) => wanted.every((tag) => metadata.has(tag)), withTags);
  }

  #withAny(tags: Tags, withTags: boolean): Listing {
    const wanted = parseTags(tags, "metadata_any");
    return this.#select((_name, { metadata }) => wanted.some((tag) => metadata.has(tag)), withTags);
  }

  #select(matches: (name: string, entry: Entry) => boolean, withTags: boolean): Listing {
    const found: Listing = new Map();
    for (const [name, entry] of this.#storage.entries()) {
      if (matches(name, entry)) found.set(name, withTags ? tuple(entry.uri, tagsOf(name, entry)) : entry.uri);
    }
    return found;
  }
}

/** An empty prefix or pattern is none (`Pyro5 5.15, nameserver.py`). */
function given(text: string | null | undefined): text is string {
  return typeof text === "string" && text !== "";
}

/** Loaded when it is needed: what patterns run on takes 6 ms, and most name servers are never asked for one. */
async function pattern(regex: string): Promise<(name: string) => boolean> {
  const { compilePattern } = await import("./pattern.ts");
  return compilePattern(regex);
}

function startsWith(prefix: string): (name: string) => boolean {
  return (name) => name.startsWith(prefix);
}

/** The tags as the caller's version has them. The name server's own tag is the one of that version. */
function tagsOf(name: string, entry: Entry): Tags {
  const version = callContext()?.pyroVersion ?? 5;
  const tags = name === NAME_SERVER_OBJECT_ID ? new Set([ownTag(version)]) : entry.metadata;
  return dialectOf(version).nameCollection(tags);
}

function nonEmpty(tags: Tags | null | undefined, what: string): Tags | undefined {
  if (tags === undefined || tags === null) return undefined;
  return parseTags(tags, what).length === 0 ? undefined : tags;
}

function parseTags(tags: Tags, what: string): string[] {
  if (typeof tags === "string" || typeof tags !== "object") {
    throw new TypeError(`${what} should not be a str, but another iterable (set, list, etc)`);
  }
  const all = Symbol.iterator in tags ? [...tags] : Object.keys(tags);
  if (!all.every((tag) => typeof tag === "string")) throw new TypeError(`${what} must hold text only`);
  return all;
}

function refuseReserved(name: string): void {
  if (name === NAME_SERVER_OBJECT_ID) {
    throw new NamingError(`the name ${NAME_SERVER_OBJECT_ID} is reserved`, { code: "PYRO_NAME_RESERVED" });
  }
}

/** A failure in words, for one line of a log. */
export function reasonOf(error: unknown): string {
  return error instanceof PyroError || error instanceof Error ? error.message : String(error);
}
