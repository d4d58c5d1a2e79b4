import { Buffer } from "node:buffer";
import type { ByteSink } from "../../bytes.ts";
import { pyFloatRepr, pyRepr, pyStringRepr } from "../../pyrepr.ts";
import { PyClassDict, PyComplex, PyEllipsis, PyFloat, PyTuple } from "../../values.ts";
import type { ClassCodec } from "../classes.ts";
import { rethrowAt, Unwritable, unknownClass } from "../unwritable.ts";

const MOST_DIGITS = 4_300; // Python reads and writes no longer ints
const LARGE_BYTES = 48 * 1024; // a multiple of 3, so that base64 of the parts is base64 of the whole

export interface WriterOptions {
  readonly classes: ClassCodec;
  readonly maxDepth: number;
  readonly bytesRepr: boolean;
}

/** Writes one value as serpent text, byte for byte as `serpent 1.41` does. */
export class SerpentWriter {
  readonly #out: ByteSink;
  readonly #options: WriterOptions;
  readonly #open: object[] = [];
  /** What is not in the sink yet: text is gathered, as one long write is faster than many. */
  #text = "";

  constructor(out: ByteSink, options: WriterOptions) {
    this.#out = out;
    this.#options = options;
  }

  put(text: string): void {
    this.#text += text;
  }

  flush(): void {
    this.#out.utf8(this.#text);
    this.#text = "";
  }

  /** @throws {Unwritable} */
  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.#text += pyStringRepr(value);
        return;
      case "number":
        this.#text += numberText(value);
        return;
      case "boolean":
        this.#text += value ? "True" : "False";
        return;
      case "undefined":
        this.#text += "None";
        return;
      case "bigint":
        this.#text += bigintText(value);
        return;
      case "object":
        if (value === null) this.#text += "None";
        else this.#object(value);
        return;
      default:
        throw new Unwritable(`a ${typeof value} does not travel`);
    }
  }

  #object(value: object): void {
    if (Array.isArray(value)) return value instanceof PyTuple ? this.tuple(value) : this.#items("[", value, "]");
    if (value instanceof Map) return this.#dict(value, [...value]);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || prototype === Object.prototype) return this.#dict(value, Object.entries(value));
    if (value instanceof Set) return this.#set(value);
    if (value instanceof PyFloat) {
      this.#text += floatText(value.value);
    } else if (value instanceof Uint8Array) this.#bytes(value);
    else if (value instanceof PyClassDict) this.#classDict(value);
    else if (value instanceof PyComplex) this.#text += complexText(value);
    else if (value instanceof Date) this.#text += `'${isoText(value)}'`;
    else if (value instanceof PyEllipsis) this.#text += "...";
    else if (value instanceof ArrayBuffer) this.#bytes(new Uint8Array(value));
    else if (value instanceof DataView) this.#bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else if (ArrayBuffer.isView(value)) this.#typedArray(value);
    else {
      const replaced = this.#options.classes.toWire(value);
      if (replaced === undefined) throw unknownClass(value);
      this.value(replaced);
    }
  }

  #enter(value: object): void {
    if (this.#open.includes(value)) throw new Unwritable("it contains itself");
    if (this.#open.length >= this.#options.maxDepth) {
      throw new Unwritable(`it nests deeper than ${this.#options.maxDepth} levels`);
    }
    this.#open.push(value);
  }

  #items(open: string, items: readonly unknown[], close: string): void {
    this.#enter(items);
    this.#text += open;
    for (let at = 0; at < items.length; at++) {
      if (at > 0) this.#text += ",";
      try {
        this.value(items[at]);
      } catch (error) {
        rethrowAt(error, at);
      }
    }
    this.#text += close;
    this.#open.pop();
  }

  tuple(items: readonly unknown[]): void {
    this.#items("(", items, items.length === 1 ? ",)" : ")");
  }

  #set(items: ReadonlySet<unknown>): void {
    if (items.size === 0) {
      this.#text += "()";
      return;
    }
    for (const item of items) this.#hashable(item, "a set's element");
    this.#items("{", [...items], "}");
  }

  #dict(value: object, entries: readonly (readonly [unknown, unknown])[]): void {
    this.#enter(value);
    this.#text += "{";
    let first = true;
    for (const [key, one] of entries) {
      if (!first) this.#text += ",";
      first = false;
      if (typeof key === "string") this.#text += pyStringRepr(key);
      else {
        this.#hashable(key, "a dict's key");
        this.value(key);
      }
      this.#text += ":";
      try {
        this.value(one);
      } catch (error) {
        rethrowAt(error, typeof key === "string" ? key : pyRepr(key));
      }
    }
    this.#text += "}";
    this.#open.pop();
  }

  #classDict(value: PyClassDict): void {
    this.#dict(value, value.entries());
  }

  #hashable(key: unknown, what: string): void {
    const number = key instanceof PyFloat ? key.value : key;
    const fits =
      typeof key === "string" ||
      typeof key === "boolean" ||
      typeof key === "bigint" ||
      (typeof number === "number" && !Number.isNaN(number)) ||
      key instanceof PyComplex ||
      key instanceof PyTuple;
    if (!fits) throw new Unwritable(`${what} must be text, a number, a boolean or a tuple`);
    if (key instanceof PyTuple) for (const one of key) this.#hashable(one, what);
  }

  #typedArray(value: ArrayBufferView): void {
    const numbers = [...(value as unknown as Iterable<number | bigint>)];
    const floats = value instanceof Float32Array || value instanceof Float64Array;
    this.#items("[", floats ? numbers.map((one) => new PyFloat(Number(one))) : numbers, "]");
  }

  #bytes(value: Uint8Array): void {
    if (this.#options.bytesRepr) {
      this.#text += pyRepr(value);
      return;
    }
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#text += "{'data': '";
    if (bytes.length <= LARGE_BYTES) this.#text += bytes.toString("base64");
    else {
      // Straight into the sink, part by part: a string of the whole would be a third copy of it.
      this.flush();
      this.#out.reserve(Math.ceil(bytes.length / 3) * 4);
      for (let at = 0; at < bytes.length; at += LARGE_BYTES) {
        this.#out.latin1(bytes.toString("base64", at, Math.min(at + LARGE_BYTES, bytes.length)));
      }
    }
    this.#text += "', 'encoding': 'base64'}";
  }
}

/** An integral number is an int as long as it is exact; beyond, only a bigint is one. */
function numberText(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value);
}

/** Infinity has no literal but one that overflows; nan has none at all. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "{'__class__':'float','value':'nan'}";
  if (!Number.isFinite(value)) return value > 0 ? "1e30000" : "-1e30000";
  return pyFloatRepr(value);
}

function bigintText(value: bigint): string {
  const text = String(value);
  if (text.length > MOST_DIGITS) throw new Unwritable(`an integer of more than ${MOST_DIGITS} digits`);
  return text;
}

function complexText({ re, im }: PyComplex): string {
  if (Object.is(im, -0) || Number.isNaN(re) || Number.isNaN(im)) {
    throw new Unwritable("a complex number with nan, or with an imaginary part of -0.0, has no form that Python reads");
  }
  return `(${floatText(re)}${im < 0 ? "" : "+"}${floatText(im)}j)`;
}

/** Python's isoformat of the moment, in UTC; microseconds only when there are any. */
function isoText(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new Unwritable("an invalid Date");
  const [seconds = "", fraction = ""] = date.toISOString().slice(0, -1).split(".");
  return `${seconds}${fraction === "000" ? "" : `.${fraction}000`}+00:00`;
}
