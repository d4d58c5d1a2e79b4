/**
 * Pyro's json serializer: JSON as Python's json module writes it, with class dicts for objects (`Pyro5 5.15,
 * serializers.py`).
 */
import { Buffer, isUtf8 } from "node:buffer";
import { SerializeError } from "../../base/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../../base/limits.ts";
import { VERSION_NAMES } from "../../base/pyro-version.ts";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { dictValue } from "../../values/python-values.ts";
import { toCallData } from "../call-data.ts";
import type { ClassMapper } from "../class-mapper.ts";
import type { CallData, Serializer, SerializerOptions } from "../serializer.ts";
import { Unwritable } from "../unwritable.ts";
import { JsonReader } from "./reader.ts";
import { JsonWriter } from "./writer.ts";

/** The json serializer of one version of Pyro. */
export class JsonSerializer implements Serializer {
  readonly name = "json";
  readonly id: number;
  readonly #classes: ClassMapper;
  readonly #limits: Limits;
  readonly #lossless: boolean;

  constructor(options: SerializerOptions) {
    this.#classes = options.classes;
    this.id = VERSION_NAMES[options.classes.version].serializerIds.json;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#lossless = options.lossless ?? false;
  }

  dump(value: unknown, out: ByteSink): void {
    const writer = new JsonWriter(this.#classes, this.#limits.maxDepth);
    try {
      writer.value(value);
    } catch (error) {
      throw error instanceof Unwritable ? error.toSerializeError("json") : error;
    }
    out.utf8(writer.text);
  }

  dumpCall({ object, method, args, kwargs }: CallData, out: ByteSink): void {
    this.dump({ object, method, params: args, kwargs }, out);
  }

  load(bytes: Uint8Array, from = 0, to: number = bytes.length): unknown {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
    if (!isUtf8(buffer)) throw new SerializeError("json: invalid UTF-8", { code: "PYRO_JSON" });
    const reader = new JsonReader(buffer.toString("utf8"), this.#limits, this.#lossless);
    const value = reader.read();
    return reader.sawClass ? this.#classes.revive(value) : value;
  }

  loadCall(bytes: Uint8Array, from = 0, to: number = bytes.length): CallData {
    const call = this.load(bytes, from, to);
    return toCallData(
      dictValue(call, "object"),
      dictValue(call, "method"),
      dictValue(call, "params"),
      dictValue(call, "kwargs"),
    );
  }
}
