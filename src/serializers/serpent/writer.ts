import { Buffer } from "node:buffer";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { NO_KEYWORDS } from "../../contract/signature.ts";
import { pyRepr } from "../../values/py-repr.ts";
import { PyClassDict, PyComplex, PyEllipsis, PyFloat, PyTuple } from "../../values/python-values.ts";
import type { ClassMapper } from "../class-mapper.ts";
import type { CallData } from "../serializer.ts";
import { rethrowAt, Unwritable, unknownClass } from "../unwritable.ts";
import { FastWriter } from "./fast-writer.ts";
import { bigintText, complexText, floatText, isoText } from "./scalar-text.ts";

const BASE64_CHUNK = 48 * 1024; // a multiple of 3, so that base64 of the parts is base64 of the whole
/** Stands for the tuple of a call among the open containers. */
const CALL: object = {};
const COMMA = 44;
const COLON = 58;

export interface WriterOptions {
  readonly classes: ClassMapper;
  readonly maxDepth: number;
  readonly bytesRepr: boolean;
}

/** Writes one value as serpent text, byte for byte as `serpent 1.41` does. */
export class SerpentWriter extends FastWriter {
  readonly #classes: ClassMapper;
  readonly #bytesRepr: boolean;

  constructor(options: WriterOptions) {
    super(options.maxDepth);
    this.#classes = options.classes;
    this.#bytesRepr = options.bytesRepr;
  }

  override begin(out: ByteSink): void {
    super.begin(out);
    this.reset();
  }

  protected override other(value: unknown): void {
    if (typeof value === "object" && value !== null) this.#object(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.ascii(value ? "True" : "False");
    else if (value === null || value === undefined) this.ascii("None");
    else if (typeof value === "bigint") this.ascii(bigintText(value));
    else throw new Unwritable(`a ${typeof value} does not travel`);
  }

  /** An INVOKE payload: `('object','method',(1,2),{'name':'value'})`. */
  call({ object, method, args, kwargs }: CallData): void {
    this.enter(CALL);
    this.byte(40);
    this.text(object);
    this.byte(COMMA);
    this.text(method);
    this.byte(COMMA);
    this.#tuple(args);
    this.byte(COMMA);
    if (kwargs === NO_KEYWORDS) this.ascii("{}");
    else this.value(kwargs);
    this.byte(41);
    this.leave();
  }

  #object(value: object): void {
    if (Array.isArray(value)) return value instanceof PyTuple ? this.#tuple(value) : this.#list(value);
    if (value instanceof Map) return this.#pairs(value, value);
    if (value instanceof Set) return this.#set(value);
    if (value instanceof PyFloat) return this.#float(value.value);
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (value instanceof PyClassDict) return this.#pairs(value, value.entries());
    if (value instanceof PyComplex) return this.#bracketed(complexText(value));
    if (value instanceof Date) return this.text(isoText(value));
    if (value instanceof PyEllipsis) return this.ascii("...");
    if (value instanceof ArrayBuffer) return this.#bytes(new Uint8Array(value));
    if (value instanceof DataView) return this.#bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    if (ArrayBuffer.isView(value)) return this.#typedArray(value);
    const replaced = this.#classes.toWire(value);
    if (replaced !== undefined) return this.value(replaced);
    // Plain objects of another realm: a `vm` context, a test runner.
    if (Object.getPrototypeOf(Object.getPrototypeOf(value)) === null) return this.value({ ...value });
    throw unknownClass(value);
  }

  /** What has no items, but brackets. */
  #bracketed(text: string): void {
    this.checkDepth();
    this.ascii(text);
  }

  #float(value: number): void {
    if (Number.isNaN(value)) this.#bracketed("{'__class__':'float','value':'nan'}");
    else this.ascii(floatText(value));
  }

  /** An integral number is an int as long as it is exact; beyond, only a bigint is one. */
  #number(value: number): void {
    const size = Math.abs(value);
    const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
    // Here JavaScript writes floats as Python does.
    if (isInteger || (size >= 1e-4 && size < 1e15)) this.ascii(String(value));
    else this.#float(value);
  }

  #list(items: readonly unknown[]): void {
    this.enter(items);
    this.byte(91);
    this.#items(items);
    this.byte(93);
    this.leave();
  }

  #tuple(items: readonly unknown[]): void {
    this.enter(items);
    this.byte(40);
    this.#items(items);
    if (items.length === 1) this.byte(COMMA);
    this.byte(41);
    this.leave();
  }

  #items(items: readonly unknown[]): void {
    let at = 0;
    try {
      for (; at < items.length; at++) {
        if (at > 0) this.byte(COMMA);
        this.value(items[at]);
      }
    } catch (error) {
      rethrowAt(error, at);
    }
  }

  #set(items: ReadonlySet<unknown>): void {
    // An empty set has no literal: `serpent 1.41` writes the empty tuple.
    if (items.size === 0) return this.#bracketed("()");
    for (const item of items) this.#checkHashable(item, "a set's element");
    this.enter(items);
    this.byte(123);
    this.#items([...items]);
    this.byte(125);
    this.leave();
  }

  #pairs(owner: object, entries: Iterable<readonly [unknown, unknown]>): void {
    this.enter(owner);
    let first = true;
    this.byte(123);
    for (const [key, value] of entries) {
      if (!first) this.byte(COMMA);
      first = false;
      if (typeof key === "string") this.text(key);
      else {
        this.#checkHashable(key, "a dict's key");
        this.value(key);
      }
      this.byte(COLON);
      try {
        this.value(value);
      } catch (error) {
        rethrowAt(error, typeof key === "string" ? key : pyRepr(key));
      }
    }
    this.byte(125);
    this.leave();
  }

  /** Refuses what Python refuses as a key, and what would become a key that it cannot read back. */
  #checkHashable(key: unknown, what: string): void {
    switch (typeof key) {
      case "string":
      case "boolean":
      case "bigint":
        return;
      case "number":
        if (!Number.isNaN(key)) return;
        break;
      case "object":
        if (key instanceof PyFloat && !Number.isNaN(key.value)) return;
        if (key instanceof PyComplex || (this.#bytesRepr && key instanceof Uint8Array)) return;
        if (!(key instanceof PyTuple)) break;
        for (const item of key) if (item !== null && item !== undefined) this.#checkHashable(item, what);
        return;
      default:
    }
    throw new Unwritable(`${what} must be text, a number, a boolean or a tuple of those`);
  }

  /** Like Python's `array.array`: a list of its numbers. */
  #typedArray(value: ArrayBufferView): void {
    const numbers = [...(value as unknown as Iterable<number | bigint>)];
    const floats = value instanceof Float32Array || value instanceof Float64Array;
    this.#list(floats ? numbers.map((one) => new PyFloat(Number(one))) : numbers);
  }

  #bytes(value: Uint8Array): void {
    if (this.#bytesRepr) return this.ascii(pyRepr(value));
    this.checkDepth();
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.ascii("{'data': '");
    this.need(Math.ceil(bytes.length / 3) * 4);
    for (let at = 0; at < bytes.length; at += BASE64_CHUNK) {
      this.latin1(bytes.toString("base64", at, Math.min(at + BASE64_CHUNK, bytes.length)));
    }
    this.ascii("', 'encoding': 'base64'}");
  }
}
