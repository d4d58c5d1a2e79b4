import { NO_KEYWORDS } from "../../contract/signature.ts";
import { asTuple, type PyTuple } from "../../values/python-values.ts";
import { toCallData } from "../call-data.ts";
import type { CallData } from "../serializer.ts";
import { ValueReader } from "./value-reader.ts";

const COMMA = 44;
const PAREN_OPEN = 40;
const PAREN_END = 41;
const BRACE_OPEN = 123;
const BRACE_END = 125;

/** For object ids and method names; ids that a daemon generates have 36 characters. */
const MAX_ID_LENGTH = 48;

/** Reads one Python literal; accepts the same input as `ast.literal_eval` (`serpent 1.41`, CPython 3.11). */
export class SerpentParser extends ValueReader {
  override begin(bytes: Uint8Array, from: number, to: number): void {
    this.classDicts = 0;
    this.numberEnd = 0;
    super.begin(bytes, from, to);
  }

  /** Reads the whole payload as one value. @throws {SerializeError} */
  read(): unknown {
    this.skipToExpression();
    let value = this.afterValue(this.requiredValue());
    if (this.bytes[this.at] === COMMA) value = this.#bareTuple(value);
    this.skipToEnd();
    if (this.at < this.end) this.unexpected("the end");
    return value;
  }

  /**
   * Reads the whole payload as a call, if it has the form that peers write and contains no class dicts. Returns
   * undefined for any other payload; use `read` then.
   */
  readCall(): CallData | undefined {
    this.skipToExpression();
    if (this.bytes[this.at] !== PAREN_OPEN) return undefined;
    this.openBracket();
    const object = this.plainName(COMMA, MAX_ID_LENGTH);
    if (object === undefined) return undefined;
    this.at++;
    const method = this.plainName(COMMA, MAX_ID_LENGTH);
    if (method === undefined) return undefined;
    this.at++;
    if (this.bytes[this.at] !== PAREN_OPEN) return undefined;
    this.openBracket();
    const args: unknown[] = [];
    this.items(args, PAREN_END);
    // `(1)` is not a tuple.
    if (args.length === 1 && this.bytes[this.at - 2] !== COMMA) return undefined;
    if (this.bytes[this.at] !== COMMA) return undefined;
    this.at++;
    const noKeywords = this.bytes[this.at] === BRACE_OPEN && this.bytes[this.at + 1] === BRACE_END;
    if (noKeywords) this.at += 2;
    const kwargs = noKeywords ? NO_KEYWORDS : this.requiredValue();
    if (this.bytes[this.at] !== PAREN_END || this.at + 1 !== this.end || this.classDicts > 0) return undefined;
    return toCallData(object, method, args, kwargs);
  }

  #bareTuple(first: unknown): PyTuple {
    const items = [first];
    while (this.bytes[this.at] === COMMA) {
      this.at++;
      this.skipBlanks();
      const code = this.bytes[this.at];
      if (code === undefined || code === 10 || code === 13) break;
      items.push(this.afterValue(this.requiredValue()));
    }
    return asTuple(items);
  }
}
