import { isPlainObject } from "../../values/py-dict.ts";
import { pyFloatRepr, pyRepr } from "../../values/py-repr.ts";
import { PyClassDict, PyFloat } from "../../values/python-values.ts";
import type { ClassMapper } from "../class-mapper.ts";
import {
  circularReference,
  nestingTooDeep,
  rethrowWithKey,
  Unwritable,
  unknownClass,
  unsupportedType,
} from "../unwritable.ts";

/** Writes one value in the same format as Python's `json.dumps(value, ensure_ascii=False)`. */
export class JsonWriter {
  readonly #classes: ClassMapper;
  readonly #maxDepth: number;
  readonly #open: object[] = [];
  text = "";

  constructor(classes: ClassMapper, maxDepth: number) {
    this.#classes = classes;
    this.#maxDepth = maxDepth;
  }

  /** @throws {Unwritable} */
  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.text += stringText(value);
        return;
      case "number":
        this.text += numberText(value);
        return;
      case "boolean":
        this.text += value ? "true" : "false";
        return;
      case "undefined":
        this.text += "null";
        return;
      case "bigint":
        this.text += String(value);
        return;
      case "object":
        if (value === null) this.text += "null";
        else this.#object(value);
        return;
      default:
        throw unsupportedType(value);
    }
  }

  #object(value: object): void {
    if (Array.isArray(value) || value instanceof Set) return this.#list(value, [...(value as Iterable<unknown>)]);
    if (value instanceof Map) return this.#dict(value, [...value]);
    if (isPlainObject(value)) return this.#dict(value, Object.entries(value));
    if (value instanceof PyFloat) this.text += floatText(value.value);
    else if (value instanceof PyClassDict) this.#dict(value, value.entries());
    else if (value instanceof Date) this.value(value.toISOString().replace("Z", "+00:00"));
    else if (value instanceof Uint8Array) throw new Unwritable("json does not support bytes; use another serializer");
    else {
      const replaced = this.#classes.toWire(value);
      if (replaced === undefined) throw unknownClass(value);
      this.value(replaced);
    }
  }

  #enter(value: object): void {
    if (this.#open.includes(value)) throw circularReference();
    if (this.#open.length >= this.#maxDepth) throw nestingTooDeep(this.#maxDepth);
    this.#open.push(value);
  }

  #list(value: object, items: readonly unknown[]): void {
    this.#enter(value);
    this.text += "[";
    for (const [at, item] of items.entries()) {
      if (at > 0) this.text += ", ";
      try {
        this.value(item);
      } catch (error) {
        rethrowWithKey(error, at);
      }
    }
    this.text += "]";
    this.#open.pop();
  }

  #dict(value: object, entries: readonly (readonly [unknown, unknown])[]): void {
    this.#enter(value);
    this.text += "{";
    for (const [at, [key, one]] of entries.entries()) {
      if (at > 0) this.text += ", ";
      this.text += `${stringText(keyText(key))}: `;
      try {
        this.value(one);
      } catch (error) {
        rethrowWithKey(error, typeof key === "string" ? key : pyRepr(key));
      }
    }
    this.text += "}";
    this.#open.pop();
  }
}

function stringText(text: string): string {
  if (!text.isWellFormed()) throw new Unwritable("text with a lone surrogate cannot be encoded as UTF-8");
  return JSON.stringify(text);
}

/** A safe integer is written as an int, any other number as a float. */
function numberText(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? pyFloatRepr(value) : value > 0 ? "Infinity" : "-Infinity";
}

/** JSON keys are text. Like Python, this converts numbers, booleans and None to text, and refuses other keys. */
function keyText(key: unknown): string {
  if (typeof key === "string") return key;
  if (typeof key === "boolean" || key === null) return String(key);
  if (typeof key === "bigint") return String(key);
  if (typeof key === "number") return numberText(key);
  if (key instanceof PyFloat) return floatText(key.value);
  throw new Unwritable("a dict's key must be text, a number, a boolean or None");
}
