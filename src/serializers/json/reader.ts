import { SerializeError } from "../../base/errors.ts";
import type { Limits } from "../../base/limits.ts";
import { pyDict } from "../../values/py-dict.ts";
import type { PyDict } from "../../values/python-values.ts";
import { PyFloat } from "../../values/python-values.ts";
import { tooDeep, tooManyValues } from "../limit-texts.ts";
import { MAX_INT_DIGITS } from "../numbers.ts";

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const CONSTANTS: Readonly<Record<string, unknown>> = { null: null, true: true, false: false };
const FLOATS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, "-Infinity": -Infinity };
const WORD = /-?[A-Za-z]+/y;
// JSON requires that control characters are escaped.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches control characters
const CONTROL = /[\x00-\x1f]/;

/**
 * Reads JSON as Python's json module writes it. Unlike JSON.parse it supports integers of any size, bare NaN and
 * Infinity, and distinguishes `1` from `1.0`.
 */
export class JsonReader {
  sawClass = false;
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #lossless: boolean;
  readonly #maxValues: number;
  #at = 0;
  #depth = 0;
  #values = 0;
  /** Offset of the next backslash, cached so that not every string searches for it; Infinity if there is none. */
  #backslashAt = -1;

  constructor(text: string, { maxDepth, maxValues }: Pick<Limits, "maxDepth" | "maxValues">, lossless: boolean) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#maxValues = maxValues;
    this.#lossless = lossless;
  }

  /** Reads the whole text as one value. @throws {SerializeError} */
  read(): unknown {
    this.#skipBlanks();
    const value = this.#value();
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#error("extra data");
    return value;
  }

  #error(problem: string): SerializeError {
    return new SerializeError(`json: ${problem} at character ${this.#at}`, { code: "PYRO_JSON" });
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  #count(): void {
    if (++this.#values > this.#maxValues) throw this.#error(tooManyValues(this.#maxValues));
  }

  #value(): unknown {
    this.#count();
    const code = this.#text.charCodeAt(this.#at);
    switch (code) {
      case 34: // "
        return this.#string();
      case 91: // [
        return this.#list();
      case 123: // {
        return this.#dict();
      default:
        return (code >= 48 && code <= 57) || code === 45 ? this.#number() : this.#word();
    }
  }

  #number(): unknown {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text);
    if (found === null) return this.#word();
    this.#at = NUMBER.lastIndex;
    const [text, fraction, exponent] = found;
    if (fraction !== undefined || exponent !== undefined) return this.#float(Number(text));
    if (text === "-0") return 0;
    if (text.length < 16) return Number(text);
    if (text.length > MAX_INT_DIGITS + 1) throw this.#error(`integer of more than ${MAX_INT_DIGITS} digits`);
    const value = BigInt(text);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #float(value: number): number | PyFloat {
    return this.#lossless ? new PyFloat(value) : value;
  }

  #word(): unknown {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0] ?? "";
    if (Object.hasOwn(CONSTANTS, word)) {
      this.#at += word.length;
      return CONSTANTS[word];
    }
    const float = Object.hasOwn(FLOATS, word) ? FLOATS[word] : undefined;
    if (float === undefined) throw this.#error("expected a value");
    this.#at += word.length;
    return this.#float(float);
  }

  #string(): string {
    const start = this.#at + 1;
    let end = this.#text.indexOf('"', start);
    if (this.#backslashAt < start) this.#findBackslash(start);
    const escaped = this.#backslashAt < end;
    while (this.#backslashAt < end) {
      const next = this.#backslashAt + 2;
      if (end < next) end = this.#text.indexOf('"', next);
      this.#findBackslash(next);
    }
    if (end < 0) throw this.#error("unterminated string");
    const body = this.#text.slice(start, end);
    if (CONTROL.test(body)) throw this.#error("unescaped control character in string");
    this.#at = end + 1;
    if (!escaped) return body;
    try {
      return JSON.parse(`"${body}"`) as string;
    } catch {
      throw this.#error("invalid escape sequence");
    }
  }

  #findBackslash(from: number): void {
    const at = this.#text.indexOf("\\", from);
    this.#backslashAt = at < 0 ? Infinity : at;
  }

  #open(): void {
    if (++this.#depth > this.#maxDepth) throw this.#error(tooDeep(this.#maxDepth));
    this.#at++;
    this.#skipBlanks();
  }

  /** Reads the comma or bracket after an element. True if another element follows, false if `close` was read. */
  #hasNext(close: number): boolean {
    this.#skipBlanks();
    const code = this.#text.charCodeAt(this.#at);
    if (code !== close && code !== 44) throw this.#error("expected ',' or the end of the container");
    this.#at++;
    if (code === close) {
      this.#depth--;
      return false;
    }
    this.#skipBlanks();
    return true;
  }

  #isEmpty(close: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== close) return false;
    this.#at++;
    this.#depth--;
    return true;
  }

  #list(): unknown[] {
    const items: unknown[] = [];
    this.#open();
    if (this.#isEmpty(93)) return items;
    do items.push(this.#value());
    while (this.#hasNext(93));
    return items;
  }

  #dict(): PyDict | Map<unknown, unknown> {
    const dict = pyDict();
    const map = this.#lossless ? new Map<unknown, unknown>() : undefined;
    this.#open();
    if (this.#isEmpty(125)) return map ?? dict;
    do {
      if (this.#text.charCodeAt(this.#at) !== 34) throw this.#error("expected a property name in double quotes");
      this.#count();
      const key = this.#string();
      if (key === "__class__") this.sawClass = true;
      this.#skipBlanks();
      if (this.#text.charCodeAt(this.#at) !== 58) throw this.#error("expected ':'");
      this.#at++;
      this.#skipBlanks();
      const value = this.#value();
      if (map === undefined) dict[key] = value;
      else map.set(key, value);
    } while (this.#hasNext(125));
    return map ?? dict;
  }
}
