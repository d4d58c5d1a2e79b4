import { ProtocolError } from "../base/errors.ts";
import { dictValue } from "../values/python-values.ts";
import type { Dialect } from "../wire/dialect.ts";

/** What a remote object exposes, by its names on the wire. */
export interface Metadata {
  readonly methods: ReadonlySet<string>;
  /** Those of the methods that answer nothing. */
  readonly oneway: ReadonlySet<string>;
  readonly attrs: ReadonlySet<string>;
}

/** A set of names, however it travelled: Pyro5 sends sets (an empty one is `()` in serpent), Pyro4 and json lists. */
function names(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  if (Array.isArray(value) || value instanceof Set) {
    for (const one of value as Iterable<unknown>) if (typeof one === "string") found.add(one);
  }
  return found;
}

/** Metadata as it came with a handshake or from `get_metadata`. @throws {ProtocolError} when it is none. */
export function parseMetadata(value: unknown): Metadata {
  if (typeof value !== "object" || value === null) {
    throw new ProtocolError("the server sent no metadata for the object", { code: "PYRO_NO_METADATA" });
  }
  const field = (name: string): ReadonlySet<string> => names(dictValue(value, name));
  return { methods: field("methods"), oneway: field("oneway"), attrs: field("attrs") };
}

/** Metadata as the peer's version expects it. */
export function metadataValue({ methods, oneway, attrs }: Metadata, dialect: Dialect): Record<string, unknown> {
  return {
    methods: dialect.nameCollection(methods),
    oneway: dialect.nameCollection(oneway),
    attrs: dialect.nameCollection(attrs),
  };
}
