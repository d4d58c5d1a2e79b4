import { Buffer } from "node:buffer";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { isPlainObject } from "../../values/py-dict.ts";
import { pyRepr } from "../../values/py-repr.ts";
import { PyClassDict, PyComplex, PyEllipsis, PyFloat, PyTuple } from "../../values/python-values.ts";
import type { ClassMapper } from "../class-mapper.ts";
import { typedArrayItems } from "../numbers.ts";
import {
  circularReference,
  nestingTooDeep,
  rethrowWithKey,
  Unwritable,
  unknownClass,
  unsupportedType,
} from "../unwritable.ts";
import { longDigits } from "./longs.ts";
import { encodeSurrogatePass } from "./surrogates.ts";

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

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches all of ASCII
const ALL_ASCII = /^[\x00-\x7f]*$/;

export interface WriterOptions {
  readonly classes: ClassMapper;
  readonly maxDepth: number;
}

/**
 * Writes Python's marshal format without references, with types that every Python 3 can read. Objects are written as
 * class dicts at any depth; Python converts an object only if it is a whole argument or result.
 */
export class MarshalWriter {
  readonly #out: ByteSink;
  readonly #options: WriterOptions;
  /** The containers around the current value. */
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
    else throw unsupportedType(value);
  }

  tuple(items: readonly unknown[]): void {
    if (items.length < 256) {
      const at = this.#skip(2);
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

  /** Appends `size` bytes without a value and returns the offset of the first. */
  #skip(size: number): number {
    return this.#out.skip(size);
  }

  #type(code: number): void {
    const at = this.#skip(1);
    this.#out.buffer[at] = code;
  }

  /** A type and a count or length. */
  #sized(code: number, size: number): void {
    if (size > 0x7fff_ffff) throw new Unwritable("size exceeds 2147483647, the limit of marshal");
    const at = this.#skip(5);
    this.#out.buffer[at] = code;
    this.#out.buffer.writeInt32LE(size, at + 1);
  }

  #text(text: string): void {
    const { length } = text;
    if (!ALL_ASCII.test(text)) {
      const bytes = encodeSurrogatePass(text);
      this.#sized(TEXT, bytes.length);
      return this.#out.bytes(bytes);
    }
    if (length < 256) {
      const at = this.#skip(2);
      this.#out.buffer[at] = SHORT_ASCII;
      this.#out.buffer[at + 1] = length;
    } else this.#sized(ASCII, length);
    this.#out.latin1(text);
  }

  /** A safe integer is written as an int, any other number as a float. */
  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      const at = this.#skip(5);
      this.#out.buffer[at] = INT32;
      this.#out.buffer.writeInt32LE(value, at + 1);
    } else if (Number.isSafeInteger(value) && value !== 0) this.#long(BigInt(value));
    else this.#float(value);
  }

  #long(value: bigint): void {
    if (value >= -0x8000_0000n && value <= 0x7fff_ffffn) return this.#number(Number(value));
    const digits = longDigits(value < 0n ? -value : value);
    const at = this.#skip(5 + 2 * digits.length);
    const { buffer } = this.#out;
    buffer[at] = LONG;
    buffer.writeInt32LE(value < 0n ? -digits.length : digits.length, at + 1);
    for (const [index, digit] of digits.entries()) buffer.writeUInt16LE(digit, at + 5 + 2 * index);
  }

  #float(value: number): void {
    const at = this.#skip(9);
    this.#out.buffer[at] = FLOAT;
    this.#out.buffer.writeDoubleLE(value, at + 1);
  }

  #complex({ re, im }: PyComplex): void {
    const at = this.#skip(17);
    this.#out.buffer[at] = COMPLEX;
    this.#out.buffer.writeDoubleLE(re, at + 1);
    this.#out.buffer.writeDoubleLE(im, at + 9);
  }

  #bytes(bytes: Uint8Array): void {
    this.#sized(BYTES, bytes.length);
    this.#out.bytes(bytes);
  }

  /** A typed array is written as a list of numbers, like Python's `array.array`; a DataView as bytes. */
  #view(view: ArrayBufferView): void {
    if (view instanceof DataView) return this.#bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    const items = typedArrayItems(view);
    this.#sized(LIST, items.length);
    this.#items(view, items);
  }

  #enter(value: object): void {
    if (this.#open.includes(value)) throw circularReference();
    if (this.#open.length >= this.#options.maxDepth) throw nestingTooDeep(this.#options.maxDepth);
    this.#open.push(value);
  }

  #items(owner: object, items: readonly unknown[]): void {
    this.#enter(owner);
    let index = 0;
    try {
      for (; index < items.length; index++) this.value(items[index]);
    } catch (error) {
      rethrowWithKey(error, index);
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
        rethrowWithKey(error, typeof key === "string" ? key : pyRepr(key));
      }
    }
    this.#type(NULL);
    this.#open.pop();
  }

  /** Throws for keys that are not hashable in Python. */
  #checkKey(key: unknown): void {
    if (key instanceof PyTuple) for (const item of key) this.#checkKey(item);
    else if (typeof key === "object" && key !== null) {
      const isHashable = key instanceof PyFloat || key instanceof PyComplex || key instanceof Uint8Array;
      if (!isHashable)
        throw new Unwritable("a dict's key must be text, a number, a boolean, None, bytes or a tuple of those");
    }
  }
}

/** Serializes a text in marshal. A CONNECTFAIL uses this if no serializer was agreed on. */
export function textBytes(text: string): Buffer {
  const head = Buffer.alloc(5);
  if (ALL_ASCII.test(text) && text.length < 256) {
    head[0] = SHORT_ASCII;
    head[1] = text.length;
    return Buffer.concat([head.subarray(0, 2), Buffer.from(text, "latin1")]);
  }
  const bytes = encodeSurrogatePass(text);
  head[0] = TEXT;
  head.writeInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
