import { NamingError } from "../base/errors.ts";

/** The error for an invalid pattern. Where Python rejects the pattern too, `reason` is Python's text. */
export function invalid(reason: string): NamingError {
  return new NamingError(`invalid regex: ${reason}`, { code: "PYRO_BAD_REGEX" });
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ...["d", "D", "s", "S", "w", "W"].map((letter): [string, string] => [letter, `\\${letter}`]),
  ...["a", "f", "n", "r", "t", "v"].map((letter): [string, string] => [letter, `\\${letter}`]),
]);
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/** Reads a Python pattern, and translates its characters, escapes and sets to RE2 syntax. */
export class PatternText {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The character at the current position, as a full code point. */
  get character(): string {
    return String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
  }

  /** Reads an escape sequence and returns it in RE2 syntax. */
  escaped(inSet: boolean): string {
    const character = String.fromCodePoint(this.text.codePointAt(this.at + 1) ?? 0);
    if (this.at + 1 >= this.text.length) throw invalid("bad escape (end of pattern)");
    const octal = this.match(inSet ? /\\([0-7]{1,3})/y : /\\(0[0-7]{0,2}|[1-7][0-7]{2})/y)?.[1];
    if (octal !== undefined) {
      if (Number.parseInt(octal, 8) > 0o377) throw invalid(`octal escape value \\${octal} outside of range 0-0o377`);
      return hex(Number.parseInt(octal, 8));
    }
    if (/\d/.test(character)) {
      throw invalid(
        inSet ? `bad escape \\${character}` : "backreferences are not supported: they cannot be matched in linear time",
      );
    }
    const digits = HEX_DIGITS.get(character);
    if (digits !== undefined) {
      const found = this.text.slice(this.at + 2, this.at + 2 + digits);
      if (!/^[0-9a-fA-F]+$/.test(found) || found.length < digits)
        throw invalid(`incomplete escape \\${character}${found}`);
      const point = Number.parseInt(found, 16);
      if (point > 0x10ffff) throw invalid(`bad escape \\${character}${found}`);
      this.at += 2 + digits;
      return hex(point);
    }
    this.at += 1 + character.length;
    const simple = SIMPLE_ESCAPES.get(character);
    if (simple !== undefined) return simple;
    if (inSet && character === "b") return hex(8);
    if (character === "N") throw invalid("'\\N' is not supported");
    if (/[A-Za-z]/.test(character)) throw invalid(`bad escape \\${character}`);
    return literal(character);
  }

  /** Reads a character set `[...]` and returns it in RE2 syntax. */
  set(): string {
    const [open = ""] = this.match(/\[\^?/y) ?? [];
    const items: string[] = [];
    while (this.text[this.at] !== "]" || items.length === 0) {
      if (this.at >= this.text.length) throw invalid("unterminated character set");
      const low = this.#setItem();
      if (this.text[this.at] !== "-" || this.text[this.at + 1] === "]" || this.at + 1 >= this.text.length) {
        items.push(low);
        continue;
      }
      this.at++;
      const high = this.#setItem();
      if (/^\\[dDsSwW]$/.test(low) || /^\\[dDsSwW]$/.test(high)) throw invalid(`bad character range ${low}-${high}`);
      items.push(`${low}-${high}`);
    }
    this.at++;
    return `${open}${items.join("")}]`;
  }

  #setItem(): string {
    if (this.text[this.at] === "\\") return this.escaped(true);
    const character = this.character;
    this.at += character.length;
    return literal(character);
  }

  /** Matches a sticky regular expression at the current position, and skips the match. Returns null without a match. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }
}

/** A literal character in RE2 syntax, valid inside and outside of sets. */
export function literal(character: string): string {
  return /[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/.test(character) && character !== "_" ? `\\${character}` : character;
}

function hex(point: number): string {
  return `\\x{${point.toString(16)}}`;
}
