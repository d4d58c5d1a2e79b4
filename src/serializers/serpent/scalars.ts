import { PyComplex, PyFloat } from "../../values/python-values.ts";
import { asciiKey, wideKey } from "./key-cache.ts";
import { readNumber } from "./number-literals.ts";
import { type ReadLimits, Source } from "./source.ts";
import { readStrings } from "./string-literals.ts";

const DOUBLE = 34;
const SINGLE = 39;
const COMMA = 44;
const DOT = 46;
const COLON = 58;
const BACKSLASH = 92;
const LIST_END = 93;
const PAREN_OPEN = 40;
const PAREN_END = 41;
const BRACE_END = 125;
const PLUS = 43;
const MINUS = 45;

const POWERS_OF_TEN = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
/** For longer texts, the engine's own search is faster than a loop. */
const SHORT_TEXT = 64;
const ONLY_COMPLEX = "unsupported operator (only complex numbers may have one)";

/**
 * Reads text and numbers byte by byte, in the plain forms that peers write, directly followed by punctuation. All other
 * forms are read by `string-literals.ts` and `number-literals.ts`.
 */
export class ScalarReader extends Source {
  readonly lossless: boolean;
  /** End of the number that was read last; -1 after a complex number, which cannot be part of another. */
  numberEnd = -1;
  /** Whether that number has a point or an exponent. */
  #isFloat = false;

  constructor(limits: ReadLimits, lossless: boolean) {
    super(limits);
    this.lossless = lossless;
  }

  /** Reads a string literal. Plain text without escapes, directly followed by punctuation, takes the fast path. */
  quotedText(quote: number): unknown {
    const { bytes } = this;
    const from = this.at + 1;
    const limit = Math.min(from + SHORT_TEXT, this.end);
    let seen = 0;
    for (let at = from; at < limit; at++) {
      const code = bytes[at] as number;
      if (code === quote) {
        if (!this.#endsValue(at + 1)) break;
        this.at = at + 1;
        return seen < 128 ? this.ascii(from, at) : this.text(from, at);
      }
      if (code < 32 || code === BACKSLASH) break;
      seen |= code;
      if (at === from + SHORT_TEXT - 1) {
        const to = this.findPlainEnd(quote, at);
        if (to < 0 || !this.#endsValue(to + 1)) break;
        this.at = to + 1;
        return this.isAscii ? this.ascii(from, to) : this.text(from, to);
      }
    }
    return readStrings(this);
  }

  /**
   * Reads short plain text that is often repeated (a key, a name), directly followed by the `next` byte. Returns
   * undefined, without reading, for anything else.
   */
  plainName(next: number, maxLength: number): string | undefined {
    const { bytes } = this;
    const quote = bytes[this.at];
    if (quote !== SINGLE && quote !== DOUBLE) return undefined;
    const from = this.at + 1;
    const limit = Math.min(from + maxLength + 1, this.end);
    let hash = 0;
    let seen = 0;
    for (let at = from; at < limit; at++) {
      const code = bytes[at] as number;
      if (code === quote) {
        if (bytes[at + 1] !== next) return undefined;
        this.at = at + 1;
        return seen < 128 ? asciiKey(bytes, from, at, hash) : wideKey(bytes, from, at, hash);
      }
      if (code < 32 || code === BACKSLASH) return undefined;
      seen |= code;
      hash = (Math.imul(hash, 31) + code) | 0;
    }
    return undefined;
  }

  /**
   * Reads the key `text` if it is next, directly followed by a colon. Returns undefined, without reading, otherwise.
   */
  expectedKey(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    const { bytes } = this;
    const quote = bytes[this.at];
    if (quote !== SINGLE && quote !== DOUBLE) return undefined;
    let at = this.at + 1;
    for (let index = 0; index < text.length; index++) if (bytes[at++] !== text.charCodeAt(index)) return undefined;
    if (bytes[at] !== quote || bytes[at + 1] !== COLON) return undefined;
    this.at = at + 1;
    return text;
  }

  #endsValue(at: number): boolean {
    const next = this.bytes[at];
    return (
      next === COMMA ||
      next === BRACE_END ||
      next === LIST_END ||
      next === COLON ||
      next === PAREN_END ||
      at === this.end
    );
  }

  /** Reads a number without a sign. */
  number(): unknown {
    const value = this.#digits();
    return this.lossless && this.#isFloat ? new PyFloat(value as number) : value;
  }

  /** Reads a number without a sign; sets `#isFloat`. */
  #digits(): number | bigint | PyComplex {
    const { bytes, end } = this;
    const start = this.at;
    let at = start;
    let value = 0;
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const whole = at;
    if (bytes[at] === DOT) {
      for (at++; at < end; at++) {
        const digit = (bytes[at] as number) - 48;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
    }
    const next = at < end ? bytes[at] : COMMA;
    if (
      (next === COMMA || next === BRACE_END || next === LIST_END || next === PAREN_END || next === COLON) &&
      whole > start &&
      (bytes[start] !== 48 || whole === start + 1)
    ) {
      const isFloat = at > whole;
      // Up to 15 digits and their power of ten are exact, so the division rounds once, correctly.
      const exact = at - start <= 15;
      if (exact || isFloat) {
        this.at = this.numberEnd = at;
        this.#isFloat = isFloat;
        if (!isFloat) return value;
        return exact ? value / (POWERS_OF_TEN[at - whole - 1] as number) : Number(this.ascii(start, at));
      }
    }
    const literal = readNumber(this);
    this.#isFloat = literal.isFloat;
    this.numberEnd = this.at;
    return literal.value;
  }

  /** Reads a number with a sign; the reading position is at the sign. */
  signedNumber(negative: boolean): unknown {
    this.at++;
    this.skipBlanks();
    const number = this.#unsigned();
    this.numberEnd = this.at;
    if (number instanceof PyComplex) return negative ? new PyComplex(-number.re, -number.im) : number;
    // There is no integer -0.
    const value = negative && (this.#isFloat || number !== 0) ? -number : number;
    return this.lossless && this.#isFloat ? new PyFloat(value as number) : value;
  }

  /** Reads the number after a sign, which may be in parentheses. */
  #unsigned(): number | bigint | PyComplex {
    const code = this.bytes[this.at] ?? 0;
    if (code === DOT || (code >= 48 && code <= 57)) return this.#digits();
    if (code !== PAREN_OPEN) this.unexpected("a number");
    this.openBracket();
    this.skipBlanks();
    const number = this.#unsigned();
    this.skipBlanks();
    this.closeBracket(PAREN_END);
    return number;
  }

  /** Reads blanks after a value, and the imaginary part if it is complex. Returns the value, or the complex number. */
  afterValue(value: unknown): unknown {
    const isNumber = this.at === this.numberEnd;
    this.skipBlanks();
    const sign = this.bytes[this.at];
    if (sign !== PLUS && sign !== MINUS) return value;
    const re = value instanceof PyFloat ? value.value : typeof value === "bigint" ? Number(value) : value;
    if (!isNumber || typeof re !== "number" || (typeof value === "bigint" && !Number.isFinite(re)))
      this.fail(ONLY_COMPLEX);
    const at = this.at++;
    this.skipBlanks();
    const imaginary = this.#unsigned();
    if (!(imaginary instanceof PyComplex)) this.fail(ONLY_COMPLEX, at);
    this.numberEnd = -1;
    this.skipBlanks();
    // Python adds or subtracts here, so -0.0 becomes 0.0.
    return sign === MINUS ? new PyComplex(re - 0, 0 - imaginary.im) : new PyComplex(re + 0, 0 + imaginary.im);
  }
}
