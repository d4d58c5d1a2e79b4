import { SerializeError } from "../base/errors.ts";
import type { Limits } from "../base/limits.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import { noSuchSerializer, REFUSED_SERIALIZERS, type SerializerName } from "../base/serializer-names.ts";
import type { ClassMapper } from "./class-mapper.ts";
import { createJson } from "./json/json.ts";
import { createMarshal } from "./marshal/marshal.ts";
import { createMsgpack } from "./msgpack/msgpack.ts";
import type { Serializer } from "./serializer.ts";
import { createSerpent } from "./serpent/serpent.ts";

/** The numbers on the wire: the same number means another serializer in the other version. */
const IDS: Readonly<Record<PyroVersion, Readonly<Record<string, number>>>> = {
  4: { serpent: 1, json: 2, marshal: 3, pickle: 4, dill: 5, msgpack: 6, cloudpickle: 7 },
  5: { serpent: 1, marshal: 2, json: 3, msgpack: 4 },
};
/** A serializer and its number in the session's version. */
export interface IdentifiedSerializer {
  readonly id: number;
  readonly codec: Serializer;
}

export interface SerializerSetOptions {
  readonly version: PyroVersion;
  readonly classes: ClassMapper;
  readonly limits: Limits;
  /** Read floats as PyFloat and dicts as Map. */
  readonly lossless: boolean;
  /** Write bytes as `b'..'` in serpent, as SERPENT_BYTES_REPR does. */
  readonly bytesRepr: boolean;
  /** What messages may come in; left out: all that there are. */
  readonly accepted?: readonly SerializerName[] | undefined;
}

/** The serializers that a session of one version can use. */
export class SerializerSet {
  readonly #version: PyroVersion;
  readonly #byName: ReadonlyMap<string, IdentifiedSerializer>;
  /** Those that are accepted. */
  readonly #byId: ReadonlyMap<number, IdentifiedSerializer>;

  constructor(options: SerializerSetOptions) {
    this.#version = options.version;
    const all = [createSerpent(options), createJson(options), createMarshal(options), createMsgpack(options)];
    this.#byName = new Map(
      all.map((codec) => [codec.name, { id: IDS[options.version][codec.name] ?? 0, codec }] as const),
    );
    const accepted = options.accepted ?? all.map(({ name }) => name);
    this.#byId = new Map(accepted.map((name) => [this.byName(name).id, this.byName(name)] as const));
  }

  /** Accepted or not. @throws {SerializeError} for a name that is not spoken here, with those that are. */
  byName(name: string): IdentifiedSerializer {
    const found = this.#byName.get(name);
    if (found === undefined) throw noSuchSerializer(name);
    return found;
  }

  /** @throws {SerializeError} for a number that is not spoken or not accepted here, with the names that are. */
  byId(id: number): IdentifiedSerializer {
    const found = this.#byId.get(id);
    if (found !== undefined) return found;
    const name = Object.entries(IDS[this.#version]).find(([, one]) => one === id)?.[0];
    let why = `serializer ${name} is not accepted here`;
    if (name === undefined) why = `serializer ${id} is not known to Pyro${this.#version}`;
    else if (REFUSED_SERIALIZERS.has(name))
      why = `serializer ${name} is refused: reading it would run the sender's code`;
    const accepted = [...this.#byId.values()].map(({ codec }) => codec.name).join(", ");
    throw new SerializeError(`${why}; accepted: ${accepted}`, { code: "PYRO_SERIALIZER" });
  }
}
