/** Mutations that know bytes, numbers, words and nesting, but no format. */
import { Buffer } from "node:buffer";
import { type Grammar, MOST_BYTES, type Mutator } from "./format.ts";
import type { Random } from "./random.ts";

const INTERESTING_BYTES = [0, 1, 9, 10, 13, 32, 34, 39, 64, 92, 0x7f, 0x80, 0xc0, 0xed, 0xef, 0xf0, 0xf4, 0xfe, 0xff];
const BOUNDARIES: readonly bigint[] = [7n, 8n, 15n, 16n, 24n, 31n, 32n, 53n, 63n, 64n].flatMap((bits) => {
  const power = 1n << bits;
  return [power - 1n, power, power + 1n, -power, 1n - power, -power - 1n];
});
const BAD_UTF8 = ["80", "c0af", "c3", "e28082e2", "eda080", "edb080", "f08080af", "f4908080", "f8888080", "fffe", "ed9fbf"]
  .map((hex) => Buffer.from(hex, "hex")); // biome-ignore format: a table
const DEPTHS = [2, 9, 63, 199, 200, 201, 999, 5_000, MOST_BYTES];

/** The range between two random places. */
function range(random: Random, length: number): [from: number, to: number] {
  const one = random.below(length + 1);
  // Mostly short: that leaves something to read.
  const size = random.once(3) ? random.below(length - one + 1) : Math.min(random.below(9), length - one);
  return [one, one + size];
}

function replaced(bytes: Buffer, from: number, to: number, ...by: readonly Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, from), ...by, bytes.subarray(to)]).subarray(0, MOST_BYTES);
}

const flipBits: Mutator = (random, bytes) => {
  const copy = Buffer.from(bytes);
  for (let times = 1 + random.below(4); times > 0 && copy.length > 0; times--) {
    const at = random.below(copy.length);
    copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  }
  return copy;
};

const setBytes: Mutator = (random, bytes) => {
  const copy = Buffer.from(bytes);
  for (let times = 1 + random.below(3); times > 0 && copy.length > 0; times--) {
    copy[random.below(copy.length)] = random.once(2) ? random.pick(INTERESTING_BYTES) : random.below(256);
  }
  return copy;
};

const truncate: Mutator = (random, bytes) => bytes.subarray(0, random.below(bytes.length + 1));

const remove: Mutator = (random, bytes) => replaced(bytes, ...range(random, bytes.length));

const insertRandom: Mutator = (random, bytes) => {
  const at = random.below(bytes.length + 1);
  return replaced(bytes, at, at, Buffer.from(Array.from({ length: 1 + random.below(12) }, () => random.below(256))));
};

/** A chunk again, perhaps so often that the input is as long as one may be. */
const repeat: Mutator = (random, bytes, { tokens }) => {
  const [from, to] = range(random, bytes.length);
  const chunk = tokens.length > 0 && random.once(3) ? random.pick(tokens) : bytes.subarray(from, to);
  const most = Math.floor((MOST_BYTES - bytes.length) / Math.max(chunk.length, 1));
  const times = Math.min(random.once(12) ? most : random.pick([1, 1, 2, 3, 10, 100]), most);
  return replaced(bytes, to, to, ...new Array<Buffer>(Math.max(times, 0)).fill(chunk));
};

/** The beginning of one and the end of another. */
const splice: Mutator = (random, bytes, { seeds }) => {
  const other = random.pick(seeds).bytes;
  const at = random.below(bytes.length + 1);
  return replaced(bytes, at, bytes.length, other.subarray(random.below(other.length + 1)));
};

/** A part of another one within this. */
const graft: Mutator = (random, bytes, { seeds }) => {
  const other = random.pick(seeds).bytes;
  const [from, to] = random.once(2) ? [0, other.length] : range(random, other.length);
  return replaced(
    bytes,
    ...(random.once(2) ? range(random, bytes.length) : here(random, bytes)),
    other.subarray(from, to),
  );
};

function here(random: Random, bytes: Buffer): [number, number] {
  const at = random.below(bytes.length + 1);
  return [at, at];
}

/** A number at its limits, in one of the ways in which formats write numbers. */
function integer(random: Random): Buffer {
  const value = random.once(3) ? BigInt(random.below(300)) - 20n : random.pick(BOUNDARIES);
  const bytes = Buffer.alloc(8);
  const size = random.pick([1, 2, 4, 4, 8]);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value));
  const cut = bytes.subarray(8 - size);
  return random.once(2) ? cut : Buffer.from(cut).reverse();
}

const overwriteInteger: Mutator = (random, bytes) => {
  const number = integer(random);
  const at = random.below(Math.max(bytes.length - number.length, 0) + 1);
  return replaced(bytes, at, at + number.length, number);
};

const DIGITS = /\d+/g;

/** Another number in place of one that is written in digits. */
const decimal: Mutator = (random, bytes) => {
  const found = [...bytes.toString("latin1").slice(0, 4_096).matchAll(DIGITS)];
  const text = random.once(4)
    ? "9".repeat(random.pick([16, 309, 4_300, 4_301, 30_000]))
    : String(random.pick(BOUNDARIES));
  if (found.length === 0) return overwriteInteger(random, bytes, { seeds: [], tokens: [], nests: [] });
  const one = random.pick(found);
  return replaced(bytes, one.index, one.index + one[0].length, Buffer.from(text));
};

const insertToken: Mutator = (random, bytes, { tokens }) =>
  tokens.length === 0 ? bytes : replaced(bytes, ...here(random, bytes), random.pick(tokens));

const overwriteToken: Mutator = (random, bytes, { tokens }) =>
  tokens.length === 0 ? bytes : replaced(bytes, ...range(random, bytes.length), random.pick(tokens));

/** Values inside of values: the whole, or what stands somewhere in it. */
const nest: Mutator = (random, bytes, { nests }) => {
  if (nests.length === 0) return bytes;
  const [open, close] = random.pick(nests);
  const room = Math.floor((MOST_BYTES - bytes.length) / (open.length + close.length));
  const depth = Math.max(0, Math.min(random.once(6) ? random.pick(DEPTHS) : 1 + random.below(4), room));
  const [from, to] = random.once(2) ? [0, bytes.length] : range(random, bytes.length);
  const opened = Buffer.alloc(open.length * depth, open);
  // Now and then nothing is closed again.
  const closed = close.length === 0 || random.once(8) ? Buffer.alloc(0) : Buffer.alloc(close.length * depth, close);
  return replaced(bytes, from, to, opened, bytes.subarray(from, to), closed);
};

const breakUtf8: Mutator = (random, bytes) => replaced(bytes, ...here(random, bytes), random.pick(BAD_UTF8));

const swap: Mutator = (random, bytes) => {
  const [from, to] = range(random, bytes.length);
  const [other, end] = range(random, from);
  return Buffer.concat([
    bytes.subarray(0, other),
    bytes.subarray(from, to),
    bytes.subarray(end, from),
    bytes.subarray(other, end),
    bytes.subarray(to),
  ]);
};

const GENERAL: readonly Mutator[] = [
  ...[flipBits, setBytes, truncate, remove, insertRandom, repeat, splice, graft, overwriteInteger, decimal],
  ...[insertToken, insertToken, overwriteToken, nest, breakUtf8, swap],
];

/** A seed, mutated once or a few times, or not at all now and then. */
export function mutated(random: Random, seed: Buffer, grammar: Grammar): Buffer {
  if (random.once(40)) return seed;
  let bytes = seed;
  do {
    const own = grammar.own !== undefined && random.once(2) ? grammar.own : GENERAL;
    bytes = random.pick(own)(random, bytes, grammar).subarray(0, MOST_BYTES);
  } while (random.once(2));
  return bytes;
}
