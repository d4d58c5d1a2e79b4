/** Serializers alone, in Node: one JSON line, µs by name and shape. Argument: seconds for each measurement. */
import assert from "node:assert";
import { Buffer } from "node:buffer";
import { deserialize, serialize } from "node:v8";
import { Packr } from "msgpackr";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { JsonSerializer } from "../../src/serializers/json/json.ts";
import { MarshalSerializer } from "../../src/serializers/marshal/marshal.ts";
import { MsgpackSerializer } from "../../src/serializers/msgpack/msgpack.ts";
import type { Serializer } from "../../src/serializers/serializer.ts";
import { SerpentSerializer } from "../../src/serializers/serpent/serpent.ts";
import type { CodecFigures } from "../lib/results.ts";
import { LIST5, nested, STR1K } from "../lib/shapes.ts";

const SECONDS = Number(process.argv[2] ?? 0.3);

interface Codec {
  readonly encode: (value: unknown) => Uint8Array | string;
  // biome-ignore lint/suspicious/noExplicitAny: it is given what its own `encode` made
  readonly decode: (encoded: any) => unknown;
}

const sink = new ByteSink();

/** One of ours, written where messages are: into a buffer that is used again. */
function ours(serializer: Serializer): Codec {
  return {
    encode: (value) => {
      sink.clear();
      serializer.dump(value, sink);
      return sink.since(0);
    },
    decode: (bytes: Uint8Array) => serializer.load(bytes),
  };
}

const classes = new PyroClassMapper(5, { unknown: "refuse" });
const plain = new Packr({ useRecords: false });
const records = new Packr({ structuredClone: false });

const CODECS: Readonly<Record<string, Codec>> = {
  "pyro-ts serpent": ours(new SerpentSerializer({ classes })),
  "pyro-ts json": ours(new JsonSerializer({ classes })),
  "pyro-ts marshal": ours(new MarshalSerializer({ classes })),
  "pyro-ts msgpack": ours(new MsgpackSerializer({ classes })),
  "JSON.stringify, JSON.parse, with UTF-8": {
    encode: (value) => Buffer.from(JSON.stringify(value), "utf8"),
    decode: (bytes: Buffer) => JSON.parse(bytes.toString("utf8")),
  },
  "JSON.stringify, JSON.parse": {
    encode: (value) => JSON.stringify(value),
    decode: (text: string) => JSON.parse(text),
  },
  msgpackr: { encode: (value) => plain.pack(value), decode: (bytes: Buffer) => plain.unpack(bytes) },
  "msgpackr, records": { encode: (value) => records.pack(value), decode: (bytes: Buffer) => records.unpack(bytes) },
  "v8.serialize": { encode: (value) => serialize(value), decode: (bytes: Buffer) => deserialize(bytes) },
};

const SHAPES: Readonly<Record<string, unknown>> = {
  nested: nested(),
  list5: LIST5,
  str1k: STR1K,
  call: ["bench", "list_contents", [], {}],
};

/** µs of one run at best: in groups that last 2 ms at least, until the time is up. */
function time(work: () => void): number {
  const end = performance.now() + SECONDS * 1000;
  let best = Number.POSITIVE_INFINITY;
  let group = 1;
  do {
    const began = performance.now();
    for (let i = 0; i < group; i++) work();
    const took = performance.now() - began;
    if (took < 2) group *= 2;
    else best = Math.min(best, took / group);
  } while (performance.now() < end);
  return best * 1000;
}

const figures: Record<string, Record<string, CodecFigures>> = {};
for (const [shape, value] of Object.entries(SHAPES)) {
  for (const [name, { encode, decode }] of Object.entries(CODECS)) {
    const made = encode(value);
    const encoded = typeof made === "string" ? made : Buffer.from(made);
    assert.deepEqual(decode(encoded), value, name);
    figures[name] ??= {};
    figures[name][shape] = {
      enc: time(() => encode(value)),
      dec: time(() => decode(encoded)),
      bytes: Buffer.byteLength(encoded),
    };
  }
}
console.log(JSON.stringify(figures));
