/** How many values one payload may hold: bytes alone do not bound memory. */
import type { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { SERIALIZERS, type SerializerName } from "../../src/base/serializer-names.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { SerializerSet } from "../../src/serializers/serializer-set.ts";

function serializers(maxValues: number): SerializerSet {
  return new SerializerSet({
    classes: new PyroClassMapper(5, { unknown: "keep" }),
    limits: { ...DEFAULT_LIMITS, maxValues },
    lossless: false,
    bytesRepr: false,
  });
}

function written(name: SerializerName, value: unknown): Buffer {
  const out = new ByteSink();
  serializers(1_000).byName(name).dump(value, out);
  return out.take();
}

describe.each(SERIALIZERS)("%s", (name) => {
  test.each([
    ["a list of empty dicts", Array.from({ length: 200 }, () => ({}))],
    ["a list of numbers", Array.from({ length: 400 }, (_, index) => index)],
    ["a dict", Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`key${index}`, index]))],
    ["lists in lists", Array.from({ length: 20 }, () => Array.from({ length: 20 }, () => "text"))],
  ])("%s is read up to the limit, and refused beyond it with the limit's name", (_title, value) => {
    const bytes = written(name, value);
    expect(serializers(1_000).byName(name).load(bytes)).toEqual(value);
    const refusing = serializers(150).byName(name);
    expect(() => refusing.load(bytes)).toThrow("more than 150 values in one message (limits.maxValues)");
    // The count begins anew with each payload.
    for (let times = 0; times < 3; times++) expect(refusing.load(written(name, [1, 2, 3]))).toEqual([1, 2, 3]);
  });
});

test("the default follows the heap that the process may use", () => {
  const { heap_size_limit } = process.getBuiltinModule("node:v8").getHeapStatistics();
  expect(DEFAULT_LIMITS.maxValues).toBe(Math.floor(heap_size_limit / 128));
});
