import { Buffer } from "node:buffer";
import { SerializeError } from "../../base/errors.ts";
import { pyDict } from "../../values/py-dict.ts";
import { asTuple, PyComplex, type PyDict, PyEllipsis, PyFloat } from "../../values/python-values.ts";
import { tooDeep, tooManyValues } from "../limit-texts.ts";
import { toNumberIfSafe } from "../numbers.ts";
import { PythonKeys } from "../python-keys.ts";
import { longValue } from "./longs.ts";
import { decodeSurrogatePass } from "./surrogates.ts";

/** Bit of a type byte: the value gets the next reference number. */
const FLAG_REF = 0x80;
const END: unique symbol = Symbol("end of a dict");
/** The entry in the reference table for a container that is not complete yet. */
const OPEN: unique symbol = Symbol("open");

interface Reference {
  value: unknown;
  /** Number of values in it, including itself. */
  count: number;
}

export interface ReaderOptions {
  readonly maxDepth: number;
  readonly maxSharedValues: number;
  readonly maxValues: number;
  /** Floats as PyFloat, dicts as Map. */
  readonly lossless: boolean;
}

/** Reads Python's marshal format, versions 0 to 4, without code objects (`CPython 3.11, marshal.c`). */
export class MarshalReader {
  /** Whether a dict has a `__class__` key. */
  sawClass = false;
  readonly #bytes: Buffer;
  readonly #options: ReaderOptions;
  readonly #references: Reference[] = [];
  #at = 0;
  #depth = 0;
  /** Values so far, including those added by references. */
  #count = 0;
  /** Values added by references. */
  #shared = 0;

  constructor(bytes: Uint8Array, options: ReaderOptions) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
  }

  /** Reads one value. Data after it is ignored, as in Python. @throws {SerializeError} */
  read(): unknown {
    const value = this.#value();
    if (value === END) this.#fail("expected a value, found NULL");
    return value;
  }

  #fail(problem: string): never {
    throw new SerializeError(`marshal: ${problem} at byte ${this.#at}`, { code: "PYRO_MARSHAL" });
  }

  /** Skips `size` bytes and returns the offset of the first. */
  #skip(size: number): number {
    const at = this.#at;
    if (size < 0 || at + size > this.#bytes.length) this.#fail("truncated data");
    this.#at = at + size;
    return at;
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)] as number;
  }

  #int32(): number {
    return this.#bytes.readInt32LE(this.#skip(4));
  }

  /** A length or a count. */
  #size(): number {
    const size = this.#int32();
    // Each item has at least one byte. A larger count is false, and is refused before memory is allocated for it.
    if (size < 0 || size > this.#bytes.length - this.#at)
      this.#fail(`invalid size ${size}, ${this.#bytes.length - this.#at} bytes remain`);
    return size;
  }

  #value(): unknown {
    const code = this.#byte();
    this.#count++;
    if (this.#count - this.#shared > this.#options.maxValues) this.#fail(tooManyValues(this.#options.maxValues));
    const reference = (code & FLAG_REF) === 0 ? undefined : { value: OPEN as unknown, count: this.#count };
    if (reference !== undefined) this.#references.push(reference);
    const value = this.#typed(String.fromCharCode(code & 0x7f), reference);
    if (reference !== undefined) {
      reference.value = value;
      reference.count = this.#count - reference.count + 1;
    }
    return value;
  }

  #typed(type: string, reference: Reference | undefined): unknown {
    switch (type) {
      case "N":
        return null;
      case "T":
        return true;
      case "F":
        return false;
      case "i":
        return this.#int32();
      case "I":
        return toNumberIfSafe(this.#bytes.readBigInt64LE(this.#skip(8)));
      case "l":
        return this.#long();
      case "g":
        return this.#float(this.#bytes.readDoubleLE(this.#skip(8)));
      case "f":
        return this.#float(this.#floatText());
      case "y":
        return new PyComplex(this.#bytes.readDoubleLE(this.#skip(8)), this.#bytes.readDoubleLE(this.#skip(8)));
      case "x":
        return new PyComplex(this.#floatText(), this.#floatText());
      case "s":
        return this.#raw();
      case "z":
      case "Z":
        return this.#text("latin1", this.#byte());
      case "a":
      case "A":
        return this.#text("latin1", this.#size());
      case "u":
      case "t":
        return this.#text("utf8", this.#size());
      case ".":
        return PyEllipsis.value;
      case ")":
        return asTuple(this.#items(this.#byte()));
      case "(":
        return asTuple(this.#items(this.#size()));
      case "[":
        return this.#items(this.#size());
      case "<":
      case ">":
        return this.#set(this.#size());
      case "{":
        return this.#dict();
      case "r":
        return this.#referenced();
      case "0":
        if (reference === undefined) return END;
    }
    this.#fail(`unsupported type ${JSON.stringify(type)}`);
  }

  #float(value: number): number | PyFloat {
    return this.#options.lossless ? new PyFloat(value) : value;
  }

  #floatText(): number {
    const size = this.#byte();
    const at = this.#skip(size);
    const text = this.#bytes.toString("latin1", at, at + size).trim();
    if (/^[+-]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
    if (/^[+-]?nan$/i.test(text)) return Number.NaN;
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) this.#fail("invalid float");
    return Number(text);
  }

  #long(): number | bigint {
    const size = this.#int32();
    const digits = Math.abs(size);
    const at = this.#skip(digits * 2);
    const value = longValue(this.#bytes, at, digits);
    if (value === undefined) this.#fail("invalid int");
    return toNumberIfSafe(size < 0 ? -value : value);
  }

  #raw(): Uint8Array {
    const size = this.#size();
    const at = this.#skip(size);
    const copy = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(copy, 0, at, at + size);
    return new Uint8Array(copy.buffer, copy.byteOffset, size);
  }

  #text(encoding: "latin1" | "utf8", size: number): string {
    const at = this.#skip(size);
    if (encoding === "latin1") return this.#bytes.toString("latin1", at, at + size);
    const text = decodeSurrogatePass(this.#bytes.subarray(at, at + size));
    if (text === undefined) this.#fail("invalid UTF-8 in text");
    return text;
  }

  #open(): void {
    if (++this.#depth > this.#options.maxDepth) this.#fail(tooDeep(this.#options.maxDepth));
  }

  #item(): unknown {
    const value = this.#value();
    if (value === END) this.#fail("expected an item, found NULL");
    return value;
  }

  #items(count: number): unknown[] {
    this.#open();
    const items: unknown[] = [];
    for (let index = 0; index < count; index++) items.push(this.#item());
    this.#depth--;
    return items;
  }

  #set(count: number): Set<unknown> {
    this.#open();
    const keys = new PythonKeys();
    const set = new Set<unknown>();
    for (let index = 0; index < count; index++) set.add(keys.firstEqual(this.#hashable(this.#item())));
    this.#depth--;
    return set;
  }

  #dict(): PyDict | Map<unknown, unknown> {
    this.#open();
    const entries: [unknown, unknown][] = [];
    let onlyText = !this.#options.lossless;
    for (let key = this.#value(); key !== END; key = this.#value()) {
      if (typeof key !== "string") onlyText = false;
      else if (key === "__class__") this.sawClass = true;
      entries.push([this.#hashable(key), this.#item()]);
    }
    this.#depth--;
    if (onlyText) {
      const dict = pyDict();
      for (const [key, value] of entries) dict[key as string] = value;
      return dict;
    }
    const keys = new PythonKeys();
    const map = new Map<unknown, unknown>();
    for (const [key, value] of entries) map.set(keys.firstEqual(key), value);
    return map;
  }

  /** Returns the key if it is hashable in Python, else throws. */
  #hashable(key: unknown): unknown {
    const isTuple = Array.isArray(key) && key.constructor !== Array;
    if (isTuple) for (const item of key) this.#hashable(item);
    const scalar = typeof key !== "object" || key === null || key instanceof Uint8Array;
    const wrapped = key instanceof PyFloat || key instanceof PyComplex || key instanceof PyEllipsis;
    if (!scalar && !wrapped && !isTuple && !(key instanceof Set))
      this.#fail("unhashable dict key or set element, ending");
    return key;
  }

  #referenced(): unknown {
    const number = this.#int32();
    const reference = this.#references[number];
    if (reference === undefined) this.#fail(`reference to unknown value ${number}`);
    if (reference.value === OPEN) this.#fail("circular reference");
    this.#count += reference.count - 1;
    this.#shared += reference.count - 1;
    const { maxSharedValues } = this.#options;
    if (this.#shared > maxSharedValues) {
      this.#fail(`references add more than ${maxSharedValues} values (limits.maxSharedValues)`);
    }
    return reference.value;
  }
}
