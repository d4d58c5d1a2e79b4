/**
 * Serpent: values as Python literals (`serpent 1.41`), Pyro's own serializer and the default of both versions.
 * A header line, then one expression: `# serpent utf-8 python3.2`, `('obj','method',(1,2),{})`.
 */

import { SerializeError } from "../../base/errors.ts";
import { DEFAULT_LIMITS } from "../../base/limits.ts";
import { VERSION_NAMES } from "../../base/pyro-version.ts";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { toCallData } from "../call-data.ts";
import type { ClassMapper } from "../class-mapper.ts";
import type { CallData, Serializer, SerializerOptions } from "../serializer.ts";
import { Unwritable } from "../unwritable.ts";
import { SerpentParser } from "./parser.ts";
import { SerpentWriter, type WriterOptions } from "./writer.ts";

const HEADER = "# serpent utf-8 python3.2\n";

export interface SerpentOptions extends SerializerOptions {
  /** Write bytes as `b'..'` (SERPENT_BYTES_REPR), which Pyro4 cannot read back as bytes. */
  readonly bytesRepr?: boolean;
}

/** The serpent serializer of one version of Pyro. */
export class SerpentSerializer implements Serializer {
  readonly name = "serpent";
  readonly id: number;
  readonly #classes: ClassMapper;
  readonly #writing: WriterOptions;
  // One of each serves all messages, one after the other: making them took a tenth of a small call.
  readonly #parser: SerpentParser;
  #writer: SerpentWriter | undefined;

  constructor(options: SerpentOptions) {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#classes = options.classes;
    this.id = VERSION_NAMES[options.classes.version].serializerIds.serpent;
    this.#writing = { classes: options.classes, maxDepth: limits.maxDepth, bytesRepr: options.bytesRepr ?? false };
    this.#parser = new SerpentParser(limits, options.lossless ?? false);
  }

  dump(value: unknown, out: ByteSink): void {
    const writer = this.#begin(out);
    try {
      writer.value(value);
    } catch (error) {
      throw toSerializeError(error);
    }
    this.#finish(writer);
  }

  dumpCall(call: CallData, out: ByteSink): void {
    const writer = this.#begin(out);
    try {
      writer.call(call);
    } catch (error) {
      throw toSerializeError(error);
    }
    this.#finish(writer);
  }

  /** A writer for itself: what is written may run code that makes calls. One that fails does not come back. */
  #begin(out: ByteSink): SerpentWriter {
    const writer = this.#writer ?? new SerpentWriter(this.#writing);
    this.#writer = undefined;
    writer.begin(out);
    writer.ascii(HEADER);
    return writer;
  }

  #finish(writer: SerpentWriter): void {
    writer.finish();
    this.#writer = writer;
  }

  load(bytes: Uint8Array, from = 0, to: number = bytes.length): unknown {
    const parser = this.#parser;
    try {
      parser.begin(bytes, from, to);
      const value = parser.read();
      return parser.classDicts > 0 ? this.#classes.revive(value) : value;
    } catch (error) {
      throw toSerializeError(error);
    } finally {
      parser.finish();
    }
  }

  loadCall(bytes: Uint8Array, from = 0, to: number = bytes.length): CallData {
    const parser = this.#parser;
    try {
      parser.begin(bytes, from, to);
      const call = parser.readCall();
      if (call !== undefined) return call;
    } catch (error) {
      throw toSerializeError(error);
    } finally {
      parser.finish();
    }
    const value = this.load(bytes, from, to);
    if (!Array.isArray(value) || value.length !== 4) throw new SerializeError("serpent: no call of four parts");
    return toCallData(value[0], value[1], value[2], value[3]);
  }
}

function toSerializeError(error: unknown): unknown {
  if (error instanceof Unwritable) return error.toSerializeError("serpent");
  // A limit of the engine, where `maxDepth` was set too high for its stack.
  if (!(error instanceof RangeError)) return error;
  return new SerializeError(`serpent: ${error.message}`, { code: "PYRO_SERPENT", cause: error });
}
