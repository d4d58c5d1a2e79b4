/**
 * Pyro's marshal serializer: CPython's own format for constants (`Pyro5 5.15, serializers.py`). It preserves types
 * best, is the fastest in Python, and has a type for bytes.
 */
import type { Buffer } from "node:buffer";
import { SerializeError } from "../../base/errors.ts";
import { DEFAULT_LIMITS } from "../../base/limits.ts";
import { VERSION_NAMES } from "../../base/pyro-version.ts";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { toCallData } from "../call-data.ts";
import type { ClassMapper } from "../class-mapper.ts";
import type { CallData, Serializer, SerializerOptions } from "../serializer.ts";
import { Unwritable } from "../unwritable.ts";
import { MarshalReader, type ReaderOptions } from "./reader.ts";
import { MarshalWriter, textBytes, type WriterOptions } from "./writer.ts";

/** The marshal serializer of one version of Pyro. */
export class MarshalSerializer implements Serializer {
  readonly name = "marshal";
  readonly id: number;
  readonly #classes: ClassMapper;
  readonly #readerOptions: ReaderOptions;
  readonly #writerOptions: WriterOptions;

  constructor({ classes, limits, lossless = false }: SerializerOptions) {
    const { maxDepth, maxSharedValues, maxValues } = { ...DEFAULT_LIMITS, ...limits };
    this.#classes = classes;
    this.id = VERSION_NAMES[classes.version].serializerIds.marshal;
    this.#readerOptions = { maxDepth, maxSharedValues, maxValues, lossless };
    this.#writerOptions = { classes, maxDepth };
  }

  dump(value: unknown, out: ByteSink): void {
    this.#write(out, (writer) => writer.value(value));
  }

  dumpCall({ object, method, args, kwargs }: CallData, out: ByteSink): void {
    // Python's client sends the arguments as a list, and fails if the keyword arguments are None.
    this.#write(out, (writer) => writer.tuple([object, method, [...args], kwargs ?? {}]));
  }

  #write(out: ByteSink, write: (writer: MarshalWriter) => void): void {
    try {
      write(new MarshalWriter(out, this.#writerOptions));
    } catch (error) {
      throw error instanceof Unwritable ? error.toSerializeError("marshal") : error;
    }
  }

  load(bytes: Uint8Array, from = 0, to: number = bytes.length): unknown {
    const reader = new MarshalReader(bytes.subarray(from, to), this.#readerOptions);
    const value = reader.read();
    return reader.sawClass ? this.#classes.revive(value) : value;
  }

  loadCall(bytes: Uint8Array, from = 0, to: number = bytes.length): CallData {
    const value = this.load(bytes, from, to);
    if (!Array.isArray(value) || value.length !== 4)
      throw new SerializeError("marshal: invalid call: it must have four parts");
    return toCallData(value[0], value[1], value[2], value[3]);
  }
}

/** Serializes a text as marshal data that every Python version can read. */
export function dumpText(text: string): Buffer {
  return textBytes(text);
}

/** Reads marshal data that is a text. @throws {SerializeError} for any other value. */
export function loadText(data: Uint8Array): string {
  const value = new MarshalReader(data, { maxDepth: 0, maxSharedValues: 0, maxValues: 1, lossless: false }).read();
  if (typeof value !== "string") throw new SerializeError("marshal: expected text");
  return value;
}
