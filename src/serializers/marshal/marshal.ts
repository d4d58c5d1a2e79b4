/**
 * Pyro's marshal serializer: CPython's own format for constants (`Pyro5 5.15, serializers.py`). The most exact about
 * types, the fastest in Python, and bytes travel as they are.
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
  readonly #reading: ReaderOptions;
  readonly #writing: WriterOptions;

  constructor({ classes, limits, lossless = false }: SerializerOptions) {
    const { maxDepth, maxSharedValues, maxValues } = { ...DEFAULT_LIMITS, ...limits };
    this.#classes = classes;
    this.id = VERSION_NAMES[classes.version].serializerIds.marshal;
    this.#reading = { maxDepth, maxSharedValues, maxValues, lossless };
    this.#writing = { classes, maxDepth };
  }

  dump(value: unknown, out: ByteSink): void {
    this.#write(out, (writer) => writer.value(value));
  }

  dumpCall({ object, method, args, kwargs }: CallData, out: ByteSink): void {
    // Python's own client has a list of arguments here, and breaks over None as keyword arguments.
    this.#write(out, (writer) => writer.tuple([object, method, [...args], kwargs ?? {}]));
  }

  #write(out: ByteSink, write: (writer: MarshalWriter) => void): void {
    try {
      write(new MarshalWriter(out, this.#writing));
    } catch (error) {
      throw error instanceof Unwritable ? error.toSerializeError("marshal") : error;
    }
  }

  load(bytes: Uint8Array, from = 0, to: number = bytes.length): unknown {
    const reader = new MarshalReader(bytes.subarray(from, to), this.#reading);
    const value = reader.read();
    return reader.sawClass ? this.#classes.revive(value) : value;
  }

  loadCall(bytes: Uint8Array, from = 0, to: number = bytes.length): CallData {
    const value = this.load(bytes, from, to);
    if (!Array.isArray(value) || value.length !== 4) throw new SerializeError("marshal: no call of four parts");
    return toCallData(value[0], value[1], value[2], value[3]);
  }
}

/** A text as marshal data that Python of any version reads. */
export function dumpText(text: string): Buffer {
  return textBytes(text);
}

/** The text in marshal data. @throws {SerializeError} for anything else. */
export function loadText(data: Uint8Array): string {
  const value = new MarshalReader(data, { maxDepth: 0, maxSharedValues: 0, maxValues: 1, lossless: false }).read();
  if (typeof value !== "string") throw new SerializeError("marshal data that is no text");
  return value;
}
