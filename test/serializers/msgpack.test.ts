import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PyroVersion } from "../../src/base/pyro-version.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { MsgpackSerializer } from "../../src/serializers/msgpack/msgpack.ts";
import { PyClassDict } from "../../src/values/python-values.ts";
import { classMakers, classMatchers } from "../support/class-tags.ts";
import { fromTagged, loadVectors, matchesTagged, type Tagged, type ValueCase } from "../support/tagged.ts";

const { cases } = loadVectors("msgpack");
const versionsOf = (one: ValueCase): PyroVersion[] =>
  one.pyro === "4+5" ? [4, 5] : [String(one.pyro) === "4" ? 4 : 5];
const bytesOf = (one: ValueCase): Buffer => Buffer.from(one.hex ?? "", "hex");
const perVersion = (all: readonly ValueCase[]): [string, ValueCase, PyroVersion][] =>
  all.flatMap((one) =>
    versionsOf(one).map((version): [string, ValueCase, PyroVersion] => [`${one.name}, Pyro${version}`, one, version]),
  );
const msgpack = (version: PyroVersion, unknown: "keep" | "refuse" = "refuse"): MsgpackSerializer =>
  new MsgpackSerializer({ classes: new PyroClassMapper(version, { unknown }), lossless: true });

function written(value: unknown, version: PyroVersion = 5): string {
  const out = new ByteSink();
  msgpack(version).dump(value, out);
  return out.since(0).toString("hex");
}

const load = (hex: string): unknown => msgpack(5).load(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** Read as something else, and why. */
const ELSEWHERE = new Map([
  ["datetime", "its text: there is no datetime here"],
  ["date", "its text: there is no date here"],
  ["raw_timestamp_ext", "refused: Pyro never sends it"],
]);

describe("reads what Pyro reads", () => {
  const read = cases.filter((one) => one.loads !== undefined && !ELSEWHERE.has(one.name));
  test.each(perVersion(read))("%s", (_title, one, version) => {
    const value = msgpack(version).load(bytesOf(one));
    expect(matchesTagged(value, one.loads as Tagged, classMatchers(version))).toBeUndefined();
  });

  test("but for dates, which are their text, and MessagePack's own timestamp", () => {
    const hex = (name: string): string => cases.find((one) => one.name === name)?.hex ?? "";
    expect(load(hex("date"))).toBe("2020-02-29");
    // Pyro's vector was made where the local time is UTC.
    const here = new Date(Date.UTC(2021, 2, 4, 5, 6, 7));
    const shift = here.getTimezoneOffset() * 60_000;
    expect(load(hex("datetime"))).toBe(`${new Date(here.getTime() - shift).toISOString().slice(0, 19)}.250000`);
    expect(() => load(hex("raw_timestamp_ext"))).toThrow("unsupported extension type 0xff of 4 bytes");
  });
});

describe("refuses what Pyro refuses, and keeps unknown classes for a client", () => {
  test.each(perVersion(cases.filter((one) => one.loads_error !== undefined)))("%s", (_title, one, version) => {
    const message = one.loads_error?.message ?? "";
    if (message.startsWith("unsupported serialized class")) {
      expect(() => msgpack(version).load(bytesOf(one))).toThrow(message);
      const kept = msgpack(version, "keep").load(bytesOf(one));
      expect(Array.isArray(kept) ? kept[0] : kept).toBeInstanceOf(PyClassDict);
    } else expect(() => msgpack(version).load(bytesOf(one))).toThrow(/^msgpack: /);
  });

  test.each([
    ["a list of four thousand million", "dd ffffffff", "truncated data"],
    ["a map of them", "df ffffffff", "truncated data"],
    ["201 brackets", `${"91".repeat(201)}c0`, "nesting depth exceeds 200"],
    ["an invalid int", "c7 01 31 78", "invalid int"],
    ["an int of 5000 digits", `c8 1388 31 ${"31".repeat(5_000)}`, "invalid int"],
    ["a complex number of 8 bytes", `d7 30 ${"00".repeat(8)}`, "unsupported extension type 0x30 of 8 bytes"],
    ["a datetime beyond all years", "d7 32 000000000000f07f", "invalid datetime"],
  ])("%s", (_title, hex, message) => {
    expect(() => load(hex)).toThrow(`msgpack: ${message}`);
  });
});

/** Without a value in TypeScript that is written so. */
const NOT_MADE = new Set(["slots", "datetime", "date"]);
/** Pyro4 on Python 3.11 forgets the class of instances. */
const FORGETTING = new Set(["class_instance", "class_in_list", "dataclass"]);

describe("writes what Pyro writes, byte for byte", () => {
  const ours = cases.filter(
    (one) => one.direction === "both" && one.value !== undefined && one.hex !== undefined && !NOT_MADE.has(one.name),
  );
  test.each(perVersion(ours).filter(([, one, version]) => version === 5 || !FORGETTING.has(one.name)))(
    "%s",
    (_title, one, version) => {
      if (one.loads_error?.message.includes("strict_map_key") === true) {
        expect(() => written(fromTagged(one.value as Tagged, classMakers(version)), version)).toThrow(
          /must be text or bytes/,
        );
        return;
      }
      const value = instancesLast(fromTagged(one.value as Tagged, classMakers(version)));
      expect(written(value, version)).toBe(one.hex);
    },
  );

  test("cycles, lone surrogates, and what has no place in Python", () => {
    const list: unknown[] = [];
    list.push(list);
    expect(() => written({ a: list })).toThrow("msgpack cannot write value.a[0]: circular reference");
    expect(() => written("\ud800")).toThrow("a lone surrogate");
    expect(() => written([() => 1])).toThrow("msgpack cannot write value[0]: a function cannot be serialized");
  });
});

/** Instances carry `__class__` last, exceptions first. */
function instancesLast(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(instancesLast);
  if (!(value instanceof PyClassDict) || value.fields.has("__exception__")) return value;
  return new PyClassDict(
    value.className,
    value.fields,
    value.classFirst && (value.fields.has("state") || value.fields.has("exception")),
  );
}

test("whatever is written comes back", { timeout: 60_000 }, () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }).map((big) => (isSafe(big) ? Number(big) : big)),
      fc.double({ noNaN: true }).filter((one) => !Number.isInteger(one) || Object.is(one, -0)),
      fc.string({ unit: "grapheme" }),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(tie("value"), { maxLength: 20 }),
      fc.dictionary(
        fc.string().filter((key) => key !== "__class__"),
        tie("value"),
        { maxKeys: 20 },
      ),
    ),
  }));
  const plain = new MsgpackSerializer({ classes: new PyroClassMapper(5, { unknown: "refuse" }) });
  fc.assert(
    fc.property(value, (one) => {
      const out = new ByteSink();
      plain.dump(one, out);
      expect(plain.load(out.since(0))).toEqual(one);
    }),
    { numRuns: 2_000 },
  );
});

function isSafe(big: bigint): boolean {
  return big >= Number.MIN_SAFE_INTEGER && big <= Number.MAX_SAFE_INTEGER;
}
