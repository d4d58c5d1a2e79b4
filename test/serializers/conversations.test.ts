/** The payloads of the recorded conversations (`test/vectors/README.md`), read and written by our serializers. */
import { Buffer } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import type { PyroVersion } from "../../src/base/pyro-version.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import type { ClassMapper } from "../../src/serializers/class-mapper.ts";
import { JsonSerializer } from "../../src/serializers/json/json.ts";
import { loadText, MarshalSerializer } from "../../src/serializers/marshal/marshal.ts";
import { MsgpackSerializer } from "../../src/serializers/msgpack/msgpack.ts";
import type { Serializer } from "../../src/serializers/serializer.ts";
import { SerpentSerializer } from "../../src/serializers/serpent/serpent.ts";
import { PyComplex, PyFloat, tuple } from "../../src/values/python-values.ts";
import { fromTagged, matchesTagged, type Tagged, type TaggedOf, type TagMatchers } from "../support/tagged.ts";
import { conversationCases, type DecodedVector } from "../support/vectors-messages.ts";

interface Payload {
  readonly title: string;
  readonly conversation: string;
  readonly message: DecodedVector;
  readonly tagged: Tagged;
  readonly bytes: Buffer;
}

const INVOKE = 4;
const CONNECTFAIL = 3;
const PAYLOADS: readonly Payload[] = conversationCases().flatMap(({ name: conversation, connections }) => {
  const messages = connections.flatMap(({ steps }) => steps.flatMap((step) => step.messages ?? []));
  return messages.flatMap((message, index) => {
    const { payload: tagged, payload_hex } = message;
    if (tagged === undefined) return [];
    const title = `${conversation} ${index + 1}: ${message.type_name} in ${message.serializer}`;
    return [{ title, conversation, message, tagged, bytes: Buffer.from(payload_hex, "hex") }];
  });
});

/** Refusals are in marshal, whatever was agreed on. */
const CONNECTFAIL_TEXTS = PAYLOADS.filter(
  ({ message }) => message.serializer === "marshal" && message.type === CONNECTFAIL,
);
/** Marshal refers to what came before where it can, by the identity of Python's objects: not to be had here. */
const WITH_REFERENCES = PAYLOADS.filter(({ message }) => message.serializer === "marshal");
/** A datetime is read as its text: written back it is text. */
const DATETIMES = ["v4_msgpack 20: RESULT in msgpack", "v5_msgpack 20: RESULT in msgpack"];
const SAME_BYTES = PAYLOADS.filter((one) => !WITH_REFERENCES.includes(one) && !DATETIMES.includes(one.title));

/** The vectors hold what a payload says before the class step: class dicts stay dicts. */
function withoutClassStep(version: PyroVersion): ClassMapper {
  return { version, toWire: () => undefined, revive: (value) => value };
}

const SERIALIZERS: ReadonlyMap<string, Serializer> = new Map(
  ([4, 5] as const).flatMap((version) => {
    const options = { classes: withoutClassStep(version), limits: DEFAULT_LIMITS, lossless: true };
    const all = [
      new SerpentSerializer(options),
      new JsonSerializer(options),
      new MarshalSerializer(options),
      new MsgpackSerializer(options),
    ];
    return all.map((one) => [`${version} ${one.name}`, one] as const);
  }),
);

function serializerOf({ pyro, serializer }: DecodedVector): Serializer {
  const found = SERIALIZERS.get(`${pyro} ${serializer}`);
  if (found === undefined) throw new Error(`no ${serializer} for Pyro${pyro}`);
  return found;
}

/** Pyro's extension types as they stand in the conversations. The datetime is a moment, and read in local time. */
const MOMENT = new Date(Date.UTC(2020, 0, 2, 3, 4, 5));
const EXTENSIONS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["31313830353931363230373137343131333033343234", 2n ** 70n],
  ["000000000000f03f0000000000000040", new PyComplex(1, 2)],
  ["000040695783d741", new Date(MOMENT.getTime() - MOMENT.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)],
]);

/** The entries of a dict, as far as their keys are text. */
function entriesOf(tag: TaggedOf<"dict">): Readonly<Record<string, Tagged>> {
  return Object.fromEntries(tag.v.flatMap(([key, value]) => (key.t === "str" ? [[key.v, value]] : [])));
}

/** Serpent reads two kinds of dicts as what they stand for: bytes in base64, and nan. */
const MATCHERS: TagMatchers = {
  msgpack_ext(value, tag, path) {
    const wanted = EXTENSIONS.get(tag.hex);
    return isDeepStrictEqual(value, wanted) ? undefined : `${path}: ${String(value)} is not ${String(wanted)}`;
  },
  dict(value, tag, path) {
    const { data, encoding, value: float } = entriesOf(tag);
    if (value instanceof Uint8Array && data?.t === "str" && encoding?.t === "str" && encoding.v === "base64") {
      return Buffer.from(value).toString("base64") === data.v ? undefined : `${path}: other bytes than ${data.v}`;
    }
    if (value instanceof PyFloat && float?.t === "str" && float.v === "nan") {
      return Number.isNaN(value.value) ? undefined : `${path}: ${value.value} is not nan`;
    }
    // Under another tag, as this one would come back here.
    const plain: Tagged = { ...tag, t: "dict_subclass", class: "" };
    return matchesTagged(value, plain, MATCHERS, path);
  },
};

function bytesOf(write: (out: ByteSink) => void): Buffer {
  const out = new ByteSink();
  write(out);
  return out.take();
}

/** The parts of a call as tags: object, method, arguments, keyword arguments. */
function callParts(tagged: Tagged): readonly (Tagged | undefined)[] {
  if (tagged.t === "tuple" || tagged.t === "list") return tagged.v;
  if (tagged.t !== "dict") throw new Error(`a call as ${tagged.t}`);
  const { object, method, params, kwargs } = entriesOf(tagged);
  return [object, method, params, kwargs];
}

/** True for tags with a set in them whose order is arbitrary. */
function holdsSet(tagged: Tagged): boolean {
  switch (tagged.t) {
    case "set":
    case "frozenset":
      return tagged.v.length > 1;
    case "list":
    case "tuple":
      return tagged.v.some(holdsSet);
    case "dict":
      return tagged.v.some(([key, value]) => holdsSet(key) || holdsSet(value));
    default:
      return false;
  }
}

/** Bytes go with blanks between the parts of their dict, which no other dict has. */
function holdsBytes({ bytes }: Payload): boolean {
  return bytes.includes("{'data': '");
}

function sorted(bytes: Buffer): string {
  return Buffer.from(bytes).sort().toString("latin1");
}

test("the conversations have payloads of every kind", () => {
  const per = (name: string): number => PAYLOADS.filter(({ message }) => message.serializer === name).length;
  expect(PAYLOADS).toHaveLength(660);
  expect(["serpent", "json", "marshal", "msgpack"].map(per)).toEqual([536, 40, 44, 40]);
  expect(CONNECTFAIL_TEXTS).toHaveLength(4);
  expect(PAYLOADS.filter(({ tagged }) => holdsSet(tagged))).toHaveLength(33);
});

describe("reads what Python wrote", () => {
  test.for(PAYLOADS)("$title", ({ message, tagged, bytes }) => {
    expect(matchesTagged(serializerOf(message).load(bytes), tagged, MATCHERS)).toBeUndefined();
  });
});

describe("writes what Python wrote, byte for byte, but for the order of sets", () => {
  test.for(SAME_BYTES)("$title", (one) => {
    const serializer = serializerOf(one.message);
    const value = holdsBytes(one) ? serializer.load(one.bytes) : fromTagged(one.tagged);
    const written = bytesOf((out) => serializer.dump(value, out));
    if (!holdsSet(one.tagged)) expect(written.toString()).toBe(one.bytes.toString());
    expect(sorted(written)).toBe(sorted(one.bytes));
    expect(matchesTagged(serializer.load(written), one.tagged, MATCHERS)).toBeUndefined();
  });

  test.for(WITH_REFERENCES)("$title: the same values", ({ message, tagged }) => {
    const serializer = serializerOf(message);
    const written = bytesOf((out) => serializer.dump(fromTagged(tagged), out));
    expect(matchesTagged(serializer.load(written), tagged, MATCHERS)).toBeUndefined();
  });
});

/** Python's own code sends these with a list of arguments. Our calls always have a tuple; Python takes both. */
const LIST_OF_ARGUMENTS = ["v4_batch", "v4_blob", "v4_stream", "v5_batch", "v5_blob", "v5_stream"];

function withTupleOfArguments(tagged: Tagged): Tagged {
  if (tagged.t !== "tuple") return tagged;
  return {
    t: "tuple",
    v: tagged.v.map((part, index) => (index === 2 && part.t === "list" ? { ...part, t: "tuple" } : part)),
  };
}

describe("reads a call's parts, and writes the call", () => {
  const calls = PAYLOADS.filter(({ message }) => message.type === INVOKE);

  test.for(calls)("$title", ({ message, tagged, bytes }) => {
    const serializer = serializerOf(message);
    const call = serializer.loadCall(bytes);
    // Arguments are items: nobody needs to know in which brackets they came.
    const args = callParts(tagged)[2]?.t === "tuple" ? tuple(...call.args) : call.args;
    const read = [call.object, call.method, args, call.kwargs];
    for (const [index, part] of callParts(tagged).entries()) {
      if (part === undefined) throw new Error("a call without one of its parts");
      expect(matchesTagged(read[index], part, MATCHERS)).toBeUndefined();
    }
    const written = bytesOf((out) => serializer.dumpCall(call, out)).toString();
    // In marshal Python's calls have a list there too, and so have ours.
    const expected = message.serializer === "marshal" ? tagged : withTupleOfArguments(tagged);
    const same = JSON.stringify(expected) === JSON.stringify(tagged) && message.serializer !== "marshal";
    if (same) expect(written).toBe(bytes.toString());
    else expect(written).toBe(bytesOf((out) => serializer.dump(fromTagged(expected), out)).toString());
  });

  test("only calls that Python's own code makes have a list of arguments, and are written with a tuple", () => {
    const listed = calls.filter(
      ({ message, tagged }) => message.serializer !== "marshal" && tagged.t === "tuple" && tagged.v[2]?.t === "list",
    );
    expect([...new Set(listed.map(({ conversation }) => conversation))].sort()).toEqual(LIST_OF_ARGUMENTS);
  });
});

describe("reads why a connection was refused, in marshal", () => {
  test.for(CONNECTFAIL_TEXTS)("$title", ({ tagged, bytes }) => {
    expect(loadText(bytes)).toBe(tagged.t === "str" ? tagged.v : "no text");
  });
});
