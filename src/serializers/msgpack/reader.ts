import { Buffer, isUtf8 } from "node:buffer";
import { SerializeError } from "../../base/errors.ts";
import { pyDict } from "../../values/py-dict.ts";
import { PyComplex, type PyDict, PyFloat } from "../../values/python-values.ts";
import { tooManyValues } from "../too-many-values.ts";
import { EXT } from "./extensions.ts";

export interface ReaderOptions {
  readonly maxDepth: number;
  readonly maxValues: number;
  /** Floats as PyFloat, maps as Map. */
  readonly lossless: boolean;
}

const DAY_MS = 86_400_000;
/** Days from 0001-01-01, which is Python's day 1, to 1970-01-01. */
const EPOCH_DAY = 719_163;
const LARGEST_INT_DIGITS = 4_300; // CPython's own limit, against quadratic time

/** Reads MessagePack as Pyro uses it (`msgpack 1.0`: raw=False, strict map keys), with Pyro's extension types. */
export class MsgpackReader {
  /** Whether a map had a `__class__`. */
  sawClass = false;
  readonly #bytes: Buffer;
  readonly #options: ReaderOptions;
  #at = 0;
  #depth = 0;
  /** Values so far, with the items of every container that is open. */
  #values = 1;

  constructor(bytes: Uint8Array, options: ReaderOptions) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
  }

  /** The whole data as one value. @throws {SerializeError} */
  read(): unknown {
    const value = this.#value();
    if (this.#at < this.#bytes.length) this.#fail("something behind the value");
    return value;
  }

  #fail(what: string): never {
    throw new SerializeError(`msgpack: ${what} at byte ${this.#at}`, { code: "PYRO_MSGPACK" });
  }

  /** Goes over so many bytes and gives where they begin. */
  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) this.#fail("the data ends early");
    this.#at = at + size;
    return at;
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  #uint(size: number): number {
    return this.#bytes.readUIntBE(this.#take(size), size);
  }

  #value(): unknown {
    const code = this.#uint(1);
    if (code < 0x80) return code;
    if (code >= 0xe0) return code - 0x100;
    if (code >= 0xa0 && code < 0xc0) return this.#text(code & 0x1f);
    if (code < 0x90) return this.#map(code & 0x0f);
    if (code < 0xa0) return this.#list(code & 0x0f);
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#raw(this.#uint(1 << (code - 0xc4)));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(1 << (code - 0xc7)));
      case 0xca:
        return this.#float(this.#bytes.readFloatBE(this.#take(4)));
      case 0xcb:
        return this.#float(this.#bytes.readDoubleBE(this.#take(8)));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (code - 0xcc));
      case 0xcf:
        return shrink(this.#bytes.readBigUInt64BE(this.#take(8)));
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 1 << (code - 0xd0);
        return this.#bytes.readIntBE(this.#take(size), size);
      }
      case 0xd3:
        return shrink(this.#bytes.readBigInt64BE(this.#take(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (code - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(1 << (code - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(code === 0xdc ? 2 : 4));
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(code === 0xde ? 2 : 4));
      default:
        this.#fail(`the type 0x${code.toString(16)}, which is none,`);
    }
  }

  #float(value: number): number | PyFloat {
    return this.#options.lossless ? new PyFloat(value) : value;
  }

  #text(size: number): string {
    const at = this.#take(size);
    const bytes = this.#bytes.subarray(at, at + size);
    if (!isUtf8(bytes)) this.#fail("text that is not UTF-8");
    return bytes.toString("utf8");
  }

  #raw(size: number): Uint8Array {
    const at = this.#take(size);
    const copy = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(copy, 0, at, at + size);
    return new Uint8Array(copy.buffer, copy.byteOffset, size);
  }

  #open(count: number): void {
    // Each item takes a byte at least: more of them than bytes is a lie that would cost memory.
    if (count > this.#bytes.length - this.#at) this.#fail("the data ends early");
    this.#values += count;
    if (this.#values > this.#options.maxValues) this.#fail(tooManyValues(this.#options.maxValues));
    if (++this.#depth > this.#options.maxDepth) this.#fail(`more than ${this.#options.maxDepth} levels of nesting`);
  }

  #list(count: number): unknown[] {
    this.#open(count);
    const items: unknown[] = [];
    for (let index = 0; index < count; index++) items.push(this.#value());
    this.#depth--;
    return items;
  }

  #map(count: number): PyDict | Map<unknown, unknown> {
    this.#open(2 * count);
    const map = new Map<unknown, unknown>();
    let texts = true;
    for (let index = 0; index < count; index++) {
      const key = this.#value();
      if (typeof key !== "string") {
        if (!(key instanceof Uint8Array)) this.#fail("a map's key that is neither text nor bytes, just before this");
        texts = false;
      } else if (key === "__class__") this.sawClass = true;
      map.set(key, this.#value());
    }
    this.#depth--;
    if (!texts || this.#options.lossless) return map;
    const dict = pyDict();
    for (const [key, value] of map) dict[key as string] = value;
    return dict;
  }

  #extension(size: number): unknown {
    const code = this.#uint(1);
    const at = this.#take(size);
    const bytes = this.#bytes;
    if (code === EXT.complex && size === 16) return new PyComplex(bytes.readDoubleLE(at), bytes.readDoubleLE(at + 8));
    if (code === EXT.int) return this.#bigInteger(bytes.toString("latin1", at, at + size));
    if (code === EXT.datetime && size === 8) return this.#localTime(bytes.readDoubleLE(at));
    if (code === EXT.date && size === 8) return this.#date(bytes.readBigInt64LE(at));
    this.#fail(`an extension type 0x${code.toString(16)} of ${size} bytes, which is none of Pyro's,`);
  }

  #bigInteger(text: string): number | bigint {
    if (!/^-?\d+$/.test(text) || text.length > LARGEST_INT_DIGITS) this.#fail("an int that is none");
    return shrink(BigInt(text));
  }

  /** The ISO text of a naive datetime: Pyro sends it as a moment, which each side shows in its own time zone. */
  #localTime(seconds: number): string {
    const micros = Math.round((seconds % 1) * 1e6);
    const moment = new Date(Math.floor(seconds) * 1_000);
    if (Number.isNaN(moment.getTime())) this.#fail("a datetime that is none");
    const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
    const fraction = (micros + 1_000_000) % 1_000_000;
    return fraction === 0 ? local : `${local}.${String(fraction).padStart(6, "0")}`;
  }

  #date(ordinal: bigint): string {
    const day = new Date((Number(ordinal) - EPOCH_DAY) * DAY_MS);
    if (Number.isNaN(day.getTime())) this.#fail("a date that is none");
    return day.toISOString().slice(0, 10);
  }
}

/** A bigint as a number where that loses nothing. */
function shrink(value: bigint): number | bigint {
  const safe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return safe ? Number(value) : value;
}
