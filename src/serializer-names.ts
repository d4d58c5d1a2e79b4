/** Names as in Pyro's configuration item SERIALIZER. Their numbers on the wire differ between Pyro4 and Pyro5. */
export const SERIALIZERS = ["serpent", "json", "marshal", "msgpack"] as const;
export type SerializerName = (typeof SERIALIZERS)[number];
