import { Buffer } from "node:buffer";
import type { ByteSink } from "../../bytes/byte-sink.ts";
import { NO_KEYWORDS } from "../../contract/signature.ts";
import { pyRepr } from "../../values/py-repr.ts";
import { PyClassDict, PyComplex, PyEllipsis, PyFloat, PyTuple } from "../../values/python-values.ts";
import type { ClassMapper } from "../class-mapper.ts";
import { typedArrayItems } from "../numbers.ts";
import type { CallData } from "../serializer.ts";
import { rethrowWithKey, Unwritable, unknownClass, unsupportedType } from "../unwritable.ts";
import { FastWriter } from "./fast-writer.ts";
import { bigintText, complexText, floatText, isoText } from "./scalar-text.ts";

const BASE64_CHUNK = 48 * 1024; // a multiple of 3, so that only the last chunk has padding
/** Represents the tuple of a call in the list of open containers. */
const CALL: object = {};
const COMMA = 44;
const COLON = 58;

export interface WriterOptions {
  readonly classes: ClassMapper;
  readonly maxDepth: number;
  readonly bytesRepr: boolean;
}

/** Writes one value as serpent text; the output is identical to that of `serpent 1.41`. */
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

  protected override otherValue(value: unknown): void {
    if (typeof value === "object" && value !== null) this.#object(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.ascii(value ? "True" : "False");
    else if (value === null || value === undefined) this.ascii("None");
    else if (typeof value === "bigint") this.ascii(bigintText(value));
    else throw unsupportedType(value);
  }

  /** Writes an INVOKE payload: `('object','method',(1,2),{'name':'value'})`. */
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
    if (ArrayBuffer.isView(value)) return this.#list(typedArrayItems(value));
    const replaced = this.#classes.toWire(value);
    if (replaced !== undefined) return this.value(replaced);
    // Plain objects of another realm, for example a `vm` context.
    if (Object.getPrototypeOf(Object.getPrototypeOf(value)) === null) return this.value({ ...value });
    throw unknownClass(value);
  }

  /** Writes text with one level of brackets. */
  #bracketed(text: string): void {
    this.checkDepth();
    this.ascii(text);
  }

  #float(value: number): void {
    if (Number.isNaN(value)) this.#bracketed("{'__class__':'float','value':'nan'}");
    else this.ascii(floatText(value));
  }

  /** A safe integer is written as an int, any other number as a float. */
  #number(value: number): void {
    const size = Math.abs(value);
    const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
    // In this range JavaScript and Python write floats the same way.
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
      rethrowWithKey(error, at);
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
        rethrowWithKey(error, typeof key === "string" ? key : pyRepr(key));
      }
    }
    this.byte(125);
    this.leave();
  }

  /** Throws for keys that Python refuses, or could not read back. `role` is for the error text. */
  #checkHashable(key: unknown, role: string): void {
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
        for (const item of key) if (item !== null && item !== undefined) this.#checkHashable(item, role);
        return;
      default:
    }
    throw new Unwritable(`${role} must be text, a number, a boolean or a tuple of those`);
  }

  #bytes(value: Uint8Array): void {
    if (this.#bytesRepr) return this.ascii(pyRepr(value));
    this.checkDepth();
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.ascii("{'data': '");
    this.reserve(Math.ceil(bytes.length / 3) * 4);
    for (let at = 0; at < bytes.length; at += BASE64_CHUNK) {
      this.latin1(bytes.toString("base64", at, Math.min(at + BASE64_CHUNK, bytes.length)));
    }
    this.ascii("', 'encoding': 'base64'}");
  }
}
