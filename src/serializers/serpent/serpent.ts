/**
 * Serpent: values as Python literals (`serpent 1.41`), Pyro's own serializer and the default of both versions.
 * A header line, then one expression: `# serpent utf-8 python3.2`, `('obj','method',(1,2),{})`.
 */
import { Buffer, isUtf8 } from "node:buffer";
import type { ByteSink } from "../../bytes.ts";
import { SerializeError } from "../../errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../../limits.ts";
import { callFrom } from "../call-shape.ts";
import type { ClassCodec } from "../classes.ts";
import type { CallData, Serializer } from "../serializer.ts";
import { Unwritable } from "../unwritable.ts";
import { SerpentReader } from "./reader.ts";
import { SerpentWriter } from "./writer.ts";

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
  readonly #bytesRepr: boolean;
  readonly #lossless: boolean;

  constructor(options: SerpentOptions) {
    this.#classes = options.classes;
    this.#maxDepth = options.limits?.maxDepth ?? DEFAULT_LIMITS.maxDepth;
    this.#bytesRepr = options.bytesRepr ?? false;
    this.#lossless = options.lossless ?? false;
  }

  dump(value: unknown, out: ByteSink): void {
    this.#write(out, (writer) => writer.value(value));
  }

  dumpCall(call: CallData, out: ByteSink): void {
    const { object, method, args, kwargs } = call;
    this.#write(out, (writer) => {
      writer.put("(");
      writer.value(object);
      writer.put(",");
      writer.value(method);
      writer.put(",");
      writer.tuple(args);
      writer.put(",");
      writer.value(kwargs);
      writer.put(")");
    });
  }

  #write(out: ByteSink, write: (writer: SerpentWriter) => void): void {
    const writer = new SerpentWriter(out, {
      classes: this.#classes,
      maxDepth: this.#maxDepth,
      bytesRepr: this.#bytesRepr,
    });
    try {
      writer.put(HEADER);
      write(writer);
      writer.flush();
    } catch (error) {
      throw error instanceof Unwritable ? error.toSerializeError("serpent") : error;
    }
  }

  load(bytes: Uint8Array): unknown {
    const reader = new SerpentReader(textOf(bytes), this.#maxDepth, this.#lossless);
    const value = reader.read();
    return reader.sawClass ? this.#classes.revive(value) : value;
  }

  loadCall(bytes: Uint8Array): CallData {
    const value = this.load(bytes);
    if (!Array.isArray(value) || value.length !== 4) throw new SerializeError("serpent: no call of four parts");
    return callFrom(value[0], value[1], value[2], value[3]);
  }
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isUtf8(buffer)) throw new SerializeError("serpent: the data is not UTF-8", { code: "PYRO_SERPENT" });
  return buffer.toString("utf8");
}
