/**
 * Pyro's msgpack serializer: MessagePack with Pyro's extension types (`Pyro5 5.15, serializers.py`). It is compact and
 * has a type for bytes, but none for tuples and sets.
 */

import { SerializeError } from "../../base/errors.ts";
import { DEFAULT_LIMITS } from "../../base/limits.ts";
import { VERSION_NAMES } from "../../base/pyro-version.ts";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { toCallData } from "../call-data.ts";
import type { ClassMapper } from "../class-mapper.ts";
import type { CallData, Serializer, SerializerOptions } from "../serializer.ts";
import { Unwritable } from "../unwritable.ts";
import { MsgpackReader, type ReaderOptions } from "./reader.ts";
import { MsgpackWriter, type WriterOptions } from "./writer.ts";

/** The msgpack serializer of one version of Pyro. */
export class MsgpackSerializer implements Serializer {
  readonly name = "msgpack";
  readonly id: number;
  readonly #classes: ClassMapper;
  readonly #readerOptions: ReaderOptions;
  readonly #writerOptions: WriterOptions;

  constructor({ classes, limits, lossless = false }: SerializerOptions) {
    const { maxDepth, maxValues } = { ...DEFAULT_LIMITS, ...limits };
    this.#classes = classes;
    this.id = VERSION_NAMES[classes.version].serializerIds.msgpack;
    this.#readerOptions = { maxDepth, maxValues, lossless };
    this.#writerOptions = { classes, maxDepth };
  }

  dump(value: unknown, out: ByteSink): void {
    try {
      new MsgpackWriter(out, this.#writerOptions).value(value);
    } catch (error) {
      throw error instanceof Unwritable ? error.toSerializeError("msgpack") : error;
    }
  }

  dumpCall({ object, method, args, kwargs }: CallData, out: ByteSink): void {
    this.dump([object, method, args, kwargs], out);
  }

  load(bytes: Uint8Array, from = 0, to: number = bytes.length): unknown {
    const reader = new MsgpackReader(bytes.subarray(from, to), this.#readerOptions);
    const value = reader.read();
    return reader.sawClass ? this.#classes.revive(value) : value;
  }

  loadCall(bytes: Uint8Array, from = 0, to: number = bytes.length): CallData {
    const value = this.load(bytes, from, to);
    if (!Array.isArray(value) || value.length !== 4)
      throw new SerializeError("msgpack: invalid call: it must have four parts");
    return toCallData(value[0], value[1], value[2], value[3]);
  }
}
