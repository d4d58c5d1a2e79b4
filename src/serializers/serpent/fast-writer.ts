import { isPlainObject } from "../../values/py-dict.ts";
import type { PyDict } from "../../values/python-values.ts";
import { circularReference, nestingTooDeep, rethrowWithKey } from "../unwritable.ts";
import { LONG, TextWriter } from "./text-writer.ts";

const SINGLE = 39;
const COMMA = 44;
const DOT = 46;
const COLON = 58;
const BACKSLASH = 92;
const LIST_START = 91;
const LIST_END = 93;
const BRACE_START = 123;
const BRACE_END = 125;

/** Free bytes that every method leaves after its output, enough for punctuation and a number. */
const SLACK = 32;

/**
 * Writes the most common values byte by byte: short text, numbers, lists, and dicts with text keys. That is twice as
 * fast as building strings for the engine to encode.
 *
 * The `#put` methods receive the offset to write at and return the offset after their output, so that it stays in a
 * register (saves a third of the time). All other code, in `SerpentWriter`, keeps the offset in `at`.
 */
export abstract class FastWriter extends TextWriter {
  protected readonly maxDepth: number;
  /** The containers around the current value. */
  readonly #open: object[] = [];
  #depth = 0;
  /** Whether `Object.prototype` has enumerable properties, which must not be written. */
  #inherited = false;

  constructor(maxDepth: number) {
    super();
    this.maxDepth = maxDepth;
  }

  /** Resets the state of an earlier, possibly failed, message. */
  protected reset(): void {
    this.#depth = 0;
    this.#inherited = hasInherited();
  }

  /** Writes a value of any other type, at `at`. @throws {Unwritable} */
  protected abstract otherValue(value: unknown): void;

  /** @throws {Unwritable} */
  value(value: unknown): void {
    this.at = this.#put(value, this.at);
  }

  /** Writes text like Python's `repr`. */
  text(text: string): void {
    this.at = this.#putText(text, this.at);
  }

  /** Enters a container. @throws {Unwritable} for a circular reference, or too deep nesting. */
  protected enter(value: object): void {
    const open = this.#open;
    const depth = this.#depth;
    for (let at = 0; at < depth; at++) if (open[at] === value) throw circularReference();
    this.checkDepth();
    open[depth] = value;
    this.#depth = depth + 1;
  }

  protected leave(): void {
    this.#depth--;
  }

  /** Every bracket counts, because the reader's limit counts brackets. */
  protected checkDepth(): void {
    if (this.#depth >= this.maxDepth) throw nestingTooDeep(this.maxDepth);
  }

  /** Reserves `size` and `SLACK` bytes at `at`; returns `at`. */
  #reserveAt(at: number, size: number): number {
    if (at + size + SLACK > this.buffer.length) {
      this.at = at;
      this.reserve(size + SLACK);
    }
    return at;
  }

  #put(value: unknown, at: number): number {
    // Not a switch: V8 compiles each of these comparisons to a fast type check.
    if (typeof value === "string") return this.#putText(value, at);
    if (typeof value === "number") return this.#putNumber(value, at);
    if (typeof value === "object" && value !== null) {
      if (Array.isArray(value)) {
        if (value.constructor === Array) return this.#putList(value, at);
      } else if (isPlainObject(value)) return this.#putDict(value, at);
    }
    this.at = at;
    this.otherValue(value);
    return this.#reserveAt(this.at, 0);
  }

  #putText(text: string, from: number): number {
    const { length } = text;
    if (length < LONG) {
      let at = this.#reserveAt(from, length);
      const { buffer } = this;
      buffer[at++] = SINGLE;
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        if (code < 32 || code > 126 || code === SINGLE || code === BACKSLASH) break;
        buffer[at++] = code;
      }
      if (index === length) {
        buffer[at++] = SINGLE;
        return at;
      }
    }
    this.at = from;
    this.anyText(text);
    return this.#reserveAt(this.at, 0);
  }

  #putNumber(value: number, from: number): number {
    const at = this.#reserveAt(from, 0);
    if ((value | 0) === value) {
      if (value > 0 || Object.is(value, 0)) return this.#putInteger(value, at);
    } else if (value > 0 && value < 1e6) {
      const end = this.#putDecimal(value, at);
      if (end > at) return end;
    }
    this.at = at;
    this.otherValue(value);
    return this.#reserveAt(this.at, 0);
  }

  /** Writes an integer from 0 to 2^31-1. */
  #putInteger(value: number, at: number): number {
    const end = at + countDigits(value);
    const { buffer } = this;
    let remaining = value | 0;
    for (let position = end - 1; position >= at; position--) {
      const tenth = (remaining / 10) | 0;
      buffer[position] = 48 + remaining - Math.imul(tenth, 10);
      remaining = tenth;
    }
    return end;
  }

  /**
   * Writes a fraction below 1e6 with at most three decimals, such as a price. This needs a third of the time of the
   * engine's own conversion. Returns `start`, without writing, for any other number.
   */
  #putDecimal(value: number, start: number): number {
    const thousandths = Math.round(value * 1_000);
    // If nine digits or fewer convert back to the same number, they are its shortest text.
    if (thousandths / 1_000 !== value || thousandths === 0) return start;
    const whole = (thousandths / 1_000) | 0;
    let remaining = (thousandths - whole * 1_000) | 0;
    let at = this.#putInteger(whole, start);
    const { buffer } = this;
    buffer[at++] = DOT;
    for (let unit = 100; remaining > 0; unit = (unit / 10) | 0) {
      const digit = (remaining / unit) | 0;
      buffer[at++] = 48 + digit;
      remaining -= digit * unit;
    }
    return at;
  }

  #putList(items: readonly unknown[], from: number): number {
    this.enter(items);
    let at = this.#reserveAt(from, 0);
    this.buffer[at++] = LIST_START;
    let index = 0;
    try {
      for (; index < items.length; index++) {
        at = this.#put(items[index], at);
        this.buffer[at++] = COMMA;
      }
    } catch (error) {
      rethrowWithKey(error, index);
    }
    this.leave();
    return this.#putEnd(LIST_END, index, at);
  }

  #putDict(dict: PyDict, from: number): number {
    this.enter(dict);
    let at = this.#reserveAt(from, 0);
    let current = "";
    let count = 0;
    this.buffer[at++] = BRACE_START;
    try {
      // In a for-in loop V8 reads the values without a property lookup.
      for (const key in dict) {
        if (this.#inherited && !Object.hasOwn(dict, key)) continue;
        current = key;
        count++;
        at = this.#putText(key, at);
        this.buffer[at++] = COLON;
        at = this.#put(dict[key], at);
        this.buffer[at++] = COMMA;
      }
    } catch (error) {
      rethrowWithKey(error, current);
    }
    this.leave();
    return this.#putEnd(BRACE_END, count, at);
  }

  /** Writes the closing bracket of a container over the comma after its last item. */
  #putEnd(bracket: number, count: number, at: number): number {
    const end = count > 0 ? at : at + 1;
    this.buffer[end - 1] = bracket;
    return this.#reserveAt(end, 0);
  }
}

function hasInherited(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}

/** Number of decimal digits of an integer from 0 to 2^31-1. */
function countDigits(value: number): number {
  if (value < 100_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : value < 10_000 ? 4 : 5;
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7;
  return value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10;
}
