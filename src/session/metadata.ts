import { ProtocolError } from "../base/errors.ts";
import { dictValue } from "../values/python-values.ts";
import type { Dialect } from "../wire/dialect.ts";

/** What a remote object exposes, by its names on the wire. */
export interface Metadata {
  readonly methods: ReadonlySet<string>;
  /** The methods that send no reply. */
  readonly oneway: ReadonlySet<string>;
  readonly attrs: ReadonlySet<string>;
}

/** A set of names. Pyro5 sends sets (serpent writes an empty one as `()`); Pyro4 and json send lists. */
function names(value: unknown): ReadonlySet<string> {
  const result = new Set<string>();
  if (Array.isArray(value) || value instanceof Set) {
    for (const name of value as Iterable<unknown>) if (typeof name === "string") result.add(name);
  }
  return result;
}

/** Parses metadata from a handshake or from `get_metadata`. @throws {ProtocolError} when it is not an object. */
export function parseMetadata(value: unknown): Metadata {
  if (typeof value !== "object" || value === null) {
    throw new ProtocolError("the server sent no metadata for the object", { code: "PYRO_NO_METADATA" });
  }
  const field = (name: string): ReadonlySet<string> => names(dictValue(value, name));
  return { methods: field("methods"), oneway: field("oneway"), attrs: field("attrs") };
}

/** Metadata in the format of the peer's version. */
export function metadataValue({ methods, oneway, attrs }: Metadata, dialect: Dialect): Record<string, unknown> {
  return {
    methods: dialect.nameCollection(methods),
    oneway: dialect.nameCollection(oneway),
    attrs: dialect.nameCollection(attrs),
  };
}
