import { expose } from "#pyro";
import { type Warehouse, warehouseContract } from "./contract.ts";

const MOST_THINGS = 10_000;
const LONGEST_NAME = 200;

/** A warehouse that stores things. One object serves all visitors. */
export class ThingsInABuilding implements Warehouse {
  static {
    expose(this, warehouseContract);
  }

  #contents: readonly string[];
  readonly #log: (line: string) => void;
  readonly #save: (contents: readonly string[]) => void;

  /** @param save called before each change with the new contents. If it throws, the contents do not change. */
  constructor(
    contents: readonly string[],
    log: (line: string) => void,
    save: (contents: readonly string[]) => void = () => {},
  ) {
    this.#contents = [...contents];
    this.#log = log;
    this.#save = save;
  }

  listContents(): string[] {
    return [...this.#contents];
  }

  take(visitor: string, thing: string): void {
    const who = checked(visitor, "name");
    const at = this.#contents.indexOf(checked(thing, "item"));
    if (at < 0) throw new RangeError(`there is no ${thing} in the warehouse`);
    this.#become(this.#contents.toSpliced(at, 1));
    this.#log(`${who} took the ${thing}.`);
  }

  store(visitor: string, thing: string): void {
    const who = checked(visitor, "name");
    const what = checked(thing, "item");
    if (this.#contents.length >= MOST_THINGS) throw new RangeError("the warehouse is full");
    this.#become([...this.#contents, what]);
    this.#log(`${who} stored the ${what}.`);
  }

  #become(contents: readonly string[]): void {
    this.#save(contents);
    this.#contents = contents;
  }
}

/** Validates an argument from the network: it is stored and logged, so it must be one short line of text. */
function checked(value: unknown, what: string): string {
  if (typeof value !== "string") throw new TypeError(`${what} must be a str`);
  if (value === "" || value.length > LONGEST_NAME || /\p{Cc}/u.test(value)) {
    throw new RangeError(`${what} must be one line of 1 to ${LONGEST_NAME} characters`);
  }
  return value;
}
