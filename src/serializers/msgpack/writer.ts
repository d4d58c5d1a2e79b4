import { Buffer } from "node:buffer";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { isPlainObject } from "../../values/py-dict.ts";
import { pyRepr } from "../../values/py-repr.ts";
import { PyClassDict, PyComplex, PyFloat } from "../../values/python-values.ts";
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
import { EXT } from "./extensions.ts";

export interface WriterOptions {
  readonly classes: ClassMapper;
  readonly maxDepth: number;
}

/** Writes MessagePack like Pyro: each value in its shortest form, tuples and sets as arrays. */
export class MsgpackWriter {
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
    else if (typeof value === "boolean") this.#code(value ? 0xc3 : 0xc2);
    else if (value === null || value === undefined) this.#code(0xc0);
    else if (typeof value === "bigint") this.#bigint(value);
    else if (typeof value === "object") this.#object(value);
    else throw unsupportedType(value);
  }

  #object(value: object): void {
    if (Array.isArray(value)) return this.#list(value, value);
    if (isPlainObject(value)) return this.#map(value, Object.entries(value));
    if (value instanceof Map) return this.#map(value, [...value]);
    if (value instanceof Set) return this.#list(value, [...value]);
    if (value instanceof PyFloat) return this.#float(value.value);
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (value instanceof PyClassDict) return this.#map(value, value.entries());
    if (value instanceof PyComplex) return this.#complex(value);
    if (value instanceof Date) return this.#text(value.toISOString().replace("Z", "+00:00"));
    if (value instanceof ArrayBuffer) return this.#bytes(new Uint8Array(value));
    if (ArrayBuffer.isView(value)) return this.#view(value);
    const replaced = this.#options.classes.toWire(value);
    if (replaced === undefined) throw unknownClass(value);
    this.value(replaced);
  }

  #code(code: number): void {
    const at = this.#out.skip(1);
    this.#out.buffer[at] = code;
  }

  /** A type byte and an unsigned number of 1, 2 or 4 bytes. */
  #uint(code: number, size: number, value: number): void {
    const at = this.#out.skip(1 + size);
    this.#out.buffer[at] = code;
    this.#out.buffer.writeUIntBE(value, at + 1, size);
  }

  /**
   * A type and a size: up to `maxShort` in the type byte itself (`short`), else in 1, 2 or 4 bytes. `code8` is 0 for
   * types without a form of 1 byte.
   */
  #head(size: number, short: number, maxShort: number, code8: number, code16: number): void {
    if (size <= maxShort) this.#code(short | size);
    else if (size < 0x100 && code8 !== 0) this.#uint(code8, 1, size);
    else if (size < 0x10000) this.#uint(code16, 2, size);
    else if (size <= 0xffff_ffff) this.#uint(code16 + 1, 4, size);
    else throw new Unwritable("size exceeds 4294967295, the limit of msgpack");
  }

  #text(text: string): void {
    if (!text.isWellFormed()) throw new Unwritable("text with a lone surrogate cannot be encoded as UTF-8");
    this.#head(Buffer.byteLength(text), 0xa0, 31, 0xd9, 0xda);
    this.#out.utf8(text);
  }

  #bytes(bytes: Uint8Array): void {
    this.#head(bytes.length, 0, -1, 0xc4, 0xc5);
    this.#out.bytes(bytes);
  }

  /** A safe integer is written as an int, any other number as a float. */
  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return this.#float(value);
    if (value >= 0) {
      if (value < 0x80) this.#code(value);
      else if (value < 0x100) this.#uint(0xcc, 1, value);
      else if (value < 0x10000) this.#uint(0xcd, 2, value);
      else if (value <= 0xffff_ffff) this.#uint(0xce, 4, value);
      else this.#bigint(BigInt(value));
    } else if (value >= -32) this.#code(value + 0x100);
    else if (value >= -0x80) this.#uint(0xd0, 1, value + 0x100);
    else if (value >= -0x8000) this.#uint(0xd1, 2, value + 0x10000);
    else if (value >= -0x8000_0000) this.#uint(0xd2, 4, value + 0x1_0000_0000);
    else this.#bigint(BigInt(value));
  }

  #bigint(value: bigint): void {
    if (value >= -0x8000_0000n && value <= 0xffff_ffffn) return this.#number(Number(value));
    if (value >= -0x8000_0000_0000_0000n && value <= 0xffff_ffff_ffff_ffffn) {
      const at = this.#out.skip(9);
      this.#out.buffer[at] = value < 0n ? 0xd3 : 0xcf;
      this.#out.buffer.writeBigUInt64BE(BigInt.asUintN(64, value), at + 1);
      return;
    }
    const digits = String(value);
    this.#extension(EXT.int, digits.length);
    this.#out.latin1(digits);
  }

  #float(value: number): void {
    const at = this.#out.skip(9);
    this.#out.buffer[at] = 0xcb;
    this.#out.buffer.writeDoubleBE(value, at + 1);
  }

  #complex({ re, im }: PyComplex): void {
    this.#extension(EXT.complex, 16);
    const at = this.#out.skip(16);
    this.#out.buffer.writeDoubleLE(re, at);
    this.#out.buffer.writeDoubleLE(im, at + 8);
  }

  #extension(code: number, size: number): void {
    const fixed = [1, 2, 4, 8, 16].indexOf(size);
    if (fixed >= 0) this.#code(0xd4 + fixed);
    else this.#head(size, 0, -1, 0xc7, 0xc8);
    this.#code(code);
  }

  /** A typed array is written as a list of numbers, like Python's `array.array`; a DataView as bytes. */
  #view(view: ArrayBufferView): void {
    if (view instanceof DataView) return this.#bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    this.#list(view, typedArrayItems(view));
  }

  #enter(value: object): void {
    if (this.#open.includes(value)) throw circularReference();
    if (this.#open.length >= this.#options.maxDepth) throw nestingTooDeep(this.#options.maxDepth);
    this.#open.push(value);
  }

  #list(owner: object, items: readonly unknown[]): void {
    this.#enter(owner);
    this.#head(items.length, 0x90, 15, 0, 0xdc);
    let index = 0;
    try {
      for (; index < items.length; index++) this.value(items[index]);
    } catch (error) {
      rethrowWithKey(error, index);
    }
    this.#open.pop();
  }

  #map(owner: object, entries: readonly (readonly [unknown, unknown])[]): void {
    this.#enter(owner);
    this.#head(entries.length, 0x80, 15, 0, 0xde);
    for (const [key, value] of entries) {
      if (typeof key === "string") this.#text(key);
      else if (key instanceof Uint8Array) this.#bytes(key);
      else throw new Unwritable("a dict's key must be text or bytes: Python refuses other keys in msgpack");
      try {
        this.value(value);
      } catch (error) {
        rethrowWithKey(error, typeof key === "string" ? key : pyRepr(key));
      }
    }
    this.#open.pop();
  }
}
