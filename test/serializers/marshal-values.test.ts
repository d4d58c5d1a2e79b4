import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PyroVersion } from "../../src/base/pyro-version.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { MarshalSerializer } from "../../src/serializers/marshal/marshal.ts";
import { PyClassDict, PyComplex, PyFloat, tuple } from "../../src/values/python-values.ts";
import { classMakers, classMatchers } from "../support/class-tags.ts";
import { fromTagged, loadVectors, matchesTagged, type Tagged, type ValueCase } from "../support/tagged.ts";

const { cases } = loadVectors("marshal");
const versionsOf = (one: ValueCase): PyroVersion[] =>
  one.pyro === "4+5" ? [4, 5] : [String(one.pyro) === "4" ? 4 : 5];
const bytesOf = (one: ValueCase): Buffer => Buffer.from(one.hex ?? "", "hex");
const perVersion = (all: readonly ValueCase[]): [string, ValueCase, PyroVersion][] =>
  all.flatMap((one) =>
    versionsOf(one).map((version): [string, ValueCase, PyroVersion] => [`${one.name}, Pyro${version}`, one, version]),
  );
const marshal = (version: PyroVersion, unknown: "keep" | "refuse" = "refuse"): MarshalSerializer =>
  new MarshalSerializer({ classes: new PyroClassMapper(version, { unknown }), lossless: true });

function written(value: unknown, version: PyroVersion = 5): Buffer {
  const out = new ByteSink();
  marshal(version).dump(value, out);
  return out.take();
}

const load = (hex: string): unknown => marshal(5).load(Buffer.from(hex.replaceAll(" ", ""), "hex"));

describe("reads what Pyro reads", () => {
  test.each(perVersion(cases.filter((one) => one.loads !== undefined)))("%s", (_title, one, version) => {
    const read = marshal(version).load(bytesOf(one));
    expect(matchesTagged(read, one.loads as Tagged, classMatchers(version))).toBeUndefined();
  });
});

describe("refuses what Pyro refuses, and keeps unknown classes for a client", () => {
  test.each(perVersion(cases.filter((one) => one.loads_error !== undefined)))("%s", (_title, one, version) => {
    const message = one.loads_error?.message ?? "";
    if (message.startsWith("unsupported serialized class")) {
      expect(() => marshal(version).load(bytesOf(one))).toThrow(message);
      expect(marshal(version, "keep").load(bytesOf(one))).toBeInstanceOf(PyClassDict);
    } else expect(() => marshal(version).load(bytesOf(one))).toThrow(/^marshal: /);
  });
});

/** Instances with slots: their attributes are not in the vectors, and they are written as the case class_instance. */
const NOT_MADE = ["slots"];
/** Pyro4 on Python 3.11 forgets the class of instances. */
const FORGETTING = ["class_instance", "dataclass"];
const writable = cases.filter((one) => one.direction === "both" && one.loads !== undefined);

describe("what is written is read as what it was", () => {
  const ours = perVersion(writable.filter((one) => one.value !== undefined && !NOT_MADE.includes(one.name)));
  test.each(ours.filter(([, one, version]) => version === 5 || !FORGETTING.includes(one.name)))(
    "%s",
    (_title, one, version) => {
      const value = fromTagged(one.value as Tagged, classMakers(version));
      // Before the class step: an exception that is read and written again has another traceback.
      const plain = new MarshalSerializer({
        classes: { version, toWire: () => undefined, revive: (read) => read },
        lossless: true,
      });
      expect(plain.load(written(value, version))).toEqual(plain.load(bytesOf(one)));
    },
  );
});

describe("forms that Python wrote before version 4, or only reads", () => {
  test.each<[string, string, unknown]>([
    ["an int64", "49 ffffffffffffff7f", 9223372036854775807n],
    ["a float as text", "66 03 312e35", new PyFloat(1.5)],
    ["a complex number as text", "78 01 31 02 2d32", new PyComplex(1, -2)],
    ["an interned text", "74 02000000 c3a9", "é"],
    ["a long text of ASCII", "41 03000000 616263", "abc"],
    ["a long tuple of one", "28 01000000 4e", tuple(null)],
    ["what follows it is no matter", "54 ffff", true],
    ["a reference to what came before", "5b 02000000 da 01 61 72 00000000", ["a", "a"]],
  ])("%s", (_title, hex, value) => {
    expect(load(hex)).toEqual(value);
  });
});

describe("refuses", () => {
  test.each([
    ["nothing at all", "", "truncated data"],
    ["a list that ends early", "5b 01000000", "invalid size 1, 0 bytes remain"],
    ["an int that ends early", "69 0000", "truncated data"],
    ["a count of two thousand million", "5b ffffff7f", "invalid size 2147483647"],
    ["a negative size", "73 ffffffff", "invalid size -1"],
    ["text that is not UTF-8", "75 01000000 ff", "invalid UTF-8 in text"],
    ["a digit of 16 bits", "6c 01000000 0080", "invalid int"],
    ["an int whose last digit is 0", "6c 02000000 0100 0000", "invalid int"],
    ["an invalid float", "66 03 312e78", "invalid float"],
    ["a list as a dict's key", "7b 5b 00000000 4e 30", "unhashable dict key or set element"],
    ["a dict in a set", "3c 01000000 7b 30", "unhashable dict key or set element"],
    ["a list in a tuple that is a key", "7b 29 01 5b 00000000 4e 30", "unhashable dict key or set element"],
    ["an end where an item should be", "5b 01000000 30", "expected an item, found NULL"],
    ["only an end", "30", "expected a value, found NULL"],
    ["code", "63 00000000", 'unsupported type "c"'],
    ["a reference to nothing", "72 05000000", "reference to unknown value 5"],
    ["a list within itself", "db 01000000 72 00000000", "circular reference"],
    ["201 brackets", `${"5b01000000".repeat(201)}4e`, "nesting depth exceeds 200"],
  ])("%s", (_title, hex, message) => {
    expect(() => load(hex)).toThrow(`marshal: ${message}`);
  });

  test("a value that doubles with each reference, before it takes the memory of two to the hundredth", () => {
    // [a, [a, a], [b, b], ...]: each list twice the one before.
    const lists = Array.from({ length: 100 }, (_, n) => `db 02000000 72 ${ref(n)} 72 ${ref(n)}`).join(" ");
    const bomb = `5b 65000000 db 00000000 ${lists}`;
    expect(() => load(bomb)).toThrow(/^marshal: references add more than \d+ values/);
  });

  test("cycles, depth and what has no place in Python", () => {
    const list: unknown[] = [];
    list.push(list);
    expect(() => written({ a: list })).toThrow("marshal cannot write value.a[0]: circular reference");
    expect(() => written({ a: [() => 1] })).toThrow("marshal cannot write value.a[0]: a function cannot be serialized");
    expect(() => written(new Map([[{}, 1]]))).toThrow("a dict's key must be");
    expect(() => written(new (class Other {})())).toThrow("objects of class Other cannot be serialized");
  });
});

function ref(number: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes.toString("hex");
}

test("whatever is written comes back", { timeout: 60_000 }, () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }).map((big) => (isSafe(big) ? Number(big) : big)),
      fc.double({ noNaN: true }).filter((one) => !Number.isInteger(one) || Object.is(one, -0)),
      fc.string({ unit: "binary" }),
      fc.uint8Array({ maxLength: 40 }),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.array(tie("value"), { maxLength: 5 }).map((items) => tuple(...items)),
      fc.dictionary(
        fc.string({ unit: "binary" }).filter((key) => key !== "__class__"),
        tie("value"),
        { maxKeys: 5 },
      ),
    ),
  }));
  const plain = new MarshalSerializer({ classes: new PyroClassMapper(5, { unknown: "refuse" }) });
  fc.assert(
    fc.property(value, (one) => {
      const out = new ByteSink();
      plain.dump(one, out);
      expect(plain.load(out.since(0))).toEqual(one);
    }),
    { numRuns: 1_000 },
  );
});

function isSafe(big: bigint): boolean {
  return big >= Number.MIN_SAFE_INTEGER && big <= Number.MAX_SAFE_INTEGER;
}
