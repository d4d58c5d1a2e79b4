import { Buffer } from "node:buffer";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { isPlainObject } from "../../values/py-dict.ts";
import { pyRepr } from "../../values/py-repr.ts";
import { PyClassDict, PyComplex, PyEllipsis, PyFloat, PyTuple } from "../../values/python-values.ts";
import type { ClassMapper } from "../class-mapper.ts";
import { rethrowAt, Unwritable, unknownClass } from "../unwritable.ts";
import { longDigits } from "./longs.ts";
import { surrogateBytes } from "./surrogates.ts";

const NONE = 0x4e; // N
const TRUE = 0x54; // T
const FALSE = 0x46; // F
const INT32 = 0x69; // i
const LONG = 0x6c; // l
const FLOAT = 0x67; // g
const COMPLEX = 0x79; // y
const BYTES = 0x73; // s
const TEXT = 0x75; // u
const ASCII = 0x61; // a
const SHORT_ASCII = 0x7a; // z
const ELLIPSIS = 0x2e; // .
const TUPLE = 0x28; // (
const SMALL_TUPLE = 0x29; // )
const LIST = 0x5b; // [
const SET = 0x3c; // <
const DICT = 0x7b; // {
const NULL = 0x30; // 0

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked
const ALL_ASCII = /^[\x00-\x7f]*$/;

export interface WriterOptions {
  readonly classes: ClassMapper;
  readonly maxDepth: number;
}

/**
 * Writes Python's marshal format, in types that every Python 3 reads, and without references. Instances travel as class
 * dicts wherever they stand; Python itself writes them only as a whole argument or result.
 */
export class MarshalWriter {
  readonly #out: ByteSink;
  readonly #options: WriterOptions;
  /** The containers around what is being written. */
  readonly #open: object[] = [];

  constructor(out: ByteSink, options: WriterOptions) {
    this.#out = out;
    this.#options = options;
  }

  /** @throws {Unwritable} */
  value(value: unknown): void {
    if (typeof value === "string") this.#text(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.#type(value ? TRUE : FALSE);
    else if (value === null || value === undefined) this.#type(NONE);
    else if (typeof value === "bigint") this.#long(value);
    else if (typeof value === "object") this.#object(value);
    else throw new Unwritable(`a ${typeof value} does not travel`);
  }

  /** A tuple. */
  tuple(items: readonly unknown[]): void {
    if (items.length < 256) {
      const at = this.#room(2);
      this.#out.buffer[at] = SMALL_TUPLE;
      this.#out.buffer[at + 1] = items.length;
    } else this.#sized(TUPLE, items.length);
    this.#items(items, items);
  }

  #object(value: object): void {
    if (Array.isArray(value)) {
      if (value instanceof PyTuple) return this.tuple(value);
      this.#sized(LIST, value.length);
      return this.#items(value, value);
    }
    if (isPlainObject(value)) return this.#dict(value, Object.entries(value));
    if (value instanceof Map) return this.#dict(value, value);
    if (value instanceof Set) {
      this.#sized(SET, value.size);
      return this.#items(value, [...value]);
    }
    if (value instanceof PyFloat) return this.#float(value.value);
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (value instanceof PyClassDict) return this.#dict(value, value.entries());
    if (value instanceof PyComplex) return this.#complex(value);
    if (value instanceof PyEllipsis) return this.#type(ELLIPSIS);
    if (value instanceof Date) return this.#text(value.toISOString().replace("Z", "+00:00"));
    if (value instanceof ArrayBuffer) return this.#bytes(new Uint8Array(value));
    if (ArrayBuffer.isView(value)) return this.#view(value);
    const replaced = this.#options.classes.toWire(value);
    if (replaced === undefined) throw unknownClass(value);
    this.value(replaced);
  }

  /** Takes so many bytes, and gives where they begin. */
  #room(size: number): number {
    return this.#out.skip(size);
  }

  #type(code: number): void {
    const at = this.#room(1);
    this.#out.buffer[at] = code;
  }

  /** A type and a count or length. */
  #sized(code: number, size: number): void {
    if (size > 0x7fff_ffff) throw new Unwritable("marshal counts to 2147483647");
    const at = this.#room(5);
    this.#out.buffer[at] = code;
    this.#out.buffer.writeInt32LE(size, at + 1);
  }

  #text(text: string): void {
    const { length } = text;
    if (!ALL_ASCII.test(text)) {
      const bytes = surrogateBytes(text);
      this.#sized(TEXT, bytes.length);
      return this.#out.bytes(bytes);
    }
    if (length < 256) {
      const at = this.#room(2);
      this.#out.buffer[at] = SHORT_ASCII;
      this.#out.buffer[at + 1] = length;
    } else this.#sized(ASCII, length);
    this.#out.latin1(text);
  }

  /** An integral number is an int as long as it is exact; beyond, only a bigint is one. */
  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      const at = this.#room(5);
      this.#out.buffer[at] = INT32;
      this.#out.buffer.writeInt32LE(value, at + 1);
    } else if (Number.isSafeInteger(value) && value !== 0) this.#long(BigInt(value));
    else this.#float(value);
  }

  #long(value: bigint): void {
    if (value >= -0x8000_0000n && value <= 0x7fff_ffffn) return this.#number(Number(value));
    const digits = longDigits(value < 0n ? -value : value);
    const at = this.#room(5 + 2 * digits.length);
    const { buffer } = this.#out;
    buffer[at] = LONG;
    buffer.writeInt32LE(value < 0n ? -digits.length : digits.length, at + 1);
    for (const [index, digit] of digits.entries()) buffer.writeUInt16LE(digit, at + 5 + 2 * index);
  }

  #float(value: number): void {
    const at = this.#room(9);
    this.#out.buffer[at] = FLOAT;
    this.#out.buffer.writeDoubleLE(value, at + 1);
  }

  #complex({ re, im }: PyComplex): void {
    const at = this.#room(17);
    this.#out.buffer[at] = COMPLEX;
    this.#out.buffer.writeDoubleLE(re, at + 1);
    this.#out.buffer.writeDoubleLE(im, at + 9);
  }

  #bytes(bytes: Uint8Array): void {
    this.#sized(BYTES, bytes.length);
    this.#out.bytes(bytes);
  }

  /** Like Python's `array.array`: a list of its numbers; a DataView is bytes. */
  #view(view: ArrayBufferView): void {
    if (view instanceof DataView) return this.#bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    const numbers = [...(view as unknown as Iterable<number | bigint>)];
    const floats = view instanceof Float32Array || view instanceof Float64Array;
    const items = floats ? numbers.map((one) => new PyFloat(Number(one))) : numbers;
    this.#sized(LIST, items.length);
    this.#items(view, items);
  }

  #enter(value: object): void {
    if (this.#open.includes(value)) throw new Unwritable("it contains itself");
    if (this.#open.length >= this.#options.maxDepth) {
      throw new Unwritable(`it nests deeper than ${this.#options.maxDepth} levels`);
    }
    this.#open.push(value);
  }

  #items(owner: object, items: readonly unknown[]): void {
    this.#enter(owner);
    let index = 0;
    try {
      for (; index < items.length; index++) this.value(items[index]);
    } catch (error) {
      rethrowAt(error, index);
    }
    this.#open.pop();
  }

  #dict(owner: object, entries: Iterable<readonly [unknown, unknown]>): void {
    this.#enter(owner);
    this.#type(DICT);
    for (const [key, value] of entries) {
      this.#checkKey(key);
      this.value(key);
      try {
        this.value(value);
      } catch (error) {
        rethrowAt(error, typeof key === "string" ? key : pyRepr(key));
      }
    }
    this.#type(NULL);
    this.#open.pop();
  }

  /** Refuses what Python cannot make a key of. */
  #checkKey(key: unknown): void {
    if (key instanceof PyTuple) for (const item of key) this.#checkKey(item);
    else if (typeof key === "object" && key !== null) {
      const fits = key instanceof PyFloat || key instanceof PyComplex || key instanceof Uint8Array;
      if (!fits)
        throw new Unwritable("a dict's key must be text, a number, a boolean, None, bytes or a tuple of those");
    }
  }
}

/** The bytes that a text is in marshal: what a CONNECTFAIL says when no other serializer was agreed on. */
export function textBytes(text: string): Buffer {
  const head = Buffer.alloc(5);
  if (ALL_ASCII.test(text) && text.length < 256) {
    head[0] = SHORT_ASCII;
    head[1] = text.length;
    return Buffer.concat([head.subarray(0, 2), Buffer.from(text, "latin1")]);
  }
  const bytes = surrogateBytes(text);
  head[0] = TEXT;
  head.writeInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
