/** The golden vectors of values (`test/vectors/README.md`): their tagged notation → values, and values ↔ tags compared. */

import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { isPlainObject } from "../../src/values/py-dict.ts";
import { PyClassDict, PyComplex, PyEllipsis, PyFloat, PyTuple } from "../../src/values/python-values.ts";

export interface TaggedFloat {
  readonly t: "float";
  readonly r: string;
  /** IEEE 754, big-endian, as hex. */
  readonly bits: string;
}
export type TaggedPair = readonly [Tagged, Tagged];
type TaggedAttributes = readonly (readonly [string | Tagged, Tagged])[];

/** A Python value in the vectors' own notation. */
export type Tagged =
  | { readonly t: "none" }
  | { readonly t: "bool"; readonly v: boolean }
  | { readonly t: "int"; readonly v: string }
  | TaggedFloat
  | { readonly t: "complex"; readonly re: TaggedFloat; readonly im: TaggedFloat }
  | { readonly t: "str"; readonly v: string; readonly codepoints?: readonly number[] }
  | { readonly t: "bytes" | "bytearray" | "memoryview"; readonly b64: string }
  | { readonly t: "list" | "tuple" | "deque" | "set" | "frozenset"; readonly v: readonly Tagged[] }
  | { readonly t: "dict"; readonly v: readonly TaggedPair[] }
  | { readonly t: "datetime" | "date" | "time"; readonly iso: string; readonly utcoffset_s?: number | null }
  | { readonly t: "timedelta"; readonly days: number; readonly seconds: number; readonly microseconds: number }
  | { readonly t: "decimal" | "uuid"; readonly v: string }
  | { readonly t: "array"; readonly typecode: string; readonly v: readonly Tagged[] }
  | { readonly t: "enum"; readonly class: string; readonly name: string; readonly value: Tagged }
  | {
      readonly t: "exception";
      readonly class: string;
      readonly args: readonly Tagged[];
      readonly attributes: TaggedAttributes;
    }
  | { readonly t: "uri"; readonly pyro: 4 | 5; readonly v: string }
  | { readonly t: "proxy"; readonly pyro: 4 | 5; readonly state: Tagged }
  | { readonly t: "exceptionwrapper"; readonly pyro: 4 | 5; readonly v: Tagged }
  | { readonly t: "daemon"; readonly pyro: 4 | 5 }
  | { readonly t: "object"; readonly class: string; readonly attrs: TaggedAttributes | null }
  | { readonly t: "dict_subclass"; readonly class: string; readonly v: readonly TaggedPair[] }
  | { readonly t: "list_subclass" | "tuple_subclass"; readonly class: string; readonly v: readonly Tagged[] }
  | { readonly t: "str_subclass" | "int_subclass"; readonly class: string; readonly v: string }
  | { readonly t: "msgpack_ext"; readonly code: number; readonly hex: string };

export type TaggedOf<T extends Tagged["t"]> = Extract<Tagged, { readonly t: T }>;
/** Tags that may be handed in: also those typed no closer than by `t`. */
export type AnyTagged = { readonly t: string };

/** How to make values of tags that this file has no value for, or another one. */
export type TagMakers = { readonly [T in Tagged["t"]]?: (tagged: TaggedOf<T>) => unknown };
/** How to compare such values: undefined when equal, else what differs. `path` leads the text of a difference. */
export type TagMatchers = {
  readonly [T in Tagged["t"]]?: (value: unknown, tagged: TaggedOf<T>, path: string) => string | undefined;
};

/** What Python made, or refused to make. */
export interface VectorError {
  readonly class: string;
  readonly message: string;
}

/** A case of serpent.json, json.json, marshal.json or msgpack.json. */
export interface ValueCase {
  readonly name: string;
  readonly direction: "both" | "encode" | "decode" | "unreadable";
  readonly python_repr?: string;
  readonly value?: Tagged;
  /** json, marshal, msgpack: whose bytes these are. */
  readonly pyro?: "4" | "5" | "4+5";
  readonly hex?: string;
  readonly text?: string;
  readonly loads?: Tagged;
  readonly loads_error?: VectorError;
  readonly dumps_error?: VectorError;
  /** msgpack only. */
  readonly loads_as_argument?: Tagged;
  readonly loads_as_argument_error?: VectorError;
  /** serpent only, as all that follow. */
  readonly group?: string;
  readonly options?: { readonly indent?: boolean; readonly bytes_repr?: boolean };
  readonly b64?: string;
  readonly byte_exact?: boolean;
  readonly pyro4_loads?: Tagged;
  readonly pyro4_loads_error?: VectorError;
  readonly pyro5_loads?: Tagged;
  readonly pyro5_loads_error?: VectorError;
}

export interface ValueVectors {
  readonly about: string;
  readonly made_with: Readonly<Record<string, string>>;
  readonly count: number;
  readonly cases: readonly ValueCase[];
}

/** Reads `test/vectors/NAME.json`; throws when cases are missing from it. */
export function loadVectors(name: "serpent" | "json" | "marshal" | "msgpack"): ValueVectors {
  const text = readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8");
  const vectors = JSON.parse(text) as ValueVectors;
  if (vectors.cases.length !== vectors.count) throw new Error(`${name}.json does not hold ${vectors.count} cases`);
  return vectors;
}

/** The number that a float tag stands for, bit for bit (but for the payload of a NaN). */
export function floatOfBits(bits: string): number {
  return Buffer.from(bits, "hex").readDoubleBE(0);
}

function bitsOf(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}

/** All of an array as one tuple; `PyTuple.of` and the like would read a single number as a length. */
function pyTuple(items: readonly unknown[]): PyTuple {
  const made = new PyTuple();
  for (const item of items) made.push(item);
  return made;
}

/**
 * The TypeScript value that a writer gets for this Python value: dicts are Maps, floats PyFloat, tuples PyTuple;
 * dates, times, decimals and uuids their Python text, a timedelta its seconds, an enum member its value, instances
 * and exceptions PyClassDict. Lossless, so far as TypeScript has words for it.
 * @throws for what it has none for (`uri`, `proxy`, `range` ...), unless `makers` knows it.
 */
export function fromTagged(tagged: AnyTagged, makers: TagMakers = {}): unknown {
  const tag = tagged as Tagged;
  const maker = makers[tag.t] as ((tagged: Tagged) => unknown) | undefined;
  if (maker !== undefined) return maker(tag);
  const all = (items: readonly Tagged[]): unknown[] => items.map((item) => fromTagged(item, makers));
  const pairs = (items: readonly TaggedPair[]): [unknown, unknown][] =>
    items.map(([key, value]) => [fromTagged(key, makers), fromTagged(value, makers)]);
  const attributes = (items: TaggedAttributes): [unknown, unknown][] =>
    items.map(([key, value]) => [typeof key === "string" ? key : fromTagged(key, makers), fromTagged(value, makers)]);
  switch (tag.t) {
    case "none":
      return null;
    case "bool":
      return tag.v;
    case "int":
    case "int_subclass":
      return Number.isSafeInteger(Number(tag.v)) ? Number(tag.v) : BigInt(tag.v);
    case "float":
      return new PyFloat(floatOfBits(tag.bits));
    case "complex":
      return new PyComplex(floatOfBits(tag.re.bits), floatOfBits(tag.im.bits));
    case "str":
    case "str_subclass":
    case "decimal":
    case "uuid":
      return tag.v;
    case "bytes":
    case "bytearray":
    case "memoryview":
      return new Uint8Array(Buffer.from(tag.b64, "base64"));
    case "list":
    case "deque":
    case "list_subclass":
      return all(tag.v);
    case "tuple":
    case "tuple_subclass":
      return pyTuple(all(tag.v));
    case "set":
    case "frozenset":
      return new Set(all(tag.v));
    case "dict":
    case "dict_subclass":
      return new Map(pairs(tag.v));
    case "datetime":
    case "date":
    case "time":
      return tag.iso;
    case "timedelta":
      return new PyFloat(tag.days * 86_400 + tag.seconds + tag.microseconds / 1e6);
    case "array":
      return tag.typecode === "u" ? all(tag.v).join("") : all(tag.v);
    case "enum":
      return fromTagged(tag.value, makers);
    case "exception":
      return new PyClassDict(
        tag.class,
        new Map<unknown, unknown>([
          ["__exception__", true],
          ["args", pyTuple(all(tag.args))],
          ["attributes", new Map(attributes(tag.attributes))],
        ]),
      );
    case "object":
      if (tag.class === "builtins.ellipsis") return PyEllipsis.value;
      if (tag.attrs === null) throw new Error(`no TypeScript value stands for an instance of ${tag.class}`);
      return new PyClassDict(tag.class, new Map(attributes(tag.attrs)));
    case "uri":
    case "proxy":
    case "exceptionwrapper":
    case "daemon":
    case "msgpack_ext":
      throw new Error(`no TypeScript value stands for the tag ${tag.t}; give a maker for it`);
    default:
      return tag satisfies never;
  }
}

function show(value: unknown): string {
  if (value instanceof PyTuple) return `tuple of ${value.length}`;
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (value instanceof PyFloat) return `float ${Object.is(value.value, -0) ? "-0" : value.value}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value).slice(0, 80);
  if (typeof value !== "object" || value === null) return String(value);
  return `${Object.getPrototypeOf(value)?.constructor?.name ?? "null-prototype object"} ${Object.keys(value).slice(0, 5)}`;
}

/**
 * Undefined when `value` is what `tagged` says, else the first difference, with the path to it. Floats (PyFloat or
 * number) compare by bits, NaN by its being NaN; sets in any order; dicts read as Maps in order, dicts read as
 * objects in any; an int never equals a PyFloat, nor a list a tuple.
 */
export function matchesTagged(
  value: unknown,
  tagged: AnyTagged,
  matchers: TagMatchers = {},
  path = "value",
): string | undefined {
  const tag = tagged as Tagged;
  const matcher = matchers[tag.t] as ((value: unknown, tagged: Tagged, path: string) => string | undefined) | undefined;
  if (matcher !== undefined) return matcher(value, tag, path);
  const differs = (expected: string): string => `${path}: expected ${expected}, got ${show(value)}`;
  const compare = (one: unknown, other: Tagged, at: string): string | undefined =>
    matchesTagged(one, other, matchers, path + at);
  const same = (expected: string, equal: boolean): string | undefined => (equal ? undefined : differs(expected));
  const items = (kind: string, isKind: boolean, expected: readonly Tagged[]): string | undefined => {
    if (!isKind || !Array.isArray(value) || value.length !== expected.length)
      return differs(`${kind} of ${expected.length}`);
    for (const [index, item] of expected.entries()) {
      const difference = compare(value[index], item, `[${index}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  };
  const isList = Array.isArray(value) && !(value instanceof PyTuple);
  switch (tag.t) {
    case "none":
      return same("null", value === null);
    case "bool":
      return same(String(tag.v), value === tag.v);
    case "int":
    case "int_subclass":
      if (typeof value === "bigint") {
        return same(`int ${tag.v} as a number`, value === BigInt(tag.v) && !Number.isSafeInteger(Number(tag.v)));
      }
      return same(`int ${tag.v}`, Number.isSafeInteger(value) && !Object.is(value, -0) && value === Number(tag.v));
    case "float": {
      const float = value instanceof PyFloat ? value.value : value;
      if (typeof float !== "number") return differs(`float ${tag.r}`);
      return same(`float ${tag.r}`, Number.isNaN(float) ? tag.r === "nan" : bitsOf(float) === tag.bits);
    }
    case "complex":
      if (!(value instanceof PyComplex)) return differs("complex");
      return compare(value.re, tag.re, ".re") ?? compare(value.im, tag.im, ".im");
    case "str":
    case "str_subclass":
    case "decimal":
    case "uuid":
      return same(JSON.stringify(tag.v), value === tag.v);
    case "datetime":
    case "date":
    case "time":
      return same(JSON.stringify(tag.iso), value === tag.iso);
    case "timedelta":
      return same(
        "seconds",
        Number(value instanceof PyFloat ? value.value : value) ===
          tag.days * 86_400 + tag.seconds + tag.microseconds / 1e6,
      );
    case "bytes":
    case "bytearray":
    case "memoryview":
      return same(
        `bytes ${tag.b64}`,
        value instanceof Uint8Array && Buffer.from(tag.b64, "base64").equals(Buffer.from(value)),
      );
    case "list":
    case "deque":
    case "list_subclass":
      return items("list", isList, tag.v);
    case "tuple":
    case "tuple_subclass":
      return items("tuple", value instanceof PyTuple, tag.v);
    case "set":
    case "frozenset":
      return matchesSet(value, tag.v, matchers, path);
    case "dict":
    case "dict_subclass":
      return matchesDict(value, tag.v, matchers, path);
    case "array":
      return tag.typecode === "u" ? same("text", value === fromTagged(tag)) : items("list", isList, tag.v);
    case "enum":
      return compare(value, tag.value, "");
    case "exception":
      if (!(value instanceof PyClassDict) || value.className !== tag.class) return differs(tag.class);
      return matchesTagged(value.fields.get("args"), { t: "tuple", v: tag.args } as Tagged, matchers, `${path}.args`);
    case "object":
      if (tag.class === "builtins.ellipsis") return same("...", value === PyEllipsis.value);
      if (!(value instanceof PyClassDict) || value.className !== tag.class) return differs(tag.class);
      return matchesDict(
        value.fields,
        (tag.attrs ?? []).map(([key, item]) => [typeof key === "string" ? { t: "str", v: key } : key, item] as const),
        matchers,
        path,
      );
    case "uri":
    case "proxy":
    case "exceptionwrapper":
    case "daemon":
    case "msgpack_ext":
      throw new Error(`the tag ${tag.t} needs a matcher`);
    default:
      return tag satisfies never;
  }
}

function matchesSet(
  value: unknown,
  expected: readonly Tagged[],
  matchers: TagMatchers,
  path: string,
): string | undefined {
  if (!(value instanceof Set) || value.size !== expected.length) {
    return `${path}: expected a Set of ${expected.length}, got ${show(value)}`;
  }
  const rest = new Set<unknown>(value);
  for (const tag of expected) {
    const found = [...rest].find((element) => matchesTagged(element, tag, matchers) === undefined);
    if (found === undefined && !rest.has(undefined)) return `${path}: no element equals ${JSON.stringify(tag)}`;
    rest.delete(found);
  }
  return undefined;
}

function matchesDict(
  value: unknown,
  expected: readonly TaggedPair[],
  matchers: TagMatchers,
  path: string,
): string | undefined {
  const wrong = (): string => `${path}: expected a dict of ${expected.length}, got ${show(value)}`;
  if (value instanceof Map) {
    if (value.size !== expected.length) return wrong();
    const entries = [...value];
    for (const [index, [key, item]] of expected.entries()) {
      const [readKey, readValue] = entries[index] ?? [];
      const difference =
        matchesTagged(readKey, key, matchers, `${path} key ${index}`) ??
        matchesTagged(readValue, item, matchers, `${path}[${show(readKey)}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (typeof value !== "object" || value === null || !isPlainObject(value)) return wrong();
  const object = value as Record<string, unknown>;
  if (Object.keys(object).length !== expected.length) return wrong();
  for (const [key, item] of expected) {
    if (key.t !== "str") return `${path}: a dict with other keys than text was read as an object`;
    if (!Object.hasOwn(object, key.v)) return `${path}: no key ${show(key.v)}`;
    const difference = matchesTagged(object[key.v], item, matchers, `${path}[${show(key.v)}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
