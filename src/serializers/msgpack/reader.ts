import { Buffer, isUtf8 } from "node:buffer";
import { SerializeError } from "../../base/errors.ts";
import { pyDict } from "../../values/py-dict.ts";
import { PyComplex, type PyDict, PyFloat } from "../../values/python-values.ts";
import { tooDeep, tooManyValues } from "../limit-texts.ts";
import { MAX_INT_DIGITS, toNumberIfSafe } from "../numbers.ts";
import { EXT } from "./extensions.ts";

export interface ReaderOptions {
  readonly maxDepth: number;
  readonly maxValues: number;
  /** Floats as PyFloat, maps as Map. */
  readonly lossless: boolean;
}

const DAY_MS = 86_400_000;
/** Python's ordinal of 1970-01-01; day 1 is 0001-01-01. */
const EPOCH_DAY = 719_163;

/**
 * Reads MessagePack in the form that Pyro uses (`msgpack 1.0`: raw=False, strict map keys), with Pyro's extension
 * types.
 */
export class MsgpackReader {
  /** Whether a map has a `__class__` key. */
  sawClass = false;
  readonly #bytes: Buffer;
  readonly #options: ReaderOptions;
  #at = 0;
  #depth = 0;
  /** Values so far, including the unread items of open containers. */
  #values = 1;

  constructor(bytes: Uint8Array, options: ReaderOptions) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#options = options;
  }

  /** Reads the whole data as one value. @throws {SerializeError} */
  read(): unknown {
    const value = this.#value();
    if (this.#at < this.#bytes.length) this.#fail("extra data after the value");
    return value;
  }

  #fail(problem: string): never {
    throw new SerializeError(`msgpack: ${problem} at byte ${this.#at}`, { code: "PYRO_MSGPACK" });
  }

  /** Skips `size` bytes and returns the offset of the first. */
  #skip(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) this.#fail("truncated data");
    this.#at = at + size;
    return at;
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  #uint(size: number): number {
    return this.#bytes.readUIntBE(this.#skip(size), size);
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
        return this.#float(this.#bytes.readFloatBE(this.#skip(4)));
      case 0xcb:
        return this.#float(this.#bytes.readDoubleBE(this.#skip(8)));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (code - 0xcc));
      case 0xcf:
        return toNumberIfSafe(this.#bytes.readBigUInt64BE(this.#skip(8)));
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 1 << (code - 0xd0);
        return this.#bytes.readIntBE(this.#skip(size), size);
      }
      case 0xd3:
        return toNumberIfSafe(this.#bytes.readBigInt64BE(this.#skip(8)));
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
        this.#fail(`unknown type 0x${code.toString(16)}`);
    }
  }

  #float(value: number): number | PyFloat {
    return this.#options.lossless ? new PyFloat(value) : value;
  }

  #text(size: number): string {
    const at = this.#skip(size);
    const bytes = this.#bytes.subarray(at, at + size);
    if (!isUtf8(bytes)) this.#fail("invalid UTF-8 in text");
    return bytes.toString("utf8");
  }

  #raw(size: number): Uint8Array {
    const at = this.#skip(size);
    const copy = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(copy, 0, at, at + size);
    return new Uint8Array(copy.buffer, copy.byteOffset, size);
  }

  #open(count: number): void {
    // Each item has at least one byte. A larger count is false, and is refused before memory is allocated for it.
    if (count > this.#bytes.length - this.#at) this.#fail("truncated data");
    this.#values += count;
    if (this.#values > this.#options.maxValues) this.#fail(tooManyValues(this.#options.maxValues));
    if (++this.#depth > this.#options.maxDepth) this.#fail(tooDeep(this.#options.maxDepth));
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
    let onlyText = true;
    for (let index = 0; index < count; index++) {
      const key = this.#value();
      if (typeof key !== "string") {
        if (!(key instanceof Uint8Array)) this.#fail("map key is not text or bytes, ending");
        onlyText = false;
      } else if (key === "__class__") this.sawClass = true;
      map.set(key, this.#value());
    }
    this.#depth--;
    if (!onlyText || this.#options.lossless) return map;
    const dict = pyDict();
    for (const [key, value] of map) dict[key as string] = value;
    return dict;
  }

  #extension(size: number): unknown {
    const code = this.#uint(1);
    const at = this.#skip(size);
    const bytes = this.#bytes;
    if (code === EXT.complex && size === 16) return new PyComplex(bytes.readDoubleLE(at), bytes.readDoubleLE(at + 8));
    if (code === EXT.int) return this.#bigInteger(bytes.toString("latin1", at, at + size));
    if (code === EXT.datetime && size === 8) return this.#datetime(bytes.readDoubleLE(at));
    if (code === EXT.date && size === 8) return this.#date(bytes.readBigInt64LE(at));
    this.#fail(`unsupported extension type 0x${code.toString(16)} of ${size} bytes`);
  }

  #bigInteger(text: string): number | bigint {
    if (!/^-?\d+$/.test(text) || text.length > MAX_INT_DIGITS) this.#fail("invalid int");
    return toNumberIfSafe(BigInt(text));
  }

  /** The ISO text of a datetime without time zone. Pyro sends a timestamp, which each side shows in its local time. */
  #datetime(seconds: number): string {
    const micros = Math.round((seconds % 1) * 1e6);
    const time = new Date(Math.floor(seconds) * 1_000);
    if (Number.isNaN(time.getTime())) this.#fail("invalid datetime");
    const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
    const fraction = (micros + 1_000_000) % 1_000_000;
    return fraction === 0 ? local : `${local}.${String(fraction).padStart(6, "0")}`;
  }

  #date(ordinal: bigint): string {
    const day = new Date((Number(ordinal) - EPOCH_DAY) * DAY_MS);
    if (Number.isNaN(day.getTime())) this.#fail("invalid date");
    return day.toISOString().slice(0, 10);
  }
}
