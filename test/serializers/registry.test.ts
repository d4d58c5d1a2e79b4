import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/limits.ts";
import type { PyroVersion } from "../../src/pyro-version.ts";
import { createClassCodec } from "../../src/serializers/classes.ts";
import { SerializerSet } from "../../src/serializers/registry.ts";

const setOf = (version: PyroVersion): SerializerSet =>
  new SerializerSet({
    version,
    classes: createClassCodec(version, { unknown: "refuse" }),
    limits: DEFAULT_LIMITS,
    lossless: false,
    bytesRepr: false,
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
    expect(set.byId(id).codec.name).toBe(name);
  });

  test.each([
    [4, 4, "serializer pickle is refused: reading it would run the sender's code"],
    [4, 5, "serializer dill is refused: reading it would run the sender's code"],
    [4, 7, "serializer cloudpickle is refused: reading it would run the sender's code"],
    [4, 0, "serializer 0 is not known to Pyro4"],
    [5, 7, "serializer 7 is not known to Pyro5"],
  ] as const)("Pyro%i: %i is refused, and the reason given", (version, id, message) => {
    expect(() => setOf(version).byId(id)).toThrow(expect.objectContaining({ code: "PYRO_SERIALIZER", message }));
  });

  test("names of no serializer are refused", () => {
    expect(() => setOf(4).byName("pickle")).toThrow("refused");
    expect(() => setOf(5).byName("pickle")).toThrow("Pyro5 knows no serializer pickle");
    expect(() => setOf(5).byName("constructor")).toThrow("Pyro5 knows no serializer constructor");
  });
});
