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

/** Names of methods, and ids of objects: those that a daemon makes up have 36 characters. */
const LONGEST_ID = 48;

/** Reads one Python literal: what `ast.literal_eval` takes and nothing else (`serpent 1.41`, CPython 3.11). */
export class SerpentParser extends ValueReader {
  override begin(bytes: Uint8Array, from: number, to: number): void {
    this.classDicts = 0;
    this.numberEnd = 0;
    super.begin(bytes, from, to);
  }

  /** The whole payload as one value. @throws {SerializeError} */
  read(): unknown {
    this.skipToExpression();
    let value = this.behind(this.some());
    if (this.bytes[this.at] === COMMA) value = this.#bareTuple(value);
    this.skipToEnd();
    if (this.at < this.end) this.unexpected("the end");
    return value;
  }

  /**
   * The whole payload as a call, if it is in the form in which peers write one, without class dicts; undefined for any
   * other, of which `read` then knows what it is.
   */
  readCall(): CallData | undefined {
    this.skipToExpression();
    if (this.bytes[this.at] !== PAREN_OPEN) return undefined;
    this.open();
    const object = this.plainName(COMMA, LONGEST_ID);
    if (object === undefined) return undefined;
    this.at++;
    const method = this.plainName(COMMA, LONGEST_ID);
    if (method === undefined) return undefined;
    this.at++;
    if (this.bytes[this.at] !== PAREN_OPEN) return undefined;
    this.open();
    const args: unknown[] = [];
    this.items(args, PAREN_END);
    // `(1)` is no tuple.
    if (args.length === 1 && this.bytes[this.at - 2] !== COMMA) return undefined;
    if (this.bytes[this.at] !== COMMA) return undefined;
    this.at++;
    const none = this.bytes[this.at] === BRACE_OPEN && this.bytes[this.at + 1] === BRACE_END;
    if (none) this.at += 2;
    const kwargs = none ? NO_KEYWORDS : this.some();
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
      items.push(this.behind(this.some()));
    }
    return asTuple(items);
  }
}
