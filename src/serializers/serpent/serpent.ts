/**
 * Serpent: values as Python literals (`serpent 1.41`), the default serializer of Pyro4 and Pyro5.
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
  /** Write bytes as `b'..'` (SERPENT_BYTES_REPR). Pyro4 cannot read these as bytes. */
  readonly bytesRepr?: boolean;
}

/** The serpent serializer of one version of Pyro. */
export class SerpentSerializer implements Serializer {
  readonly name = "serpent";
  readonly id: number;
  readonly #classes: ClassMapper;
  readonly #writerOptions: WriterOptions;
  // One parser and one writer are reused for all messages: creating them took a tenth of the time of a small call.
  readonly #parser: SerpentParser;
  #writer: SerpentWriter | undefined;

  constructor(options: SerpentOptions) {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#classes = options.classes;
    this.id = VERSION_NAMES[options.classes.version].serializerIds.serpent;
    this.#writerOptions = {
      classes: options.classes,
      maxDepth: limits.maxDepth,
      bytesRepr: options.bytesRepr ?? false,
    };
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

  /**
   * Takes the writer, so that code that runs while a value is written (`toDict`) gets another one for its own calls.
   * A writer that fails is not reused.
   */
  #begin(out: ByteSink): SerpentWriter {
    const writer = this.#writer ?? new SerpentWriter(this.#writerOptions);
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
    if (!Array.isArray(value) || value.length !== 4)
      throw new SerializeError("serpent: invalid call: it must have four parts");
    return toCallData(value[0], value[1], value[2], value[3]);
  }
}

function toSerializeError(error: unknown): unknown {
  if (error instanceof Unwritable) return error.toSerializeError("serpent");
  // A stack overflow, if `maxDepth` is too high for the stack, or another limit of the engine.
  if (!(error instanceof RangeError)) return error;
  return new SerializeError(`serpent: ${error.message}`, { code: "PYRO_SERPENT", cause: error });
}
