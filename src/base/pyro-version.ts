import type { SerializerName } from "./serializer-names.ts";

/** Pyro4 or Pyro5. */
export type PyroVersion = 4 | 5;

export const PYRO_VERSIONS: readonly PyroVersion[] = [4, 5];

/** The names and numbers in messages that differ between the versions. */
export interface VersionNames {
  /** The ids of the serializers. The same id can mean different serializers in the two versions. */
  readonly serializerIds: Readonly<Record<SerializerName, number>>;
  /** The ids of serializers that this library does not support. */
  readonly unsupportedSerializerIds: Readonly<Record<string, number>>;
  /** The names of Pyro's classes in `__class__`. */
  readonly classes: {
    readonly uri: string;
    readonly proxy: string;
    readonly daemon: string;
    readonly batchException: string;
    readonly nameServer: string;
  };
  /** The name server's method that lists by metadata. */
  readonly metadataListMethod: "list" | "yplookup";
  /** The prefix of the names of Pyro's exceptions. */
  readonly errorsModule: string;
  /** Exceptions other than Python's builtins that Pyro's client recreates. */
  readonly otherExceptions: ReadonlySet<string>;
}

/** From `Pyro4 4.82, util.py and message.py` and `Pyro5 5.15, serializers.py`. */
export const VERSION_NAMES: Readonly<Record<PyroVersion, VersionNames>> = {
  4: {
    serializerIds: { serpent: 1, json: 2, marshal: 3, msgpack: 6 },
    unsupportedSerializerIds: { pickle: 4, dill: 5, cloudpickle: 7 },
    classes: {
      uri: "Pyro4.core.URI",
      proxy: "Pyro4.core.Proxy",
      daemon: "Pyro4.core.Daemon",
      batchException: "Pyro4.futures._ExceptionWrapper",
      nameServer: "Pyro4.naming.NameServer",
    },
    metadataListMethod: "list",
    errorsModule: "Pyro4.errors.",
    otherExceptions: new Set(),
  },
  5: {
    serializerIds: { serpent: 1, marshal: 2, json: 3, msgpack: 4 },
    unsupportedSerializerIds: {},
    classes: {
      uri: "Pyro5.core.URI",
      proxy: "Pyro5.client.Proxy",
      daemon: "Pyro5.server.Daemon",
      batchException: "Pyro5.core._ExceptionWrapper",
      nameServer: "Pyro5.nameserver.NameServer",
    },
    metadataListMethod: "yplookup",
    errorsModule: "Pyro5.errors.",
    otherExceptions: new Set(["struct.error"]),
  },
};
