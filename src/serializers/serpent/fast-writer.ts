import { isPlainObject } from "../../values/py-dict.ts";
import type { PyDict } from "../../values/python-values.ts";
import { rethrowAt, Unwritable } from "../unwritable.ts";
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

/** Room that every part leaves behind itself: for punctuation, and for a number. */
const SLACK = 32;

/**
 * Writes what messages are full of, byte by byte: short text, numbers, lists, and dicts with text for keys. That is
 * twice as fast as building strings for the engine to encode.
 *
 * Its parts are given the position to write at and give the one behind, so that it stays in a register (a third of the
 * time); everything else, in `SerpentWriter`, keeps it in `at`.
 */
export abstract class FastWriter extends TextWriter {
  protected readonly maxDepth: number;
  /** The containers around what is being written. */
  readonly #open: object[] = [];
  #depth = 0;
  /** Whether somebody gave all objects a property that shows: those are not to be written. */
  #inherited = false;

  constructor(maxDepth: number) {
    super();
    this.maxDepth = maxDepth;
  }

  /** Forgets what was under way. */
  protected reset(): void {
    this.#depth = 0;
    this.#inherited = hasInherited();
  }

  /** Writes a value that is none of the plain ones, at `at`. @throws {Unwritable} */
  protected abstract other(value: unknown): void;

  /** @throws {Unwritable} */
  value(value: unknown): void {
    this.at = this.#put(value, this.at);
  }

  /** Text as Python's `repr` shows it. */
  text(text: string): void {
    this.at = this.#putText(text, this.at);
  }

  /** Goes into a container. @throws {Unwritable} when it is in itself, or too deep. */
  protected enter(value: object): void {
    const open = this.#open;
    const depth = this.#depth;
    for (let at = 0; at < depth; at++) if (open[at] === value) throw new Unwritable("it contains itself");
    this.checkDepth();
    open[depth] = value;
    this.#depth = depth + 1;
  }

  protected leave(): void {
    this.#depth--;
  }

  /** Every bracket counts: the reader's limit is one of brackets. */
  protected checkDepth(): void {
    if (this.#depth >= this.maxDepth) throw new Unwritable(`it nests deeper than ${this.maxDepth} levels`);
  }

  /** `at`, where `size` bytes and some more are free now. */
  #room(at: number, size: number): number {
    if (at + size + SLACK > this.buffer.length) {
      this.at = at;
      this.need(size + SLACK);
    }
    return at;
  }

  #put(value: unknown, at: number): number {
    // Not a switch: the engine compiles each of these to a check of its own.
    if (typeof value === "string") return this.#putText(value, at);
    if (typeof value === "number") return this.#putNumber(value, at);
    if (typeof value === "object" && value !== null) {
      if (Array.isArray(value)) {
        if (value.constructor === Array) return this.#putList(value, at);
      } else if (isPlainObject(value)) return this.#putDict(value, at);
    }
    this.at = at;
    this.other(value);
    return this.#room(this.at, 0);
  }

  #putText(text: string, from: number): number {
    const { length } = text;
    if (length < LONG) {
      let at = this.#room(from, length);
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
    return this.#room(this.at, 0);
  }

  #putNumber(value: number, from: number): number {
    const at = this.#room(from, 0);
    if ((value | 0) === value) {
      if (value > 0 || Object.is(value, 0)) return this.#putInteger(value, at);
    } else if (value > 0 && value < 1e6) {
      const behind = this.#putDecimal(value, at);
      if (behind > at) return behind;
    }
    this.at = at;
    this.other(value);
    return this.#room(this.at, 0);
  }

  /** An integer from 0 to 2^31-1. */
  #putInteger(value: number, at: number): number {
    const end = at + digitsOf(value);
    const { buffer } = this;
    let rest = value | 0;
    for (let position = end - 1; position >= at; position--) {
      const tenth = (rest / 10) | 0;
      buffer[position] = 48 + rest - Math.imul(tenth, 10);
      rest = tenth;
    }
    return end;
  }

  /**
   * A fraction below 1e6 with three decimals or fewer, as prices and readings are: a third of the time that the engine
   * takes to find the shortest text. Gives `start`, with nothing written, for any other number.
   */
  #putDecimal(value: number, start: number): number {
    const thousandths = Math.round(value * 1_000);
    // Nine digits that give the very number back are its shortest text.
    if (thousandths / 1_000 !== value || thousandths === 0) return start;
    const whole = (thousandths / 1_000) | 0;
    let rest = (thousandths - whole * 1_000) | 0;
    let at = this.#putInteger(whole, start);
    const { buffer } = this;
    buffer[at++] = DOT;
    for (let unit = 100; rest > 0; unit = (unit / 10) | 0) {
      const digit = (rest / unit) | 0;
      buffer[at++] = 48 + digit;
      rest -= digit * unit;
    }
    return at;
  }

  #putList(items: readonly unknown[], from: number): number {
    this.enter(items);
    let at = this.#room(from, 0);
    this.buffer[at++] = LIST_START;
    let index = 0;
    try {
      for (; index < items.length; index++) {
        at = this.#put(items[index], at);
        this.buffer[at++] = COMMA;
      }
    } catch (error) {
      rethrowAt(error, index);
    }
    this.leave();
    return this.#end(LIST_END, index, at);
  }

  #putDict(dict: PyDict, from: number): number {
    this.enter(dict);
    let at = this.#room(from, 0);
    let current = "";
    let count = 0;
    this.buffer[at++] = BRACE_START;
    try {
      // Over keys that it enumerates itself, the engine reads values without searching for them.
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
      rethrowAt(error, current);
    }
    this.leave();
    return this.#end(BRACE_END, count, at);
  }

  /** Puts a container's last bracket over the comma behind its last item. */
  #end(bracket: number, count: number, at: number): number {
    const behind = count > 0 ? at : at + 1;
    this.buffer[behind - 1] = bracket;
    return this.#room(behind, 0);
  }
}

function hasInherited(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}

/** Decimal digits of an integer from 0 to 2^31-1. */
function digitsOf(value: number): number {
  if (value < 100_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1_000 ? 3 : value < 10_000 ? 4 : 5;
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7;
  return value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10;
}
