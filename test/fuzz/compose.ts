/** New values made of old ones: whole values in lists, dicts, class dicts and calls, so that readers get past the first byte. */
import { Buffer } from "node:buffer";
import type { Serialized } from "./corpus.ts";
import type { Grammar, Mutator } from "./format.ts";
import type { Random } from "./random.ts";

/** How a format writes what contains values. */
interface Composer {
  text(text: string): Buffer;
  number(value: bigint): Buffer;
  readonly yes: Buffer;
  list(items: readonly Buffer[]): Buffer;
  tuple(items: readonly Buffer[]): Buffer;
  set(items: readonly Buffer[]): Buffer;
  dict(pairs: readonly (readonly [Buffer, Buffer])[]): Buffer;
  /** A value without what stands before it in a payload. */
  bare(payload: Buffer): Buffer;
}

const ascii = (text: string): Buffer => Buffer.from(text, "utf8");
const joined = (open: string, items: readonly Buffer[], close: string, last = ""): Buffer =>
  Buffer.concat([
    ascii(open),
    ...items.flatMap((item, index) => (index === 0 ? [item] : [ascii(","), item])),
    ascii(items.length === 0 ? close : last + close),
  ]);
const pairsOf = (pairs: readonly (readonly [Buffer, Buffer])[]): Buffer[] =>
  pairs.map(([key, value]) => Buffer.concat([key, ascii(":"), value]));

const serpent: Composer = {
  text: (text) => ascii(`'${text}'`),
  number: (value) => ascii(String(value)),
  yes: ascii("True"),
  list: (items) => joined("[", items, "]"),
  tuple: (items) => joined("(", items, ")", ","),
  set: (items) => joined("{", items, "}"),
  dict: (pairs) => joined("{", pairsOf(pairs), "}"),
  bare: (payload) => payload.subarray(payload[0] === 35 ? payload.indexOf(10) + 1 : 0),
};

const json: Composer = {
  text: (text) => ascii(JSON.stringify(text)),
  number: (value) => ascii(String(value)),
  yes: ascii("true"),
  list: (items) => joined("[", items, "]"),
  tuple: (items) => joined("[", items, "]"),
  set: (items) => joined("[", items, "]"),
  dict: (pairs) => joined("{", pairsOf(pairs), "}"),
  bare: (payload) => payload,
};

/** A type and a number, in marshal. */
const int32 = (type: number, value: number): Buffer => {
  const bytes = Buffer.from([type, 0, 0, 0, 0]);
  bytes.writeInt32LE(value, 1);
  return bytes;
};
const counted = (type: number, items: readonly Buffer[]): Buffer =>
  Buffer.concat([int32(type, items.length), ...items]);
const marshal: Composer = {
  text: (text) => Buffer.concat([Buffer.from([0x7a, text.length]), ascii(text)]),
  number: (value) => {
    const digits = Array.from({ length: 6 }, (_, index) => Number((value >> BigInt(15 * index)) & 0x7fffn));
    while (digits.at(-1) === 0) digits.pop();
    return Buffer.concat([
      int32(0x6c, digits.length),
      ...digits.map((digit) => Buffer.from([digit & 0xff, digit >> 8])),
    ]);
  },
  yes: ascii("T"),
  list: (items) => counted(0x5b, items),
  tuple: (items) => counted(0xa8, items), // with a number for references
  set: (items) => counted(0x3e, items),
  dict: (pairs) => Buffer.concat([ascii("{"), ...pairs.flat(), ascii("0")]),
  bare: (payload) => payload,
};

const headed = (type: number, count: number, items: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([type, 0, count]), ...items]);
const msgpack: Composer = {
  text: (text) => Buffer.concat([Buffer.from([0xd9, text.length]), ascii(text)]),
  number: (value) => {
    const digits = ascii(String(value));
    return Buffer.concat([Buffer.from([0xc7, digits.length, 0x31]), digits]);
  },
  yes: Buffer.from([0xc3]),
  list: (items) => headed(0xdc, items.length, items),
  tuple: (items) => headed(0xdc, items.length, items),
  set: (items) => headed(0xdc, items.length, items),
  dict: (pairs) => headed(0xde, pairs.length, pairs.flat()),
  bare: (payload) => payload,
};

const COMPOSERS: Readonly<Record<Serialized, Composer>> = { serpent, json, marshal, msgpack };

const CLASSES = [
  ...["builtins.ValueError", "builtins.OSError", "exceptions.KeyError", "StopIteration", "my.Thing", "struct.error"],
  ...["fuzz.Point", "fuzz.Failure", "sqlite3.Error", "float", "a__b"],
  ...[4, 5].flatMap((v) => [`Pyro${v}.core.URI`, `Pyro${v}.errors.NamingError`, `Pyro${v}.errors.Nothing`]),
  ...["Pyro4.core.Proxy", "Pyro4.core.Daemon", "Pyro4.futures._ExceptionWrapper"],
  ...["Pyro5.client.Proxy", "Pyro5.server.Daemon", "Pyro5.core._ExceptionWrapper"],
];
const FIELDS = ["args", "attributes", "state", "exception", "value", "x", "__proto__", "toString", "_pyroTraceback"];
const KEYS = ["a", "b", "data", "encoding", "__class__", "__proto__", "constructor", "then", "length", "0", ""];

/** Many numbers in a row, or such as V8 puts all in one place of its hash table. */
function numbers(random: Random, write: Composer): Buffer[] {
  const shift = random.pick([0n, 3n, 64n]);
  return Array.from({ length: random.pick([5, 300, 2_000]) }, (_, index) =>
    write.number((BigInt(index) << shift) + 7n),
  );
}

/** A URI's state, or a proxy's, with anything in any place. */
function state(random: Random, write: Composer, any: () => Buffer): Buffer {
  const parts = random.once(2)
    ? ["PYRO", "object", any, "host", any]
    : ["PYRO:o@h:1", any, any, any, "hello", "serpent", any, any].slice(0, random.pick([6, 6, 8]));
  return write.tuple(parts.map((part) => (typeof part === "function" || random.once(6) ? any() : write.text(part))));
}

/** Makes values out of the grammar's seeds. */
function composed(random: Random, write: Composer, { seeds }: Grammar, depth: number): Buffer {
  const any = (): Buffer =>
    depth === 0 || random.once(3)
      ? write.bare(random.pick(seeds).bytes)
      : composed(random, write, { seeds, tokens: [], nests: [] }, depth - 1);
  const some = (): Buffer[] => Array.from({ length: random.below(4) }, any);
  switch (random.below(8)) {
    case 0:
    case 1:
      return write.list(some());
    case 2:
      return write.tuple(some());
    case 3:
      if (random.once(20)) return write.set(numbers(random, write));
      if (random.once(20)) return write.dict(numbers(random, write).map((number) => [number, number]));
      return write.set(some());
    case 4:
    case 5:
      return write.dict(some().map((value) => [random.once(6) ? any() : write.text(random.pick(KEYS)), value]));
    default: {
      const pairs: [Buffer, Buffer][] = [
        [write.text("__class__"), random.once(9) ? any() : write.text(random.pick(CLASSES))],
      ];
      if (random.once(2)) pairs.push([write.text("__exception__"), write.yes]);
      for (let times = random.below(4); times > 0; times--) {
        const name = random.pick(FIELDS);
        const isState = name === "state" && !random.once(4);
        pairs.push([write.text(name), isState ? state(random, write, any) : any()]);
      }
      if (random.once(4)) pairs.reverse();
      return write.dict(pairs);
    }
  }
}

/** The mutation that puts a new value in the place of the input, or of its beginning. */
export function composing(name: Serialized): Mutator {
  const write = COMPOSERS[name];
  return (random, bytes, grammar) => {
    // Mostly of single values: payloads of whole calls are long.
    const value = composed(random, write, grammar, 1 + random.below(3));
    if (random.once(5)) return echoCall(name, value);
    return random.once(4) ? write.list([write.bare(bytes), value]) : value;
  };
}

/** The payload of a call with one argument, which is there as a payload of its own. */
export function echoCall(name: Serialized, argument: Buffer): Buffer {
  const write = COMPOSERS[name];
  const [object, method, value] = [write.text("service"), write.text("echo"), write.bare(argument)];
  if (name === "json") {
    const pairs = [
      ["object", object],
      ["method", method],
      ["params", write.list([value])],
      ["kwargs", write.dict([])],
    ] as const;
    return write.dict(pairs.map(([key, one]) => [write.text(key), one]));
  }
  const args = name === "serpent" ? write.tuple([value]) : write.list([value]);
  return write.tuple([object, method, args, write.dict([])]);
}

/**
 * In marshal, values of which each refers to the one before twice: they double with each, and what is done with them
 * must not. In the end they are a key, or stand in a class dict.
 */
export const towering: Mutator = (random) => {
  const kind = random.below(3);
  const levels = 1 + random.below(random.pick([5, 20, 60]));
  const refer = (level: number): Buffer => int32(0x72, level);
  const floors = Array.from({ length: levels }, (_, level) => {
    const two = [refer(level), refer(level)];
    if (kind === 0) return counted(0xdb, two);
    return kind === 1
      ? counted(0xa8, two)
      : Buffer.concat([
          Buffer.from([0xfb, 0x7a, 1, 0x61]),
          two[0] as Buffer,
          Buffer.from([0x7a, 1, 0x62]),
          two[1] as Buffer,
          ascii("0"),
        ]);
  });
  const top = refer(random.once(4) ? random.below(levels) : levels);
  const last = random.pick([
    marshal.dict([[top, top]]),
    marshal.set([top, top]),
    marshal.dict([
      [marshal.text("__class__"), marshal.text("x")],
      [marshal.text("a"), top],
    ]),
    marshal.list(new Array<Buffer>(random.below(50)).fill(top)),
  ]);
  return counted(0x5b, [counted(0xa8, [ascii("N")]), ...floors, last]);
};

const LITERAL = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z]+/g;

/** Another word in the place of one: text stays well-formed more often than not. */
export const otherWord: Mutator = (random, bytes, { tokens }) => {
  const found = [...bytes.toString("latin1").slice(0, 4_096).matchAll(LITERAL)];
  if (found.length === 0 || tokens.length === 0) return bytes;
  const { index, 0: old } = random.pick(found);
  const by = random.once(2) ? random.pick(tokens) : Buffer.from(random.pick(found)[0], "latin1");
  return Buffer.concat([bytes.subarray(0, index), by, bytes.subarray(index + old.length)]);
};
