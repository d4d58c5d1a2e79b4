import { SerializeError } from "./errors.ts";

/**
 * Names as in Pyro's configuration item SERIALIZER. `VERSION_NAMES` has their ids, which differ between the versions.
 */
export const SERIALIZERS = ["serpent", "json", "marshal", "msgpack"] as const;
/** The name of a serializer, as in PYRO_SERIALIZER. */
export type SerializerName = (typeof SERIALIZERS)[number];

/** Serializers of Pyro4 that are not supported, because reading their data can run code from the sender. */
const REFUSED_SERIALIZERS: ReadonlySet<string> = new Set(["pickle", "dill", "cloudpickle"]);

/** Error text for such a serializer. */
export function refusedSerializer(name: string): string {
  return `serializer ${name} is refused: reading it would run the sender's code`;
}

/** The error for a serializer name that is unknown or refused; it lists the supported ones. */
export function noSuchSerializer(name: string): SerializeError {
  const reason = REFUSED_SERIALIZERS.has(name) ? refusedSerializer(name) : `unknown serializer ${name}`;
  return new SerializeError(`${reason}; choose one of ${SERIALIZERS.join(", ")}`, { code: "PYRO_SERIALIZER" });
}

/**
 * Checks the name of a serializer.
 * @throws {SerializeError} code PYRO_SERIALIZER, for an unknown name; the message lists the known ones.
 */
export function serializerName(name: string): SerializerName {
  const known = SERIALIZERS.find((one) => one === name);
  if (known === undefined) throw noSuchSerializer(name);
  return known;
}

/**
 * Checks the list of serializers that a daemon accepts.
 * @throws {SerializeError} code PYRO_SERIALIZER, for an unknown name and for an empty list.
 */
export function checkSerializerNames(names: readonly string[]): void {
  for (const name of names) serializerName(name);
  if (names.length > 0) return;
  throw new SerializeError(`the list of accepted serializers is empty; choose some of ${SERIALIZERS.join(", ")}`, {
    code: "PYRO_SERIALIZER",
  });
}
