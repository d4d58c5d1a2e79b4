import { Buffer } from "node:buffer";
import { SerializeError } from "../../base/errors.ts";
import { pyDict } from "../../values/py-dict.ts";
import { asTuple, PyComplex, type PyDict, PyEllipsis, PyFloat } from "../../values/python-values.ts";
import { PythonKeys } from "../python-keys.ts";
import { tooManyValues } from "../too-many-values.ts";
import { longValue } from "./longs.ts";
import { surrogateText } from "./surrogates.ts";

/** Bit of a type byte: what follows gets the next number, for references to it. */
const FLAG_REF = 0x80;
const END: unique symbol = Symbol("end of a dict");
/** Stands in the table of references for a container that is not whole yet. */
const OPEN: unique symbol = Symbol("open");

interface Reference {
  value: unknown;
  /** How many values it is, with all that is in it. */
  count: number;
}

export interface ReaderOptions {
  readonly maxDepth: number;
  readonly maxSharedValues: number;
  readonly maxValues: number;
  /** Floats as PyFloat, dicts as Map. */
  readonly lossless: boolean;
}

/** Reads Python's marshal format, versions 0 to 4, as far as it is data (`CPython 3.11, marshal.c`). */
export class MarshalReader {
  /** Whether a dict had a `__class__`. */
  sawClass = false;
  readonly #bytes: Buffer;
  readonly #options: ReaderOptions;
  readonly #references: Reference[] = [];
  #at = 0;
  #depth = 0;
  #count = 0;
  /** How many of them were not read, but referred to. */
  #shared = 0;

  constructor(bytes: Uint8Array, options: ReaderOptions) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
  }

  /** One value; what follows it is not looked at, as in Python. @throws {SerializeError} */
  read(): unknown {
    const value = this.#value();
    if (value === END) this.#fail("nothing where a value should be");
    return value;
  }

  #fail(what: string): never {
    throw new SerializeError(`marshal: ${what} at byte ${this.#at}`, { code: "PYRO_MARSHAL" });
  }

  /** Goes over so many bytes and gives where they begin. */
  #take(size: number): number {
    const at = this.#at;
    if (size < 0 || at + size > this.#bytes.length) this.#fail("the data ends early");
    this.#at = at + size;
    return at;
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  #int32(): number {
    return this.#bytes.readInt32LE(this.#take(4));
  }

  /** A length or a count. */
  #size(): number {
    const size = this.#int32();
    // Each item takes a byte at least: more of them than bytes is a lie that would cost memory.
    if (size < 0 || size > this.#bytes.length - this.#at) this.#fail(`a size of ${size}, which is more than there is,`);
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
        return shrink(this.#bytes.readBigInt64LE(this.#take(8)));
      case "l":
        return this.#long();
      case "g":
        return this.#float(this.#bytes.readDoubleLE(this.#take(8)));
      case "f":
        return this.#float(this.#floatText());
      case "y":
        return new PyComplex(this.#bytes.readDoubleLE(this.#take(8)), this.#bytes.readDoubleLE(this.#take(8)));
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
        return this.#referred();
      case "0":
        if (reference === undefined) return END;
    }
    this.#fail(`type ${JSON.stringify(type)}, which is no data,`);
  }

  #float(value: number): number | PyFloat {
    return this.#options.lossless ? new PyFloat(value) : value;
  }

  #floatText(): number {
    const size = this.#byte();
    const at = this.#take(size);
    const text = this.#bytes.toString("latin1", at, at + size).trim();
    if (/^[+-]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
    if (/^[+-]?nan$/i.test(text)) return Number.NaN;
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) this.#fail("a float that is none");
    return Number(text);
  }

  #long(): number | bigint {
    const size = this.#int32();
    const digits = Math.abs(size);
    const at = this.#take(digits * 2);
    const value = longValue(this.#bytes, at, digits);
    if (value === undefined) this.#fail("an int whose digits are none");
    return shrink(size < 0 ? -value : value);
  }

  #raw(): Uint8Array {
    const size = this.#size();
    const at = this.#take(size);
    const copy = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(copy, 0, at, at + size);
    return new Uint8Array(copy.buffer, copy.byteOffset, size);
  }

  #text(encoding: "latin1" | "utf8", size: number): string {
    const at = this.#take(size);
    if (encoding === "latin1") return this.#bytes.toString("latin1", at, at + size);
    const text = surrogateText(this.#bytes.subarray(at, at + size));
    if (text === undefined) this.#fail("text that is not UTF-8");
    return text;
  }

  #open(): void {
    if (++this.#depth > this.#options.maxDepth) this.#fail(`more than ${this.#options.maxDepth} levels of nesting`);
  }

  #item(): unknown {
    const value = this.#value();
    if (value === END) this.#fail("nothing where an item should be");
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
    for (let index = 0; index < count; index++) set.add(keys.first(this.#hashable(this.#item())));
    this.#depth--;
    return set;
  }

  #dict(): PyDict | Map<unknown, unknown> {
    this.#open();
    const entries: [unknown, unknown][] = [];
    let plain = !this.#options.lossless;
    for (let key = this.#value(); key !== END; key = this.#value()) {
      if (typeof key !== "string") plain = false;
      else if (key === "__class__") this.sawClass = true;
      entries.push([this.#hashable(key), this.#item()]);
    }
    this.#depth--;
    if (plain) {
      const dict = pyDict();
      for (const [key, value] of entries) dict[key as string] = value;
      return dict;
    }
    const keys = new PythonKeys();
    const map = new Map<unknown, unknown>();
    for (const [key, value] of entries) map.set(keys.first(key), value);
    return map;
  }

  /** What Python can make a key of. */
  #hashable(key: unknown): unknown {
    const isTuple = Array.isArray(key) && key.constructor !== Array;
    if (isTuple) for (const item of key) this.#hashable(item);
    const scalar = typeof key !== "object" || key === null || key instanceof Uint8Array;
    const wrapped = key instanceof PyFloat || key instanceof PyComplex || key instanceof PyEllipsis;
    if (!scalar && !wrapped && !isTuple && !(key instanceof Set))
      this.#fail("a list or dict as a key, just before this");
    return key;
  }

  #referred(): unknown {
    const number = this.#int32();
    const reference = this.#references[number];
    if (reference === undefined) this.#fail(`a reference to value ${number}, which is none,`);
    if (reference.value === OPEN) this.#fail("a value that contains itself");
    this.#count += reference.count - 1;
    this.#shared += reference.count - 1;
    const { maxSharedValues } = this.#options;
    if (this.#shared > maxSharedValues) {
      this.#fail(`references that stand for more than ${maxSharedValues} values (limits.maxSharedValues)`);
    }
    return reference.value;
  }
}

/** A bigint as a number where that loses nothing. */
function shrink(value: bigint): number | bigint {
  const safe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return safe ? Number(value) : value;
}
