import { Buffer } from "node:buffer";
import { SerializeError } from "../../../src/base/errors.ts";
import { DEFAULT_LIMITS } from "../../../src/base/limits.ts";
import { ByteSink } from "../../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../../src/serializers/class-mapper.ts";
import { ClassRegistry } from "../../../src/serializers/class-registry.ts";
import type { Serializer } from "../../../src/serializers/serializer.ts";
import { SerializerSet } from "../../../src/serializers/serializer-set.ts";
import { parseMetadata } from "../../../src/session/metadata.ts";
import { pyRepr } from "../../../src/values/py-repr.ts";
import { dictValue } from "../../../src/values/python-values.ts";
import { SERIALIZER_NAMES, type Serialized, VALUE_BITS } from "../corpus.ts";
import type { Target } from "../format.ts";
import { inOneLine, Problem, refusalCode } from "../judge.ts";

class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

class Failure extends Error {
  readonly thing: string;
  constructor(message: string, thing: string) {
    super(message);
    this.thing = thing;
  }
}

function registry(): ClassRegistry {
  const classes = new ClassRegistry();
  classes.register(Point, {
    className: "fuzz.Point",
    toDict: ({ x, y }) => ({ x, y }),
    fromDict: (fields) => new Point(fields.get("x") as number, fields.get("y") as number),
  });
  classes.registerException(Failure, { className: "fuzz.Failure", toArgs: (one) => [one.message, one.thing] });
  return classes;
}

const classes = registry();
const made = new Map<string, Serializer>();

/** The reader that a variant asks for. */
function serializerFor(name: Serialized, variant: number): Serializer {
  const kind = variant & (VALUE_BITS.pyro4 | VALUE_BITS.lossless | VALUE_BITS.keep);
  const key = `${name} ${kind}`;
  let found = made.get(key);
  if (found === undefined) {
    const version = (kind & VALUE_BITS.pyro4) === 0 ? 5 : 4;
    const unknown = (kind & VALUE_BITS.keep) === 0 ? "refuse" : "keep";
    const set = new SerializerSet({
      classes: new PyroClassMapper(version, { unknown, registry: classes }),
      limits: DEFAULT_LIMITS,
      lossless: (kind & VALUE_BITS.lossless) !== 0,
      bytesRepr: false,
    });
    found = set.byName(name);
    made.set(key, found);
  }
  return found;
}

/** What is told, written and read again is not longer: the time is that of all of it. */
const MOST_USED = 8_192;

/** Reads values, or calls, and writes what it read again. */
export function valueTarget(name: Serialized): Target {
  return {
    feed(input, variant) {
      const codec = serializerFor(name, variant);
      const { bytes, from, to } = placed(input, variant);
      const isCall = (variant & VALUE_BITS.call) !== 0;
      const value = isCall ? codec.loadCall(bytes, from, to) : codec.load(bytes, from, to);
      if ((variant & VALUE_BITS.used) !== 0 && input.length < MOST_USED)
        judgeUse(codec, isCall ? argumentsOf(value) : value, bytes);
      return "accepted";
    },
  };
}

function argumentsOf(call: unknown): unknown {
  const { args, kwargs } = call as { args: unknown; kwargs: unknown };
  return [args, kwargs];
}

function placed(input: Buffer, variant: number): { bytes: Buffer; from: number; to: number } {
  if ((variant & VALUE_BITS.embedded) === 0) return { bytes: Buffer.from(input), from: 0, to: input.length };
  const around = Buffer.alloc(9, "'9])}\0");
  return { bytes: Buffer.concat([around, input, around]), from: around.length, to: around.length + input.length };
}

/** @throws {Problem} when what was read cannot be told, holds on to its payload, or is another when written and read. */
function judgeUse(codec: Serializer, value: unknown, payload: Buffer): void {
  pyRepr(value);
  const first = dumped(codec, value);
  payload.fill(0xaa);
  const second = dumped(codec, value);
  // The stack of an error is another wherever it is written, and grows with each of its journeys.
  if (first === undefined || second === undefined || first.includes("_pyroTraceback")) return;
  if (!first.equals(second)) throw new Problem("differs", `${codec.name}: the value is a view of its payload`);
  let again: Buffer | undefined;
  try {
    again = dumped(codec, codec.load(first));
  } catch (error) {
    throw new Problem("differs", `${codec.name}: what was written cannot be read: ${inOneLine(error)}`, error);
  }
  if (again?.equals(first) !== true)
    throw new Problem("differs", `${codec.name}: written and read it is another value`);
}

/** The value, written; undefined where that is refused, as it may be. */
function dumped(codec: Serializer, value: unknown): Buffer | undefined {
  const out = new ByteSink();
  try {
    codec.dump(value, out);
    return out.take();
  } catch (error) {
    if (!(error instanceof SerializeError)) throw new Problem("error", `when written: ${inOneLine(error)}`, error);
    refusalCode(error);
    return undefined;
  }
}

/** Reads metadata out of the answer to a handshake, as clients do. */
export function metadataTarget(): Target {
  return {
    feed(input, variant) {
      const name = SERIALIZER_NAMES[(variant >> 6) & 3] as Serialized;
      const answer = serializerFor(name, variant | VALUE_BITS.keep).load(input);
      const { methods, oneway, attrs } = parseMetadata(dictValue(answer, "meta"));
      for (const one of [...methods, ...oneway, ...attrs]) {
        if (typeof one !== "string") throw new Problem("differs", "a name that is no text");
      }
      return "accepted";
    },
  };
}
