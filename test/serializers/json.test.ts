import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PyroVersion } from "../../src/base/pyro-version.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { JsonSerializer } from "../../src/serializers/json/json.ts";
import { PyClassDict, PyFloat } from "../../src/values/python-values.ts";
import { classMakers, classMatchers } from "../support/class-tags.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { fromTagged, loadVectors, matchesTagged, type Tagged, type ValueCase } from "../support/tagged.ts";

const { cases } = loadVectors("json");
const versionsOf = (one: ValueCase): PyroVersion[] =>
  one.pyro === "4+5" ? [4, 5] : [String(one.pyro) === "4" ? 4 : 5];
const bytesOf = (one: ValueCase): Buffer => Buffer.from(one.hex ?? "", "hex");
const perVersion = (all: readonly ValueCase[]): [string, ValueCase, PyroVersion][] =>
  all.flatMap((one) =>
    versionsOf(one).map((version): [string, ValueCase, PyroVersion] => [`${one.name}, Pyro${version}`, one, version]),
  );

const json = (version: PyroVersion, unknown: "keep" | "refuse" = "refuse"): JsonSerializer =>
  new JsonSerializer({ classes: new PyroClassMapper(version, { unknown }), lossless: true });

function written(value: unknown, version: PyroVersion = 5): string {
  const out = new ByteSink();
  json(version).dump(value, out);
  return out.since(0).toString("utf8");
}

describe("reads what Pyro reads", () => {
  test.each(perVersion(cases.filter((one) => one.loads !== undefined)))("%s", (_title, one, version) => {
    expect(
      matchesTagged(json(version).load(bytesOf(one)), one.loads as Tagged, classMatchers(version)),
    ).toBeUndefined();
  });
});

describe("refuses what Pyro refuses, and keeps unknown classes for a client", () => {
  test.each(perVersion(cases.filter((one) => one.loads_error !== undefined)))("%s", (_title, one, version) => {
    const message = one.loads_error?.message ?? "";
    if (message.startsWith("unsupported serialized class")) {
      expect(() => json(version).load(bytesOf(one))).toThrow(message);
      expect(JSON.stringify(json(version, "keep").load(bytesOf(one)))).toContain("mymodule.");
    } else expect(() => json(version).load(bytesOf(one))).toThrow(/^json: /);
  });
});

/** Instances with slots: their attributes are not in the vectors, and they are written as the case class_instance. */
const NOT_MADE = ["slots", "slots"];
const writable = cases.filter((one) => one.direction === "both" && one.text !== undefined);

describe("writes what Pyro writes, byte for byte", () => {
  const ours = writable.filter((one) => !NOT_MADE.includes(one.name));
  test.each(perVersion(ours))("%s", (_title, one, version) => {
    const value = asWritten(fromTagged(one.value as Tagged, classMakers(version)), one, version);
    const wanted = bytesOf(one).toString("utf8");
    if (one.value?.t === "set") expect(sorted(written(value, version))).toEqual(sorted(wanted));
    else expect(written(value, version)).toBe(wanted);
  });

  test("but for those that no TypeScript value stands for, which are these", () => {
    expect(writable.filter((one) => !ours.includes(one)).map((one) => one.name)).toEqual(NOT_MADE);
  });
});
const sorted = (text: string): string[] =>
  text
    .replace(/[[\] ]/g, "")
    .split(",")
    .toSorted();

/** Instances carry `__class__` last, or, from Python 3.11's Pyro4, not at all; exceptions first. */
function asWritten(value: unknown, one: ValueCase, version: PyroVersion): unknown {
  if (Array.isArray(value)) return value.map((item) => asWritten(item, one, version));
  if (!(value instanceof PyClassDict) || /^exception/.test([...value.fields.keys()].join().replace(/^_+/, "")))
    return value;
  return one.text?.includes("__class__") === true
    ? new PyClassDict(value.className, value.fields, false)
    : value.fields;
}

describe("refuses to write what Pyro refuses", () => {
  /** Other values here than there. */
  const elsewhere = new Map([
    ["frozenset", "a frozenset is a Set here, and a set is written as a list"],
    ["time", "a time is its text here"],
    ["timedelta", "a timedelta is its seconds here"],
    ["enum", "an enum member is its value here"],
    ["deque", "a deque is an Array here"],
    ["object", "there is no bare object() in TypeScript"],
    ["circular", "below, as the vectors cannot hold it"],
  ]);
  const all = cases.filter((one) => one.dumps_error !== undefined);
  test.each(perVersion(all.filter((one) => !elsewhere.has(one.name))))("%s", (_title, one, version) => {
    expect(() => written(fromTagged(one.value as Tagged, classMakers(version)), version)).toThrow(
      /^json cannot write /,
    );
  });

  test("cycles and depth", () => {
    expect(new Set(all.map((one) => one.name).filter((name) => elsewhere.has(name)))).toEqual(
      new Set(elsewhere.keys()),
    );
    const list: unknown[] = [];
    list.push(list);
    expect(() => written(list)).toThrow("json cannot write value[0]: circular reference");
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(() => json(5).load(Buffer.from(deep))).toThrow("nesting depth exceeds 200");
    expect(() => json(5).load(Buffer.from('{"a":'.repeat(100_000)))).toThrow("nesting depth exceeds 200");
  });
});

test("calls have Pyro's shape, and others are refused", () => {
  const out = new ByteSink();
  json(5).dumpCall({ object: "obj", method: "m", args: [1, "é"], kwargs: {} }, out);
  expect(out.since(0).toString()).toBe('{"object": "obj", "method": "m", "params": [1, "é"], "kwargs": {}}');
  expect(json(5).loadCall(out.since(0))).toEqual({ object: "obj", method: "m", args: [1, "é"], kwargs: {} });
  for (const bad of [
    "[]",
    "1",
    '{"object":1,"method":"m","params":[],"kwargs":{}}',
    '{"object":"o","method":"m","params":{},"kwargs":{}}',
    '{"object":"o","method":"m","params":[],"kwargs":[]}',
  ]) {
    expect(() => json(5).loadCall(Buffer.from(bad)), bad).toThrow(/^invalid call/);
  }
});

test("strings are read once, whatever they hold", () => {
  const reader = new JsonSerializer({ classes: new PyroClassMapper(5, { unknown: "refuse" }) });
  const start = cpuMs();
  for (const unit of ["\\n", '\\"', "\\\\", "x\\u0041"]) {
    const text = `["${unit.repeat(400_000)}", "${"x".repeat(1_000_000)}"]`;
    expect(reader.load(Buffer.from(text))).toEqual(JSON.parse(text));
  }
  const many = JSON.stringify(Array.from({ length: 100_000 }, (_, at) => (at % 2 === 0 ? "plain" : 'a\n"b')));
  expect(reader.load(Buffer.from(many))).toEqual(JSON.parse(many));
  expect(cpuMs() - start).toBeLessThan(2_000);
  for (const bad of ['"', '"a', '"a\\', '"a\\"', '["\\', '"\\x"', '"\\u12"', '"a\nb"']) {
    expect(() => reader.load(Buffer.from(bad)), bad).toThrow(/^json: /);
  }
});

test("keys of every prototype are keys like others", () => {
  const read = new JsonSerializer({ classes: new PyroClassMapper(5, { unknown: "refuse" }) }).load(
    Buffer.from('{"__proto__": {"polluted": 1}, "constructor": 2}'),
  ) as Record<string, unknown>;
  expect(Object.keys(read)).toEqual(["__proto__", "constructor"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("what JSON.stringify writes is read as JSON.parse reads it", () => {
  const reader = new JsonSerializer({ classes: new PyroClassMapper(5, { unknown: "keep" }) });
  const value = fc.jsonValue().filter((one) => !JSON.stringify(one).includes("__class__"));
  fc.assert(
    fc.property(value, (one) => {
      const text = JSON.stringify(one);
      const read = JSON.stringify(reader.load(Buffer.from(text)), (_key, item: unknown) =>
        typeof item === "bigint" ? Number(item) : item,
      );
      expect(read).toBe(JSON.stringify(JSON.parse(text)));
      expect(JSON.stringify(JSON.parse(written(one)))).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 300 },
  );
  expect(written(new PyFloat(1))).toBe("1.0");
});
