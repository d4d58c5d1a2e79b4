import { SerializeError } from "../../errors.ts";
import { PyComplex, PyEllipsis, PyTuple, tuple } from "../../values.ts";
import { blanksEnd, leadingLinesEnd } from "./blanks.ts";
import { DictBuilder, hashKey } from "./dicts.ts";
import { BadEscape, unescapeBytes, unescapeText } from "./literals.ts";
import { readNumber, signedValue } from "./numbers.ts";
import { StringScanner } from "./string-scanner.ts";

const STRING_START = /(?:[uU]|[bB]?[rR]|[rR]?[bB])?['"]/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;

/**
 * Reads one Python literal: what `ast.literal_eval` takes, and nothing else. By hand over one string, as that is several
 * times faster than a tokenizer of its own.
 */
export class SerpentReader {
  /** Whether a dict with the key `__class__` was met: only then is there anything to revive. */
  sawClass = false;
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #lossless: boolean;
  #at = 0;
  #depth = 0;
  readonly #strings: StringScanner;

  constructor(text: string, maxDepth: number, lossless: boolean) {
    this.#text = text;
    this.#strings = new StringScanner(text);
    this.#maxDepth = maxDepth;
    this.#lossless = lossless;
  }

  /** The whole text as one value. @throws {SerializeError} */
  read(): unknown {
    if (this.#text.includes("\0")) throw this.#error("the data contains 0-bytes");
    this.#at = leadingLinesEnd(this.#text);
    if (this.#code() === SPACE || this.#code() === TAB) throw this.#error("unexpected indent");
    let value = this.#value();
    this.#skipBlanks(false);
    if (this.#code() === 44) value = this.#bareTuple(value);
    this.#skipBlanks(true);
    if (this.#at < this.#text.length) throw this.#error("text after the value");
    return value;
  }

  #error(what: string): SerializeError {
    return new SerializeError(`serpent: ${what} at character ${this.#at}`, { code: "PYRO_SERPENT" });
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #skipBlanks(lines: boolean): void {
    this.#at = blanksEnd(this.#text, this.#at, lines);
  }

  #bareTuple(first: unknown): unknown {
    const items = new PyTuple<unknown>();
    items.push(first);
    while (this.#code() === 44) {
      this.#at++;
      this.#skipBlanks(false);
      const code = this.#code();
      if (Number.isNaN(code) || code === LF || code === CR) break;
      items.push(this.#value());
      this.#skipBlanks(false);
    }
    return items;
  }

  #value(): unknown {
    const code = this.#code();
    switch (code) {
      case 39: // '
      case 34: // "
        return this.#string();
      case 91: // [
        return this.#list();
      case 123: // {
        return this.#braces();
      case 40: // (
        return this.#parens();
      case 43: // +
      case 45: // -
        this.#at++;
        this.#skipBlanks(this.#depth > 0);
        return this.#number(code === 45);
      case 46: // .
        if (this.#text.startsWith("...", this.#at)) {
          this.#at += 3;
          return PyEllipsis.value;
        }
        return this.#number(false);
      default:
        return code >= 48 && code <= 57 ? this.#number(false) : this.#word();
    }
  }

  #number(negative: boolean): unknown {
    const literal = readNumber(this.#text, this.#at);
    if (literal === undefined) throw this.#error("no valid number");
    this.#at = literal.end;
    const value = signedValue(literal, negative, this.#lossless);
    if (literal.kind === "imaginary") return value;
    // Only a complex number may have an operator: `1+2j`.
    const before = this.#at;
    this.#skipBlanks(this.#depth > 0);
    const sign = this.#code();
    if (sign !== 43 && sign !== 45) {
      this.#at = before;
      return value;
    }
    this.#at++;
    this.#skipBlanks(this.#depth > 0);
    const imaginary = readNumber(this.#text, this.#at);
    if (imaginary?.kind !== "imaginary") throw this.#error("an operator where only a complex number has one");
    this.#at = imaginary.end;
    // Python adds or subtracts here, which makes 0 of -0.
    const size = Number(imaginary.value);
    return new PyComplex(Number(value) + 0, sign === 45 ? 0 - size : 0 + size);
  }

  #word(): unknown {
    STRING_START.lastIndex = this.#at;
    if (STRING_START.test(this.#text)) return this.#string();
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0] ?? "";
    switch (word) {
      case "None":
        this.#at += 4;
        return null;
      case "True":
        this.#at += 4;
        return true;
      case "False":
        this.#at += 5;
        return false;
      case "set":
        return this.#emptySet();
      default:
        throw this.#error(word === "" ? "no value" : `the name ${word.slice(0, 40)}, which is no literal`);
    }
  }

  #emptySet(): Set<unknown> {
    const call = /set\s*\(\s*\)/y;
    call.lastIndex = this.#at;
    if (!call.test(this.#text)) throw this.#error("a call; only set() is a literal");
    this.#at = call.lastIndex;
    return new Set();
  }

  // --- strings -----------------------------------------------------------------------------------------------------

  /** One literal, or several side by side, which Python joins. */
  #string(): string | Uint8Array {
    const first = this.#oneString();
    let after = this.#at;
    const parts = [first];
    for (;;) {
      this.#skipBlanks(this.#depth > 0);
      STRING_START.lastIndex = this.#at;
      if (!STRING_START.test(this.#text)) break;
      parts.push(this.#oneString());
      after = this.#at;
    }
    this.#at = after;
    if (parts.length === 1) return first;
    if (parts.every((part) => typeof part === "string")) return parts.join("");
    if (parts.every((part) => typeof part !== "string")) return Buffer.concat(parts);
    throw this.#error("bytes and text side by side");
  }

  #oneString(): string | Uint8Array {
    let raw = false;
    let bytes = false;
    let quote = this.#code();
    while (quote !== 39 && quote !== 34) {
      if (quote === 114 || quote === 82) raw = true;
      if (quote === 98 || quote === 66) bytes = true;
      quote = this.#text.charCodeAt(++this.#at);
    }
    const body = this.#strings.body(this.#at, quote === 39 ? "'" : '"');
    if (body === undefined) throw this.#error("a string that does not end, or not in its line");
    this.#at = this.#strings.end;
    try {
      if (bytes) return unescapeBytes(body, raw);
      return raw || !body.includes("\\") ? body : unescapeText(body);
    } catch (error) {
      throw error instanceof BadEscape ? this.#error(error.message) : error;
    }
  }

  // --- containers --------------------------------------------------------------------------------------------------

  #open(): void {
    if (++this.#depth > this.#maxDepth) throw this.#error(`more than ${this.#maxDepth} levels of nesting`);
    this.#at++;
    this.#skipBlanks(true);
  }

  /** Behind an element: true when another one follows, false when `close` was read. */
  #another(close: number): boolean {
    this.#skipBlanks(true);
    let code = this.#code();
    if (code === 44) {
      this.#at++;
      this.#skipBlanks(true);
      code = this.#code();
      if (code !== close) return true;
    }
    if (code !== close) throw this.#error(`neither ',' nor '${String.fromCharCode(close)}'`);
    this.#close();
    return false;
  }

  #close(): void {
    this.#at++;
    this.#depth--;
  }

  #list(): unknown[] {
    const items: unknown[] = [];
    this.#open();
    if (this.#code() === 93) {
      this.#close();
      return items;
    }
    do items.push(this.#value());
    while (this.#another(93));
    return items;
  }

  #parens(): unknown {
    this.#open();
    if (this.#code() === 41) {
      this.#close();
      return tuple();
    }
    const first = this.#value();
    this.#skipBlanks(true);
    if (this.#code() === 41) {
      this.#close();
      return first;
    }
    const items = new PyTuple<unknown>();
    items.push(first);
    while (this.#another(41)) items.push(this.#value());
    return items;
  }

  #braces(): unknown {
    this.#open();
    const dict = new DictBuilder(this.#lossless);
    if (this.#code() === 125) {
      this.#close();
      return dict.value();
    }
    const first = this.#value();
    this.#skipBlanks(true);
    if (this.#code() !== 58) return this.#set(first);
    let key = first;
    do {
      if (dict.size > 0) {
        key = this.#value();
        this.#skipBlanks(true);
      }
      if (this.#code() !== 58) throw this.#error("a dict's key without ':'");
      this.#at++;
      this.#skipBlanks(true);
      if (!dict.add(key, this.#value())) throw this.#error("a dict's key that Python cannot hash");
    } while (this.#another(125));
    const value = dict.value();
    if (dict.hasClass && typeof value === "object") this.sawClass = true;
    return value;
  }

  #set(first: unknown): Set<unknown> {
    const known = new Map<unknown, unknown>();
    let item = first;
    do {
      if (known.size > 0) item = this.#value();
      const key = hashKey(item);
      if (key === undefined) throw this.#error("a set's element that Python cannot hash");
      if (!known.has(key)) known.set(key, item);
    } while (this.#another(125));
    return new Set(known.values());
  }
}
