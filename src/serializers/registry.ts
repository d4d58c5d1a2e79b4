import { SerializeError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { PyroVersion } from "../pyro-version.ts";
import { SERIALIZERS, type SerializerName } from "../serializer-names.ts";
import type { ClassCodec } from "./classes.ts";
import { createJson } from "./json.ts";
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
  readonly classes: ClassCodec;
  readonly limits: Limits;
  /** Read floats as PyFloat and dicts as Map. */
  readonly lossless: boolean;
  /** Write bytes as `b'..'` in serpent, as SERPENT_BYTES_REPR does. */
  readonly bytesRepr: boolean;
  /** Those that may be used. Default: all. */
  readonly accepted?: readonly SerializerName[] | undefined;
}

/** The serializers that a session of one version can use. */
export class SerializerSet {
  readonly #version: PyroVersion;
  /** All that are spoken: the marshal of a blob's address is read, whatever is accepted. */
  readonly #byName: ReadonlyMap<string, IdentifiedSerializer>;
  /** Those that are accepted. */
  readonly #byId: ReadonlyMap<number, IdentifiedSerializer>;

  constructor(options: SerializerSetOptions) {
    this.#version = options.version;
    const { accepted } = options;
    const all = [createSerpent(options), createJson(options), createMarshal(options), createMsgpack(options)];
    const identified = all.map((codec) => ({ id: IDS[options.version][codec.name] ?? 0, codec }));
    this.#byName = new Map(identified.map((one) => [one.codec.name, one]));
    const used = accepted === undefined ? identified : identified.filter(({ codec }) => accepted.includes(codec.name));
    this.#byId = new Map(used.map((one) => [one.id, one]));
  }

  /** @throws {SerializeError} for a name that is not spoken here. */
  byName(name: string): IdentifiedSerializer {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    const ids = IDS[this.#version];
    const id = Object.hasOwn(ids, name) ? ids[name] : undefined;
    if (id === undefined) throw new SerializeError(`Pyro${this.#version} knows no serializer ${name}`);
    return this.byId(id);
  }

  /** @throws {SerializeError} for a number that is not spoken here. */
  byId(id: number): IdentifiedSerializer {
    const found = this.#byId.get(id);
    if (found !== undefined) return found;
    const name = Object.entries(IDS[this.#version]).find(([, one]) => one === id)?.[0];
    const spoken = [...this.#byId.values()].map(({ codec }) => codec.name).join(", ");
    const why =
      name === undefined
        ? `serializer ${id} is not known to Pyro${this.#version}`
        : SERIALIZERS.some((one) => one === name)
          ? `serializer ${name} is not accepted here; use one of ${spoken}`
          : `serializer ${name} is refused: reading it would run the sender's code`;
    throw new SerializeError(why, { code: "PYRO_SERIALIZER" });
  }
}
