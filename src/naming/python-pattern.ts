import { invalid, literal, PatternText } from "./pattern-text.ts";

/** Limit on the size of a pattern. RE2 expands counted repetitions, so time and memory grow with their product. */
const MAX_STEPS = 2_000;

/**
 * Translates a Python pattern (`CPython 3.11, re`) to an RE2 pattern that matches the same names, without captures.
 *
 * @throws {NamingError} if the pattern is invalid in Python, not supported by RE2, or too large.
 */
export function toRe2(pattern: string): string {
  return new Translator(pattern).translate();
}

/** What a quantifier would apply to: an atom, an assertion (`^`), an atom that has a quantifier already, or nothing. */
type Previous = "atom" | "assertion" | "repeated" | "nothing";

interface Group {
  readonly stepsBefore: number;
  readonly multiline: boolean;
}

const ASSERTIONS: ReadonlyMap<string, string> = new Map([
  ["A", "\\A"],
  ["Z", "\\z"],
  ["b", "\\b"],
  ["B", "\\B"],
]);
const EXTENSION = /\(\?(?:P=|P<|P|#|=|!|<=|<!|<|\(|>|:|([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)]))/y;
const COUNT = /\{(?:(\d+)(?:(,)(\d*))?|(,)(\d*))\}/y;

class Translator {
  readonly #text: PatternText;
  #out = "";
  #previous: Previous = "nothing";
  /** The size of the previous atom, in steps. */
  #atomSteps = 0;
  #steps = 0;
  #multiline = false;
  /** The flag `a` or `u`, if the pattern has set one. */
  #charset: string | undefined;
  readonly #groups: Group[] = [];
  readonly #names = new Set<string>();

  constructor(text: string) {
    this.#text = new PatternText(text);
  }

  translate(): string {
    while (!this.#text.ended) this.#item();
    if (this.#groups.length > 0) throw invalid("missing ), unterminated subpattern");
    return this.#out;
  }

  #item(): void {
    const character = this.#text.character;
    switch (character) {
      case "\\":
        return this.#escape();
      case "[":
        return this.#emit(this.#text.set());
      case "(":
        return this.#open();
      case ")":
        return this.#close();
      case "*":
      case "+":
      case "?":
        this.#text.at++;
        return this.#repeat(character, character === "*" ? 1 : character === "+" ? 2 : 1);
      case "{":
        return this.#count();
      case "|":
        this.#text.at++;
        this.#out += "|";
        this.#previous = "nothing";
        return;
      case "^":
        this.#text.at++;
        return this.#assertion("^");
      case "$":
        this.#text.at++;
        // Python's `$` also matches before a newline at the end of the text.
        return this.#assertion(this.#multiline ? "$" : "(?:\\n?\\z)");
      case ".":
        this.#text.at++;
        return this.#emit(".");
      default:
        this.#text.at += character.length;
        return this.#emit(literal(character));
    }
  }

  #emit(text: string): void {
    this.#atomSteps = 1;
    this.#add(1);
    this.#out += text;
    this.#previous = "atom";
  }

  #assertion(text: string): void {
    this.#out += text;
    this.#previous = "assertion";
  }

  #add(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw invalid("too many repetitions");
  }

  // --- repetitions -------------------------------------------------------------------------------------------------

  #count(): void {
    const found = this.#text.match(COUNT);
    // Braces without a count are literal, `{}` included.
    if (found === null) {
      this.#text.at++;
      return this.#emit("\\{");
    }
    const min = Number(found[1] ?? 0);
    const isRange = found[2] !== undefined || found[4] !== undefined;
    const upper = found[3] ?? found[5] ?? "";
    const max = !isRange ? min : upper === "" ? Infinity : Number(upper);
    if (max < min) throw invalid("min repeat greater than max repeat");
    const quantifier = max === Infinity ? `{${min},}` : `{${min},${max}}`;
    this.#repeat(quantifier, max === Infinity ? min + 1 : max);
  }

  #repeat(quantifier: string, copies: number): void {
    if (this.#previous === "nothing" || this.#previous === "assertion") throw invalid("nothing to repeat");
    if (this.#previous === "repeated") throw invalid("multiple repeat");
    this.#add(this.#atomSteps * Math.max(copies - 1, 0));
    this.#out += quantifier;
    const suffix = this.#text.text[this.#text.at];
    if (suffix === "+") throw invalid(`possessive '${quantifier}+' is not supported`);
    // Lazy quantifiers match the same names, so the `?` is dropped.
    if (suffix === "?") this.#text.at++;
    this.#previous = "repeated";
  }

  // --- groups ------------------------------------------------------------------------------------------------------

  #open(): void {
    if (this.#text.text[this.#text.at + 1] !== "?") {
      this.#text.at++;
      return this.#begin("(?:");
    }
    const found = this.#text.match(EXTENSION);
    if (found === null)
      throw invalid(`unknown extension ${this.#text.text.slice(this.#text.at + 1, this.#text.at + 3)}`);
    const [text, on = "", off = "", end] = found;
    switch (text) {
      case "(?:":
        return this.#begin("(?:");
      case "(?P<":
        return this.#named();
      case "(?#": {
        const close = this.#text.text.indexOf(")", this.#text.at);
        if (close < 0) throw invalid("missing ), unterminated comment");
        this.#text.at = close + 1;
        return;
      }
      case "(?P=":
      case "(?=":
      case "(?!":
      case "(?<=":
      case "(?<!":
      case "(?(":
      case "(?>":
        throw invalid(`'${text}' is not supported: it cannot be matched in linear time`);
      default:
        if (end === undefined) throw invalid(`unknown extension ${text.slice(1)}${this.#text.character}`);
        return this.#flags(on, off, end === ":");
    }
  }

  #named(): void {
    const name = this.#text.match(/([\p{L}_][\p{L}\p{N}_]*)>/uy)?.[1];
    if (name === undefined) throw invalid("bad character in group name");
    if (this.#names.has(name)) throw invalid(`redefinition of group name '${name}'`);
    this.#names.add(name);
    this.#begin("(?:");
  }

  #flags(on: string, off: string, scoped: boolean): void {
    if (on + off === "") throw invalid("missing flag");
    for (const flag of on + off) {
      if (flag === "x") throw invalid("verbose mode is not supported");
      if (!"aimsu".includes(flag))
        throw invalid(flag === "L" ? "bad inline flags: cannot use 'L' flag with a str pattern" : "unknown flag");
    }
    if (/[au]/.test(off)) throw invalid("bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
    if (!scoped && off !== "") throw invalid("missing :");
    if (on.includes("a") && on.includes("u"))
      throw invalid("bad inline flags: flags 'a', 'u' and 'L' are incompatible");
    if ([...on].some((flag) => off.includes(flag))) throw invalid("bad inline flags: flag turned on and off");
    const multiline = on.includes("m") || (this.#multiline && !off.includes("m"));
    const enabled = [...new Set(on)].filter((flag) => "ims".includes(flag)).join("");
    const text = `${enabled}${off === "" ? "" : `-${[...new Set(off)].join("")}`}`;
    if (scoped) {
      this.#begin(`(?${text}:`);
      this.#multiline = multiline;
      return;
    }
    if (this.#groups.length > 0 || this.#out.replace(/^(?:\(\?[ims]+\))+/, "") !== "") {
      throw invalid("global flags not at the start of the expression");
    }
    const charset = /[au]/.exec(on)?.[0] ?? this.#charset;
    if (this.#charset !== undefined && charset !== this.#charset) {
      throw invalid("ASCII and UNICODE flags are incompatible");
    }
    this.#charset = charset;
    if (text !== "") this.#out += `(?${text})`;
    this.#multiline = multiline;
  }

  #begin(text: string): void {
    this.#groups.push({ stepsBefore: this.#steps, multiline: this.#multiline });
    this.#out += text;
    this.#add(1);
    this.#previous = "nothing";
  }

  #close(): void {
    const group = this.#groups.pop();
    if (group === undefined) throw invalid("unbalanced parenthesis");
    this.#text.at++;
    this.#out += ")";
    this.#multiline = group.multiline;
    this.#atomSteps = this.#steps - group.stepsBefore;
    this.#previous = "atom";
  }

  #escape(): void {
    const letter = this.#text.text[this.#text.at + 1];
    const assertion = letter === undefined ? undefined : ASSERTIONS.get(letter);
    if (assertion !== undefined) {
      this.#text.at += 2;
      return this.#assertion(assertion);
    }
    this.#emit(this.#text.escaped(false));
  }
}
