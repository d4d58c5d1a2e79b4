/** Payloads that are needed to get past a handshake, in any serializer. */
import type { Buffer } from "node:buffer";
import { DEFAULT_LIMITS } from "../../../src/base/limits.ts";
import { ByteSink } from "../../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../../src/serializers/class-mapper.ts";
import type { Serializer } from "../../../src/serializers/serializer.ts";
import { SerializerSet } from "../../../src/serializers/serializer-set.ts";
import type { Serialized } from "../corpus.ts";

const SET = new SerializerSet({
  classes: new PyroClassMapper(5, { unknown: "keep" }),
  limits: DEFAULT_LIMITS,
  lossless: false,
  bytesRepr: false,
});

export function payloadOf(name: Serialized, write: (codec: Serializer, out: ByteSink) => void): Buffer {
  const out = new ByteSink();
  write(SET.byName(name), out);
  return out.take();
}

/** What a client says first. */
export function greeting(name: Serialized): Buffer {
  return payloadOf(name, (codec, out) => codec.dump({ handshake: "hello", object: "service" }, out));
}

/** What a server answers. */
export function welcome(name: Serialized): Buffer {
  const meta = { methods: ["echo", "add", "later"], oneway: [], attrs: ["counter"] };
  return payloadOf(name, (codec, out) => codec.dump({ handshake: "hello", meta }, out));
}
