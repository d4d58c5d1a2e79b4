import { SerializeError } from "../base/errors.ts";
import type { Limits } from "../base/limits.ts";
import { type PyroVersion, VERSION_NAMES } from "../base/pyro-version.ts";
import {
  checkSerializerNames,
  noSuchSerializer,
  refusedSerializer,
  type SerializerName,
} from "../base/serializer-names.ts";
import type { ClassMapper } from "./class-mapper.ts";
import { JsonSerializer } from "./json/json.ts";
import { MarshalSerializer } from "./marshal/marshal.ts";
import { MsgpackSerializer } from "./msgpack/msgpack.ts";
import type { Serializer } from "./serializer.ts";
import { SerpentSerializer } from "./serpent/serpent.ts";

export interface SerializerSetOptions {
  readonly classes: ClassMapper;
  readonly limits: Limits;
  /** Read floats as PyFloat and dicts as Map. */
  readonly lossless: boolean;
  /** Write bytes as `b'..'` in serpent (SERPENT_BYTES_REPR). */
  readonly bytesRepr: boolean;
  /** The serializers that are accepted in received messages. Default: all. */
  readonly accepted?: readonly SerializerName[] | undefined;
}

/** The serializers of one version of Pyro. */
export class SerializerSet {
  readonly #version: PyroVersion;
  readonly #byName: Readonly<Record<SerializerName, Serializer>>;
  /** Only accepted serializers. */
  readonly #byId: ReadonlyMap<number, Serializer>;

  constructor(options: SerializerSetOptions) {
    this.#version = options.classes.version;
    const all = {
      serpent: new SerpentSerializer(options),
      json: new JsonSerializer(options),
      marshal: new MarshalSerializer(options),
      msgpack: new MsgpackSerializer(options),
    } satisfies Record<SerializerName, Serializer>;
    this.#byName = all;
    const accepted = options.accepted ?? (Object.keys(all) as SerializerName[]);
    this.#byId = new Map(accepted.map((name) => [all[name].id, all[name]]));
  }

  /**
   * Returns a serializer, accepted or not.
   * @throws {SerializeError} for an unknown name; the message lists the known ones.
   */
  byName(name: string): Serializer {
    if (!Object.hasOwn(this.#byName, name)) throw noSuchSerializer(name);
    return this.#byName[name as SerializerName];
  }

  /**
   * Returns an accepted serializer.
   * @throws {SerializeError} for any other id; the message lists the accepted names.
   */
  byId(id: number): Serializer {
    const found = this.#byId.get(id);
    if (found !== undefined) return found;
    const accepted = [...this.#byId.values()].map(({ name }) => name).join(", ");
    throw new SerializeError(`${this.#refusalReason(id)}; accepted: ${accepted}`, { code: "PYRO_SERIALIZER" });
  }

  #refusalReason(id: number): string {
    const { serializerIds, unsupportedSerializerIds } = VERSION_NAMES[this.#version];
    const nameIn = (ids: Readonly<Record<string, number>>): string | undefined =>
      Object.keys(ids).find((name) => ids[name] === id);
    const refused = nameIn(unsupportedSerializerIds);
    if (refused !== undefined) return refusedSerializer(refused);
    const known = nameIn(serializerIds);
    return known === undefined
      ? `unknown serializer id ${id} for Pyro${this.#version}`
      : `serializer ${known} is not accepted here`;
  }
}

/** The serializers of both versions. Each set is created on first use. */
export class SerializerSets {
  readonly limits: Limits;
  readonly #classes: (version: PyroVersion) => ClassMapper;
  readonly #options: Omit<SerializerSetOptions, "classes">;
  readonly #sets = new Map<PyroVersion, SerializerSet>();

  /** @throws {SerializeError} code PYRO_SERIALIZER, for unknown names in `accepted`. */
  constructor(classes: (version: PyroVersion) => ClassMapper, options: Omit<SerializerSetOptions, "classes">) {
    if (options.accepted !== undefined) checkSerializerNames(options.accepted);
    this.limits = options.limits;
    this.#classes = classes;
    this.#options = options;
  }

  forVersion(version: PyroVersion): SerializerSet {
    let set = this.#sets.get(version);
    if (set === undefined) {
      set = new SerializerSet({ ...this.#options, classes: this.#classes(version) });
      this.#sets.set(version, set);
    }
    return set;
  }
}
