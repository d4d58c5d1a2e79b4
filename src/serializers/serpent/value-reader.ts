import { pyDict } from "../../values/py-dict.ts";
import { asTuple, type PyDict, PyEllipsis } from "../../values/python-values.ts";
import { PythonKeys } from "../python-keys.ts";
import { tooManyValues } from "../too-many-values.ts";
import { decodeBase64, findBytesDict } from "./base64.ts";
import { valueOfDictForm } from "./dict-forms.ts";
import { ScalarReader } from "./scalars.ts";
import { DictShapes, LONGEST_KEY } from "./shapes.ts";
import { isNameByte } from "./source.ts";
import { isStringStart, readStrings } from "./string-literals.ts";

const DOUBLE = 34;
const SINGLE = 39;
const COMMA = 44;
const DOT = 46;
const COLON = 58;
const LIST_END = 93;
const PAREN_END = 41;
const BRACE_END = 125;

/** Stands where no value begins but a bracket closes: behind `[`, or a last comma. */
const NOTHING: unique symbol = Symbol("no value");

/** Reads values of every kind, and what may be between them. */
export class ValueReader extends ScalarReader {
  /** Dicts that may be objects: only if there are any, there is something to revive. */
  classDicts = 0;
  /** Lists, dicts and sets so far: a key that holds one cannot be hashed. */
  #mutables = 0;
  readonly #shapes = new DictShapes();

  /** A value, which must be there. */
  protected some(): unknown {
    const value = this.value();
    if (value === NOTHING) this.unexpected("a value");
    return value;
  }

  /** A value, or `NOTHING` where a bracket closes. */
  protected value(): unknown {
    if (++this.values > this.maxValues) this.fail(tooManyValues(this.maxValues));
    const code = this.bytes[this.at];
    if (code !== undefined && code >= 48 && code <= 57) return this.number();
    switch (code) {
      case DOUBLE:
      case SINGLE:
        return this.quoted(code);
      case 91: // [
        return this.#list();
      case 123: // {
        return this.#braces();
      case 40: // (
        return this.#parens();
      case 43: // +
      case 45: // -
        return this.signed(code === 45);
      case LIST_END:
      case BRACE_END:
      case PAREN_END:
        return NOTHING;
      case 78:
        return this.#word("None", null);
      case 84:
        return this.#word("True", true);
      case 70:
        return this.#word("False", false);
      default:
        return this.#unusual();
    }
  }

  #word(word: string, value: null | boolean): unknown {
    const { bytes, at } = this;
    for (let index = 1; index < word.length; index++) {
      if (bytes[at + index] !== word.charCodeAt(index)) return this.#unusual();
    }
    this.at += word.length;
    return isNameByte(bytes[this.at] ?? 0) ? this.#name(at) : value;
  }

  #unusual(): unknown {
    const from = this.at;
    this.skipBlanks();
    if (this.at > from) return this.value();
    const { bytes, at } = this;
    if (bytes[at] === DOT) {
      if (bytes[at + 1] !== DOT) return this.number();
      if (bytes[at + 2] !== DOT) this.unexpected("a value");
      this.at += 3;
      return PyEllipsis.value;
    }
    if (!isNameByte(bytes[at] ?? 0)) this.unexpected("a value");
    return isStringStart(this) ? readStrings(this) : this.#name(at);
  }

  #name(start: number): Set<unknown> {
    let end = start;
    while (end < this.end && isNameByte(this.bytes[end] as number)) end++;
    const name = this.bytes.toString("utf8", start, Math.min(end, start + 40));
    if (name !== "set") this.fail(`the name ${name}, which is no literal,`, start);
    this.at = end;
    return this.#emptySet();
  }

  #emptySet(): Set<unknown> {
    this.skipBlanks();
    if (this.bytes[this.at] !== 40) this.unexpected("()");
    this.open();
    this.#mutables++;
    this.skipBlanks();
    this.close(PAREN_END, "only set() is a literal, so");
    return new Set();
  }

  #list(): unknown[] {
    this.open();
    this.#mutables++;
    const first = this.#item(LIST_END);
    if (first === NOTHING) return [];
    // An array that grows has room for 17: of short lists that would be nine parts in ten of the memory.
    if (this.bytes[this.at - 1] !== COMMA) return [first];
    const second = this.#item(LIST_END);
    if (second === NOTHING) return [first];
    const items = [first, second];
    if (this.bytes[this.at - 1] === COMMA) this.items(items, LIST_END);
    return items;
  }

  /** One item, and the comma or bracket behind it; `NOTHING` where the bracket stands already. */
  #item(bracket: number): unknown {
    let item = this.value();
    if (item === NOTHING) {
      this.close(bracket, "',' or");
      return NOTHING;
    }
    let code = this.bytes[this.at];
    if (code !== COMMA && code !== bracket) {
      item = this.behind(item);
      code = this.bytes[this.at];
    }
    if (code === COMMA) this.at++;
    else this.close(bracket, "',' or");
    return item;
  }

  /** Adds items until the bracket. */
  protected items(items: unknown[], bracket: number): void {
    for (;;) {
      const item = this.#item(bracket);
      if (item === NOTHING) return;
      items.push(item);
      if (this.bytes[this.at - 1] !== COMMA) return;
    }
  }

  #parens(): unknown {
    this.open();
    const items: unknown[] = [];
    let first = this.value();
    if (first !== NOTHING) {
      const isNumber = this.at === this.numberEnd;
      if (this.bytes[this.at] !== COMMA) first = this.behind(first);
      if (this.bytes[this.at] === PAREN_END) {
        this.close(PAREN_END);
        if (isNumber && this.numberEnd >= 0) this.numberEnd = this.at;
        return first;
      }
      items.push(first);
      if (this.bytes[this.at] !== COMMA) this.unexpected("',' or )");
      this.at++;
    }
    this.items(items, PAREN_END);
    return asTuple(items);
  }

  #braces(): unknown {
    this.open();
    this.#mutables++;
    // 'data' begins so; a call for every dict would cost.
    if (this.bytes[this.at + 1] === 100 && this.bytes[this.at + 5] === SINGLE) {
      const bytes = this.#bytesDict();
      if (bytes !== undefined) return bytes;
    }
    const key = this.expected(this.#shapes.at(this.depth)[0]) ?? this.#key();
    if (key === NOTHING) {
      this.close(BRACE_END, "a key or");
      return this.lossless ? new Map() : pyDict();
    }
    if (this.bytes[this.at] !== COLON) return this.#set(key);
    return typeof key === "string" && !this.lossless ? this.#dict(key) : this.#map(new Map(), key);
  }

  /** A dict's key or a set's element, and what is behind it. */
  #key(): unknown {
    const plain = this.plainName(COLON, LONGEST_KEY);
    if (plain !== undefined) return plain;
    const before = this.#mutables;
    const key = this.value();
    if (key === NOTHING) return key;
    if (this.#mutables !== before)
      this.fail("a list, dict or set as a dict's key or a set's element, just before this");
    return this.bytes[this.at] === COLON ? key : this.behind(key);
  }

  /** The value behind a colon. */
  #pairValue(): unknown {
    this.at++;
    const value = this.some();
    const code = this.bytes[this.at];
    return code === COMMA || code === BRACE_END ? value : this.behind(value);
  }

  /** The next key, at whose colon the position then is; `NOTHING` at the end of the dict. */
  #nextKey(expected?: string): unknown {
    if (this.bytes[this.at] !== COMMA) return NOTHING;
    this.at++;
    const key = this.expected(expected) ?? this.#key();
    if (key !== NOTHING && this.bytes[this.at] !== COLON) this.unexpected("':'");
    return key;
  }

  /** A dict from its first colon on, so far with text for keys. */
  #dict(firstKey: string): unknown {
    const dict = pyDict();
    const { depth } = this;
    const shape = this.#shapes.at(depth);
    let key: unknown = firstKey;
    let special = false;
    let count = 0;
    /** Kept from the first key on that looks like an index, as objects bring those to the front. */
    let order: string[] | undefined;
    while (typeof key === "string") {
      const first = key.charCodeAt(0);
      if (first <= 57 && first >= 48) order ??= Object.keys(dict);
      order?.push(key);
      if (first === 95 && key === "__class__") {
        this.classDicts++;
        special = true;
      } else if (key === "data") special = true;
      dict[key] = this.#pairValue();
      count++;
      key = this.#nextKey(shape[count]);
    }
    if (key !== NOTHING) {
      return this.#map(new Map((order ?? Object.keys(dict)).map((one) => [one, dict[one]])), key);
    }
    this.close(BRACE_END, "',' or");
    if (count !== shape.length || firstKey !== shape[0]) this.#shapes.remember(depth, dict);
    return special ? this.#special(dict) : dict;
  }

  #map(map: Map<unknown, unknown>, firstKey: unknown): unknown {
    const keys = new PythonKeys();
    for (let key = firstKey; key !== NOTHING; key = this.#nextKey()) {
      if (key === "__class__") this.classDicts++;
      map.set(keys.first(key), this.#pairValue());
    }
    this.close(BRACE_END, "',' or");
    return map.size === 2 ? this.#special(map) : map;
  }

  #special(dict: PyDict | Map<unknown, unknown>): unknown {
    const value = valueOfDictForm(dict, this.lossless);
    if (value === null) this.fail("bytes that are no base64, just before this");
    if (value === undefined) return dict;
    if (!(value instanceof Uint8Array)) this.classDicts--;
    return value;
  }

  /** From behind the brace; undefined, and nothing read, for a dict of another form. */
  #bytesDict(): Uint8Array | undefined {
    const found = findBytesDict(this.bytes, this.at);
    if (found === undefined) return undefined;
    const bytes = decodeBase64(this.bytes, found.from, found.to);
    if (bytes === undefined) this.fail("bytes that are no base64", found.from);
    this.at = found.end;
    this.close(BRACE_END);
    return bytes;
  }

  #set(first: unknown): Set<unknown> {
    const set = new Set<unknown>();
    const keys = new PythonKeys();
    let item = first;
    for (;;) {
      set.add(keys.first(item));
      if (this.bytes[this.at] !== COMMA) break;
      this.at++;
      item = this.#key();
      if (item === NOTHING) break;
    }
    this.close(BRACE_END, "',' or");
    return set;
  }
}
