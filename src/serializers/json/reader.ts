import { SerializeError } from "../../base/errors.ts";
import type { Limits } from "../../base/limits.ts";
import { pyDict } from "../../values/py-dict.ts";
import type { PyDict } from "../../values/python-values.ts";
import { PyFloat } from "../../values/python-values.ts";
import { tooManyValues } from "../too-many-values.ts";

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const CONSTANTS: Readonly<Record<string, unknown>> = { null: null, true: true, false: false };
const FLOATS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, "-Infinity": -Infinity };
const WORD = /-?[A-Za-z]+/y;
// Control characters must be escaped, as JSON itself says.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f]/;

/**
 * Reads JSON as Python's json module writes it: integers of any size, `1` apart from `1.0`, bare NaN and Infinity; all of
 * which JSON.parse loses or refuses.
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
  /** Where the next backslash is, looked for once and not in every string; Infinity when there is none. */
  #backslash = -1;

  constructor(text: string, { maxDepth, maxValues }: Pick<Limits, "maxDepth" | "maxValues">, lossless: boolean) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#maxValues = maxValues;
    this.#lossless = lossless;
  }

  /** @throws {SerializeError} */
  read(): unknown {
    this.#blanks();
    const value = this.#value();
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#error("extra data");
    return value;
  }

  #error(what: string): SerializeError {
    return new SerializeError(`json: ${what} at character ${this.#at}`, { code: "PYRO_JSON" });
  }

  #blanks(): void {
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
    if (text.length > 4_301) throw this.#error("an integer of more than 4300 digits");
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
    if (float === undefined) throw this.#error("expecting a value");
    this.#at += word.length;
    return this.#float(float);
  }

  #string(): string {
    const start = this.#at + 1;
    let end = this.#text.indexOf('"', start);
    if (this.#backslash < start) this.#findBackslash(start);
    const escaped = this.#backslash < end;
    while (this.#backslash < end) {
      const behind = this.#backslash + 2;
      if (end < behind) end = this.#text.indexOf('"', behind);
      this.#findBackslash(behind);
    }
    if (end < 0) throw this.#error("a string that does not end");
    const body = this.#text.slice(start, end);
    if (CONTROL.test(body)) throw this.#error("a control character in a string");
    this.#at = end + 1;
    if (!escaped) return body;
    try {
      return JSON.parse(`"${body}"`) as string;
    } catch {
      throw this.#error("an escape that is none");
    }
  }

  #findBackslash(from: number): void {
    const at = this.#text.indexOf("\\", from);
    this.#backslash = at < 0 ? Infinity : at;
  }

  #open(): void {
    if (++this.#depth > this.#maxDepth) throw this.#error(`more than ${this.#maxDepth} levels of nesting`);
    this.#at++;
    this.#blanks();
  }

  /** Behind an element: true when another follows, false when `close` was read. */
  #another(close: number): boolean {
    this.#blanks();
    const code = this.#text.charCodeAt(this.#at);
    if (code !== close && code !== 44) throw this.#error("neither ',' nor the end of the container");
    this.#at++;
    if (code === close) {
      this.#depth--;
      return false;
    }
    this.#blanks();
    return true;
  }

  #empty(close: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== close) return false;
    this.#at++;
    this.#depth--;
    return true;
  }

  #list(): unknown[] {
    const items: unknown[] = [];
    this.#open();
    if (this.#empty(93)) return items;
    do items.push(this.#value());
    while (this.#another(93));
    return items;
  }

  #dict(): PyDict | Map<unknown, unknown> {
    const dict = pyDict();
    const map = this.#lossless ? new Map<unknown, unknown>() : undefined;
    this.#open();
    if (this.#empty(125)) return map ?? dict;
    do {
      if (this.#text.charCodeAt(this.#at) !== 34) throw this.#error("expecting a property name in double quotes");
      this.#count();
      const key = this.#string();
      if (key === "__class__") this.sawClass = true;
      this.#blanks();
      if (this.#text.charCodeAt(this.#at) !== 58) throw this.#error("expecting ':'");
      this.#at++;
      this.#blanks();
      const value = this.#value();
      if (map === undefined) dict[key] = value;
      else map.set(key, value);
    } while (this.#another(125));
    return map ?? dict;
  }
}
