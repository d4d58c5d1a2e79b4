/**
 * Serpent: values as Python literals (`serpent 1.41`), Pyro's own serializer and the default of both versions.
 * A header line, then one expression: `# serpent utf-8 python3.2`, `('obj','method',(1,2),{})`.
 */
import type { ByteSink } from "../../bytes.ts";
import { SerializeError } from "../../errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../../limits.ts";
import { callFrom } from "../call-shape.ts";
import type { ClassCodec } from "../classes.ts";
import type { CallData, Serializer } from "../serializer.ts";
import { Unwritable } from "../unwritable.ts";
import { SerpentParser } from "./parser.ts";
import { SerpentWriter, type WriterOptions } from "./writer.ts";

const HEADER = "# serpent utf-8 python3.2\n";

export interface SerpentOptions {
  readonly classes: ClassCodec;
  readonly limits?: Partial<Limits>;
  /** Write bytes as `b'..'` (SERPENT_BYTES_REPR), which Pyro4 cannot read back as bytes. */
  readonly bytesRepr?: boolean;
  /** Read floats as PyFloat and dicts as Map, so that written back they are the very same text. */
  readonly lossless?: boolean;
}

/** The serpent serializer of one session's version. */
export function createSerpent(options: SerpentOptions): Serializer {
  return new Serpent(options);
}

class Serpent implements Serializer {
  readonly name = "serpent";
  readonly #classes: ClassCodec;
  readonly #maxDepth: number;
  readonly #writing: WriterOptions;
  readonly #lossless: boolean;

  constructor(options: SerpentOptions) {
    this.#classes = options.classes;
    this.#maxDepth = options.limits?.maxDepth ?? DEFAULT_LIMITS.maxDepth;
    this.#writing = { classes: options.classes, maxDepth: this.#maxDepth, bytesRepr: options.bytesRepr ?? false };
    this.#lossless = options.lossless ?? false;
  }

  dump(value: unknown, out: ByteSink): void {
    this.#write(out, (writer) => writer.value(value));
  }

  dumpCall(call: CallData, out: ByteSink): void {
    this.#write(out, (writer) => writer.call(call));
  }

  #write(out: ByteSink, write: (writer: SerpentWriter) => void): void {
    const writer = new SerpentWriter(out, this.#writing);
    try {
      writer.ascii(HEADER);
      write(writer);
      writer.finish();
    } catch (error) {
      throw error instanceof Unwritable ? error.toSerializeError("serpent") : error;
    }
  }

  load(bytes: Uint8Array): unknown {
    const parser = new SerpentParser(bytes, this.#maxDepth, this.#lossless);
    const value = read(parser);
    return parser.classDicts > 0 ? this.#classes.revive(value) : value;
  }

  loadCall(bytes: Uint8Array): CallData {
    const value = this.load(bytes);
    if (!Array.isArray(value) || value.length !== 4) throw new SerializeError("serpent: no call of four parts");
    return callFrom(value[0], value[1], value[2], value[3]);
  }
}

function read(parser: SerpentParser): unknown {
  try {
    return parser.read();
  } catch (error) {
    // A limit of the engine, where `maxDepth` was set too high for its stack.
    if (!(error instanceof RangeError)) throw error;
    throw new SerializeError(`serpent: ${error.message}`, { code: "PYRO_SERPENT", cause: error });
  }
}
