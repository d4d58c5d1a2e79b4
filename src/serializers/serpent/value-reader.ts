import { pyDict } from "../../values/py-dict.ts";
import { asTuple, type PyDict, PyEllipsis } from "../../values/python-values.ts";
import { PythonKeys } from "../python-keys.ts";
import { decodeBase64, findBytesDict } from "./base64.ts";
import { valueOfDictForm } from "./dict-forms.ts";
import { ScalarReader } from "./scalars.ts";
import { DictShapes, MAX_KEY_LENGTH } from "./shapes.ts";
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

/** Returned in place of a value if a bracket closes: after `[`, or after a trailing comma. */
const NO_VALUE: unique symbol = Symbol("no value");

/** Reads values of all types. */
export class ValueReader extends ScalarReader {
  /** Number of dicts with a `__class__` key: if there are any, the value must be revived. */
  classDicts = 0;
  /** Lists, dicts and sets so far: a key that contains one is not hashable. */
  #mutables = 0;
  readonly #shapes = new DictShapes();

  /** Reads a value; throws if there is none. */
  protected requiredValue(): unknown {
    const value = this.value();
    if (value === NO_VALUE) this.unexpected("a value");
    return value;
  }

  /** Reads a value; returns `NO_VALUE` if a bracket closes. */
  protected value(): unknown {
    const code = this.bytes[this.at];
    if (code !== undefined && code >= 48 && code <= 57) return this.number();
    switch (code) {
      case DOUBLE:
      case SINGLE:
        return this.quotedText(code);
      case 91: // [
        return this.#list();
      case 123: // {
        return this.#braces();
      case 40: // (
        return this.#parens();
      case 43: // +
      case 45: // -
        return this.signedNumber(code === 45);
      case LIST_END:
      case BRACE_END:
      case PAREN_END:
        return NO_VALUE;
      case 78:
        return this.#word("None", null);
      case 84:
        return this.#word("True", true);
      case 70:
        return this.#word("False", false);
      default:
        return this.#uncommonValue();
    }
  }

  #word(word: string, value: null | boolean): unknown {
    const { bytes, at } = this;
    for (let index = 1; index < word.length; index++) {
      if (bytes[at + index] !== word.charCodeAt(index)) return this.#uncommonValue();
    }
    this.at += word.length;
    return isNameByte(bytes[this.at] ?? 0) ? this.#name(at) : value;
  }

  #uncommonValue(): unknown {
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
    if (name !== "set") this.fail(`unsupported name ${name}`, start);
    this.at = end;
    return this.#emptySet();
  }

  /** Reads `()` after `set`; other sets are literals. */
  #emptySet(): Set<unknown> {
    this.skipBlanks();
    if (this.bytes[this.at] !== 40) this.unexpected("()");
    this.openBracket();
    this.#mutables++;
    this.skipBlanks();
    this.closeBracket(PAREN_END);
    return new Set();
  }

  #list(): unknown[] {
    this.openBracket();
    this.#mutables++;
    const first = this.#item(LIST_END);
    if (first === NO_VALUE) return [];
    // An array that grows with `push` has a capacity of 17, which would be nine tenths of the memory of short lists.
    this.values++;
    if (this.bytes[this.at - 1] !== COMMA) return [first];
    const second = this.#item(LIST_END);
    if (second === NO_VALUE) return [first];
    const items = [first, second];
    if (this.bytes[this.at - 1] === COMMA) this.items(items, LIST_END);
    return items;
  }

  /** Reads an item and the comma or bracket after it; returns `NO_VALUE` if the bracket comes first. */
  #item(bracket: number): unknown {
    let item = this.value();
    if (item === NO_VALUE) {
      this.closeBracket(bracket, "',' or");
      return NO_VALUE;
    }
    let code = this.bytes[this.at];
    if (code !== COMMA && code !== bracket) {
      item = this.afterValue(item);
      code = this.bytes[this.at];
    }
    if (code === COMMA) this.at++;
    else this.closeBracket(bracket, "',' or");
    return item;
  }

  /** Reads items up to and including the bracket. */
  protected items(items: unknown[], bracket: number): void {
    const mostItems = this.maxValues - this.values;
    for (;;) {
      const item = this.#item(bracket);
      if (item === NO_VALUE) break;
      if (items.push(item) > mostItems) this.failValues();
      if (this.bytes[this.at - 1] !== COMMA) break;
    }
    this.values += items.length;
  }

  #parens(): unknown {
    this.openBracket();
    const items: unknown[] = [];
    let first = this.value();
    if (first !== NO_VALUE) {
      const isNumber = this.at === this.numberEnd;
      if (this.bytes[this.at] !== COMMA) first = this.afterValue(first);
      if (this.bytes[this.at] === PAREN_END) {
        this.closeBracket(PAREN_END);
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
    this.openBracket();
    this.#mutables++;
    // The first bytes of 'data' are checked here, to avoid a call for every dict.
    if (this.bytes[this.at + 1] === 100 && this.bytes[this.at + 5] === SINGLE) {
      const bytes = this.#bytesDict();
      if (bytes !== undefined) return bytes;
    }
    const key = this.expectedKey(this.#shapes.at(this.depth)[0]) ?? this.#key();
    if (key === NO_VALUE) {
      this.closeBracket(BRACE_END, "a key or");
      return this.lossless ? new Map() : pyDict();
    }
    if (this.bytes[this.at] !== COLON) return this.#set(key);
    return typeof key === "string" && !this.lossless ? this.#dict(key) : this.#map(new Map(), key);
  }

  /** Reads a dict key or a set element. */
  #key(): unknown {
    const plain = this.plainName(COLON, MAX_KEY_LENGTH);
    if (plain !== undefined) return plain;
    const before = this.#mutables;
    const key = this.value();
    if (key === NO_VALUE) return key;
    if (this.#mutables !== before) this.fail("unhashable dict key or set element (list, dict or set), ending");
    return this.bytes[this.at] === COLON ? key : this.afterValue(key);
  }

  /** Reads a colon and a value. */
  #pairValue(): unknown {
    this.at++;
    const value = this.requiredValue();
    const code = this.bytes[this.at];
    return code === COMMA || code === BRACE_END ? value : this.afterValue(value);
  }

  /** Reads a comma and the next key, up to its colon; returns `NO_VALUE` at the end of the dict. */
  #nextKey(likelyKey?: string): unknown {
    if (this.bytes[this.at] !== COMMA) return NO_VALUE;
    this.at++;
    const key = this.expectedKey(likelyKey) ?? this.#key();
    if (key !== NO_VALUE && this.bytes[this.at] !== COLON) this.unexpected("':'");
    return key;
  }

  /** Reads a dict from its first colon on. Continues with `#map` if a key is not text. */
  #dict(firstKey: string): unknown {
    const dict = pyDict();
    const { depth } = this;
    const shape = this.#shapes.at(depth);
    let key: unknown = firstKey;
    const mostPairs = (this.maxValues - this.values) / 2;
    let mayBeDictForm = false;
    let count = 0;
    /** All keys in order. Kept once a key looks like an index, because objects move such keys to the front. */
    let order: string[] | undefined;
    while (typeof key === "string") {
      const first = key.charCodeAt(0);
      if (first <= 57 && first >= 48) order ??= Object.keys(dict);
      order?.push(key);
      if (first === 95 && key === "__class__") {
        this.classDicts++;
        mayBeDictForm = true;
      } else if (key === "data") mayBeDictForm = true;
      dict[key] = this.#pairValue();
      if (++count > mostPairs) this.failValues();
      key = this.#nextKey(shape[count]);
    }
    if (key !== NO_VALUE) {
      return this.#map(new Map((order ?? Object.keys(dict)).map((one) => [one, dict[one]])), key);
    }
    this.values += 2 * count;
    this.closeBracket(BRACE_END, "',' or");
    if (count !== shape.length || firstKey !== shape[0]) this.#shapes.remember(depth, dict);
    return mayBeDictForm ? this.#convertDictForm(dict) : dict;
  }

  #map(map: Map<unknown, unknown>, firstKey: unknown): unknown {
    const keys = new PythonKeys();
    for (let key = firstKey; key !== NO_VALUE; key = this.#nextKey()) {
      if (key === "__class__") this.classDicts++;
      map.set(keys.firstEqual(key), this.#pairValue());
      this.countValues(2);
    }
    this.closeBracket(BRACE_END, "',' or");
    return map.size === 2 ? this.#convertDictForm(map) : map;
  }

  #convertDictForm(dict: PyDict | Map<unknown, unknown>): unknown {
    const value = valueOfDictForm(dict, this.lossless);
    if (value === null) this.fail("invalid base64, ending");
    if (value === undefined) return dict;
    if (!(value instanceof Uint8Array)) this.classDicts--;
    return value;
  }

  /** Reads a dict of bytes after its brace. Returns undefined, without reading, for any other dict. */
  #bytesDict(): Uint8Array | undefined {
    const found = findBytesDict(this.bytes, this.at);
    if (found === undefined) return undefined;
    const bytes = decodeBase64(this.bytes, found.from, found.to);
    if (bytes === undefined) this.fail("invalid base64", found.from);
    this.at = found.end;
    this.closeBracket(BRACE_END);
    return bytes;
  }

  #set(first: unknown): Set<unknown> {
    const set = new Set<unknown>();
    const keys = new PythonKeys();
    let item = first;
    for (;;) {
      set.add(keys.firstEqual(item));
      this.countValues(1);
      if (this.bytes[this.at] !== COMMA) break;
      this.at++;
      item = this.#key();
      if (item === NO_VALUE) break;
    }
    this.closeBracket(BRACE_END, "',' or");
    return set;
  }
}
