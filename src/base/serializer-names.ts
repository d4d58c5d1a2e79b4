import { SerializeError } from "./errors.ts";

/** Names as in Pyro's configuration item SERIALIZER. Their numbers on the wire differ between Pyro4 and Pyro5. */
export const SERIALIZERS = ["serpent", "json", "marshal", "msgpack"] as const;
export type SerializerName = (typeof SERIALIZERS)[number];

/** Reading these runs code that the sender chose: Pyro4 has them, and here nobody gets them. */
export const REFUSED_SERIALIZERS: ReadonlySet<string> = new Set(["pickle", "dill", "cloudpickle"]);

/** Why nobody can speak a serializer of that name, with the choices. */
export function noSuchSerializer(name: string): SerializeError {
  const why = REFUSED_SERIALIZERS.has(name)
    ? `serializer ${name} is refused: reading it would run the sender's code`
    : `there is no serializer ${name}`;
  return new SerializeError(`${why}; choose one of ${SERIALIZERS.join(", ")}`, { code: "PYRO_SERIALIZER" });
}

/** @throws {SerializeError} code PYRO_SERIALIZER, with the choices, for a name that is none of them. */
export function serializerName(name: string): SerializerName {
  const known = SERIALIZERS.find((one) => one === name);
  if (known === undefined) throw noSuchSerializer(name);
  return known;
}

/** What a daemon is told to accept. @throws {SerializeError} code PYRO_SERIALIZER, for unknown names and for none. */
export function checkSerializerNames(names: readonly string[]): void {
  for (const name of names) serializerName(name);
  if (names.length > 0) return;
  throw new SerializeError(`no serializers to accept; choose some of ${SERIALIZERS.join(", ")}`, {
    code: "PYRO_SERIALIZER",
  });
}
