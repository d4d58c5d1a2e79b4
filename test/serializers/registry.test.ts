import { describe, expect, test } from "vitest";
import { Daemon, proxy } from "#pyro";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import type { PyroVersion } from "../../src/base/pyro-version.ts";
import { SERIALIZERS, type SerializerName } from "../../src/base/serializer-names.ts";
import { readConfig } from "../../src/config/config.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { SerializerSet } from "../../src/serializers/serializer-set.ts";

const setOf = (version: PyroVersion, accepted?: readonly SerializerName[]): SerializerSet =>
  new SerializerSet({
    classes: new PyroClassMapper(version, { unknown: "refuse" }),
    limits: DEFAULT_LIMITS,
    lossless: false,
    bytesRepr: false,
    accepted,
  });

describe("serializers by their numbers, which the versions disagree on", () => {
  test.each([
    [4, "serpent", 1],
    [4, "json", 2],
    [4, "marshal", 3],
    [4, "msgpack", 6],
    [5, "serpent", 1],
    [5, "marshal", 2],
    [5, "json", 3],
    [5, "msgpack", 4],
  ] as const)("Pyro%i: %s is %i", (version, name, id) => {
    const set = setOf(version);
    expect(set.byName(name).id).toBe(id);
    expect(set.byId(id)).toBe(set.byName(name));
    expect(set.byId(id).name).toBe(name);
  });

  test.each([
    [4, 4, "serializer pickle is refused: reading it would run the sender's code"],
    [4, 5, "serializer dill is refused: reading it would run the sender's code"],
    [4, 7, "serializer cloudpickle is refused: reading it would run the sender's code"],
    [4, 0, "unknown serializer id 0 for Pyro4"],
    [5, 7, "unknown serializer id 7 for Pyro5"],
  ] as const)("Pyro%i: %i is refused, and the reason given", (version, id, message) => {
    expect(() => setOf(version).byId(id)).toThrow(
      expect.objectContaining({
        code: "PYRO_SERIALIZER",
        message: `${message}; accepted: serpent, json, marshal, msgpack`,
      }),
    );
  });

  test("names of no serializer are refused", () => {
    expect(() => setOf(4).byName("pickle")).toThrow("refused");
    expect(() => setOf(5).byName("constructor")).toThrow(
      "unknown serializer constructor; choose one of serpent, json, marshal, msgpack",
    );
  });

  test("what is not accepted cannot come in, and is still there for what has to be in it", () => {
    const set = setOf(4, ["serpent", "json"]);
    expect(set.byId(2).name).toBe("json");
    expect(() => set.byId(6)).toThrow("serializer msgpack is not accepted here; accepted: serpent, json");
    expect(() => set.byId(4)).toThrow("serializer pickle is refused");
    // The addresses of blobs are in marshal, whatever else is spoken.
    expect(set.byName("marshal").id).toBe(3);
  });

  test("what a daemon is told to accept is looked at when it is told", async () => {
    const told = (...serializers: string[]): Promise<Daemon> =>
      Daemon.listen({ serializers: serializers as SerializerName[] });
    await expect(told("serpent", "pickle")).rejects.toThrow(
      "serializer pickle is refused: reading it would run the sender's code; choose one of serpent, json, marshal, msgpack",
    );
    await expect(told("yaml")).rejects.toThrow("unknown serializer yaml; choose one of");
    await expect(told()).rejects.toThrow("the list of accepted serializers is empty; choose some of");
    expect(() => proxy("PYRO:a@localhost:1", { serializer: "pickle" as SerializerName })).toThrow(
      expect.objectContaining({ code: "PYRO_SERIALIZER" }),
    );
  });

  test("PYRO_SERIALIZER and PYRO_SERIALIZERS_ACCEPTED", () => {
    expect(readConfig({})).toMatchObject({ serializer: "serpent", serializersAccepted: SERIALIZERS });
    const env = { PYRO_SERIALIZER: "marshal", PYRO_SERIALIZERS_ACCEPTED: "serpent, marshal" };
    expect(readConfig(env)).toMatchObject({ serializer: "marshal", serializersAccepted: ["serpent", "marshal"] });
    expect(() => readConfig({ PYRO_SERIALIZER: "pickle" })).toThrow(/serpent.*json.*marshal.*msgpack/);
    expect(() => readConfig({ PYRO_SERIALIZERS_ACCEPTED: "serpent,pickle" })).toThrow(
      /serpent.*json.*marshal.*msgpack/,
    );
  });
});
