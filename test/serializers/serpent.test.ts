import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import type { ClassMapper } from "../../src/serializers/class-mapper.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { type SerpentOptions, SerpentSerializer } from "../../src/serializers/serpent/serpent.ts";
import { PyClassDict, PyComplex, PyFloat, tuple } from "../../src/values/python-values.ts";
import { classMakers, classMatchers, readMatchers } from "../support/class-tags.ts";
import { fromTagged, loadVectors, matchesTagged, type Tagged, type ValueCase } from "../support/tagged.ts";

const { cases } = loadVectors("serpent");
/** Values as the text alone has them: the class step left out. */
const NO_CLASSES: ClassMapper = { version: 5, toWire: () => undefined, revive: (value) => value };

function written(value: unknown, options: Partial<SerpentOptions> = {}): string {
  const out = new ByteSink();
  new SerpentSerializer({ classes: NO_CLASSES, ...options }).dump(value, out);
  return out.since(0).toString("utf8");
}

const bytesOf = (one: ValueCase): Buffer => Buffer.from(one.b64 ?? "", "base64");

/** Texts that Python reads and we refuse, with the reason. */
const REFUSED_HERE = new Map([
  ["text_named_escape", "\\N{NAME}: Node has no table of character names, and nobody writes it"],
]);
describe("reads what Python reads", () => {
  const readable = cases.filter((one) => one.loads !== undefined);
  test.each(readable.map((one): [string, ValueCase] => [one.name, one]))("%s", (name, one) => {
    const serpent = new SerpentSerializer({ classes: NO_CLASSES, lossless: true });
    if (REFUSED_HERE.has(name)) expect(() => serpent.load(bytesOf(one))).toThrow("write the character itself");
    else expect(matchesTagged(serpent.load(bytesOf(one)), one.loads as Tagged, readMatchers)).toBeUndefined();
  });
});

describe("refuses what Python refuses", () => {
  const refused = cases.filter((one) => one.loads_error !== undefined);
  test.each(refused.map((one): [string, ValueCase] => [one.name, one]))("%s", (_name, one) => {
    const serpent = new SerpentSerializer({ classes: NO_CLASSES });
    expect(() => serpent.load(bytesOf(one))).toThrow(/^serpent: .+/);
  });
});

/** Instances that Python writes in a way of its own, which no TypeScript value stands for; what they would be is in the reason. */
const NOT_OURS = new Map([
  ["str_surrogate_halves_as_two", "two halves of a surrogate pair side by side are one character in JavaScript"],
  ["class_slots", "an instance with slots is written as any other: the case class_instance"],
  ["userdict", "collections.UserDict is written as its dict: a Map here, as in the case dict"],
  ["userlist", "collections.UserList is written as its list: an Array here"],
  ["userstring", "collections.UserString is written as its text: a string here"],
  ["ordereddict", "collections.OrderedDict is a class dict that Pyro itself refuses to read back"],
  ["dict_keys", "a dict view is written as a list: an Array here"],
  ["dict_values", "a dict view is written as a list: an Array here"],
  ["dict_items", "a dict view is written as a list: an Array here"],
  ["str_subclass", "Python loses the text of a str subclass: nothing to write"],
  ["int_subclass", "Python loses the value of an int subclass: nothing to write"],
  ["class_getstate_tuple", "an instance that Python writes as what its __getstate__ gives: a tuple here"],
  [
    "class_getstate_dict",
    "an instance that Python writes as what its __getstate__ gives, without __class__: a Map here",
  ],
  ["proxy4_hmac_handshake_serializer", "HMAC keys of proxies are a later piece of work"],
]);

describe("writes what Python writes", () => {
  const all = cases.filter((one) => one.direction === "both" && one.options?.indent !== true);
  const writable = all.filter((one) => !NOT_OURS.has(one.name));

  test("but for those that no TypeScript value stands for, each for a reason", () => {
    expect(all.length - writable.length).toBe(NOT_OURS.size);
  });

  test.each(writable.map((one): [string, ValueCase] => [one.name, one]))("%s", (name, one) => {
    const version = /4|Pyro4/.test(name) || one.text?.includes("Pyro4") === true ? 4 : 5;
    const classes = new PyroClassMapper(version, { unknown: "keep" });
    const options = { bytesRepr: one.options?.bytes_repr ?? false, classes };
    const value = lastClass(fromTagged(one.value as Tagged, classMakers(version)));
    const text = written(value, options);
    if (one.byte_exact === true) expect(text).toBe(bytesOf(one).toString("utf8"));
    else {
      const serpent = new SerpentSerializer({ classes: NO_CLASSES, lossless: true });
      expect(matchesTagged(serpent.load(Buffer.from(text)), one.loads as Tagged, readMatchers)).toBeUndefined();
    }
  });

  test("indented texts are read, and never written: Pyro has no use for them on the wire", () => {
    const indented = cases.filter((one) => one.options?.indent === true);
    expect(indented.length).toBeGreaterThan(0);
    for (const one of indented) expect(one.loads ?? one.loads_error, one.name).toBeDefined();
  });
});

/** Plain instances carry `__class__` last, exceptions first. */
function lastClass(value: unknown): unknown {
  if (value instanceof PyClassDict && !value.fields.has("__exception__") && !value.fields.has("exception")) {
    const fields = new Map([...value.fields].map(([key, one]) => [key, lastClass(one)]));
    return new PyClassDict(value.className, fields, false);
  }
  if (Array.isArray(value) && value.constructor === Array) return value.map(lastClass);
  return value;
}

/** Python refuses to write these; here they can be written, or are no value at all. */
const NO_SUCH_REFUSAL = new Map([
  ["dict_date_key", "a date is its text here, and text is a key"],
  ["range", "there is no range in TypeScript"],
  ["object", "there is no bare object() in TypeScript"],
  ["type", "a class is a function here, refused in the test of functions"],
  ["ellipsis", "Python's serpent reads `...` but does not write it; here what was read can be sent back"],
  ["circular_list", "below, as the vectors cannot hold it"],
  ["circular_dict", "below, as the vectors cannot hold it"],
  ["circular_class", "below, as the vectors cannot hold it"],
]);

describe("refuses to write what Python refuses, or could not read back", () => {
  const all = cases.filter((one) => one.direction === "encode" || one.direction === "unreadable");
  const refused = all.filter((one) => !NO_SUCH_REFUSAL.has(one.name));

  test("but for those that are other values here, each for a reason", () => {
    expect(all.length - refused.length).toBe(NO_SUCH_REFUSAL.size);
  });

  test.each(refused.map((one): [string, ValueCase] => [one.name, one]))("%s", (_name, one) => {
    expect(() => written(fromTagged(one.value as Tagged))).toThrow(/^serpent cannot write /);
  });

  test("cycles, functions and objects of unknown classes are refused with the path to them", () => {
    const list: unknown[] = [1];
    list.push({ inner: list });
    expect(() => written(list)).toThrow("serpent cannot write value[1].inner: circular reference");
    const dict: Record<string, unknown> = {};
    dict["self"] = dict;
    expect(() => written(dict)).toThrow("value.self: circular reference");
    const fields = new Map<unknown, unknown>();
    const instance = new PyClassDict("a.B", fields);
    fields.set("me", instance);
    expect(() => written(instance)).toThrow("value.me: circular reference");
    expect(() => written({ a: [() => 1] })).toThrow("value.a[0]: a function cannot be serialized");
    expect(() => written([Symbol("x")])).toThrow("value[0]: a symbol cannot be serialized");
    class Own {}
    expect(() => written({ own: new Own() })).toThrow("value.own: objects of class Own cannot be serialized");
    const twice = [1];
    expect(written([twice, twice])).toContain("[[1],[1]]");
  });
});

for (const version of [4, 5] as const) {
  describe(`class step, Pyro${version}`, () => {
    const loads = (one: ValueCase): Tagged | undefined => (version === 4 ? one.pyro4_loads : one.pyro5_loads);
    const error = (one: ValueCase): { message: string } | undefined =>
      version === 4 ? one.pyro4_loads_error : one.pyro5_loads_error;
    const withClasses = cases.filter((one) => loads(one) !== undefined || error(one) !== undefined);
    test.each(withClasses.map((one): [string, ValueCase] => [one.name, one]))("%s", (_name, one) => {
      const refusing = new SerpentSerializer({
        classes: new PyroClassMapper(version, { unknown: "refuse" }),
        lossless: true,
      });
      const keeping = new SerpentSerializer({
        classes: new PyroClassMapper(version, { unknown: "keep" }),
        lossless: true,
      });
      const expected = loads(one);
      if (expected !== undefined) {
        const matchers = classMatchers(version);
        expect(matchesTagged(refusing.load(bytesOf(one)), expected, matchers)).toBeUndefined();
        expect(matchesTagged(keeping.load(bytesOf(one)), expected, matchers)).toBeUndefined();
        return;
      }
      const message = error(one)?.message ?? "";
      if (BETTER.has(one.name)) expect(refusing.load(bytesOf(one))).toBeInstanceOf(Error);
      else expect(() => refusing.load(bytesOf(one))).toThrow(message.replace(/^'|'$/g, ""));
      // A client keeps what Python refuses for its class alone.
      if (/^unsupported serialized class|double underscores/.test(message)) {
        expect(keeping.load(bytesOf(one))).toBeDefined();
      }
    });
  });
}

/** Exceptions that Python cannot rebuild from what it sent itself; as a RemoteError they arrive. */
const BETTER = new Set(["exc_unicodedecode", "exc_group"]);

describe("limits", () => {
  test.each([
    ["lists", "[".repeat(100_000) + "]".repeat(100_000)],
    ["tuples", "(".repeat(100_000) + ",)".repeat(100_000)],
    ["dicts", "{1:".repeat(100_000) + "}".repeat(100_000)],
    ["open brackets", "[".repeat(1_000_000)],
    ["grouping", "(".repeat(100_000)],
  ])("%s nested 100,000 deep are refused quickly", (_name, text) => {
    const serpent = new SerpentSerializer({ classes: NO_CLASSES });
    expect(() => serpent.load(Buffer.from(text))).toThrow("nesting depth exceeds 200");
  });

  test("100,000 strings side by side are one, and cost no stack", () => {
    const serpent = new SerpentSerializer({ classes: NO_CLASSES });
    expect(serpent.load(Buffer.from("'a' ".repeat(100_000)))).toBe("a".repeat(100_000));
  });

  test("200 levels are read and written, 201 are not", () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : [nest(levels - 1)]);
    const text = written(nest(200));
    expect(new SerpentSerializer({ classes: NO_CLASSES }).load(Buffer.from(text))).toEqual(nest(200));
    expect(() => written(nest(201))).toThrow("nesting depth exceeds 200");
  });

  test("every truncation of a text is refused", () => {
    const text = "{'a':[1,2.5,(3,),'x\\n'],'b':{1,2},'c':{'data': 'aGk=', 'encoding': 'base64'},'d':(1.0+2.0j)}";
    const serpent = new SerpentSerializer({ classes: NO_CLASSES });
    expect(serpent.load(Buffer.from(text))).toBeDefined();
    for (let length = 0; length < text.length; length++) {
      expect(() => serpent.load(Buffer.from(text.slice(0, length))), text.slice(0, length)).toThrow(/^serpent: /);
    }
  });

  test("equal numbers are one key, whatever their types, as in Python", () => {
    const serpent = new SerpentSerializer({ classes: NO_CLASSES });
    expect(serpent.load(Buffer.from("{100000000000000000000:'int',1e20:'float'}"))).toEqual(
      new Map([[10n ** 20n, "float"]]),
    );
    expect(serpent.load(Buffer.from("{100000000000000000001:'int',1e20:'float'}"))).toHaveProperty("size", 2);
    expect(serpent.load(Buffer.from("{(1,2.0):'a',(True,2):'b'}"))).toHaveProperty("size", 1);
  });

  test("keys of every prototype are keys like others", () => {
    const read = new SerpentSerializer({ classes: NO_CLASSES }).load(
      Buffer.from("{'__proto__':{'polluted':True},'constructor':1,'toString':2}"),
    ) as Record<string, unknown>;
    expect(Object.keys(read)).toEqual(["__proto__", "constructor", "toString"]);
    const inherited = Object.getPrototypeOf(read) as object;
    expect([Object.keys(inherited), Object.isFrozen(inherited), Object.getPrototypeOf(inherited)]).toEqual([
      [],
      true,
      null,
    ]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("what is written reads back the same", () => {
  const key = fc.oneof(fc.string({ unit: "binary" }), fc.integer());
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
      fc.double().map((number) => new PyFloat(number)),
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.uint8Array(),
      fc.array(tie("value")),
      fc.array(tie("value")).map((items) => tuple(...items)),
      fc.array(fc.tuple(key, tie("value"))).map((entries) => new Map(entries)),
      fc
        .uniqueArray(fc.string())
        .filter((items) => items.length > 0)
        .map((items) => new Set(items)),
      fc.tuple(fc.double({ noNaN: true }), fc.integer()).map(([re, im]) => new PyComplex(re === 0 ? 0 : re, im)),
    ),
  }));

  test("for values of all kinds", () => {
    const serpent = new SerpentSerializer({ classes: NO_CLASSES, lossless: true });
    fc.assert(
      fc.property(value, (one) => {
        expect(plain(serpent.load(Buffer.from(written(one))))).toEqual(plain(one));
      }),
      { numRuns: 500 },
    );
  });
});

/** Bytes as plain Uint8Array: a Buffer is one, too. Lone surrogates are compared as they are. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, plain(one)]));
  if (Array.isArray(value)) return value.map(plain);
  return value;
}
