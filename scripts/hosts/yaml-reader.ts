import { readFileSync } from "node:fs";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { Problems } from "./problems.ts";

/** A value in a YAML file that knows where it stands. What is wrong with it is collected in the file's problems. */
export class Entry {
  readonly #file: YamlFile;
  readonly #node: Node | null;
  /** Its place as keys from the top: `hosts.h221.engine`. */
  readonly key: string;

  constructor(file: YamlFile, node: Node | null, key: string) {
    this.#file = file;
    this.#node = node;
    this.key = key;
  }

  /** Says what is wrong here. */
  refuse(why: string): undefined {
    this.#file.refuse(this.#node, this.key === "" ? why : `${this.key}: ${why}`);
    return undefined;
  }

  /** The entries of a map, which may have these keys and no others. */
  fields<Key extends string>(keys: readonly Key[]): Partial<Record<Key, Entry>> {
    const found: Partial<Record<Key, Entry>> = {};
    for (const [key, entry] of this.entries()) {
      if ((keys as readonly string[]).includes(key)) found[key as Key] = entry;
      else entry.refuse(`is no key here; there are ${keys.join(", ")}`);
    }
    return found;
  }

  /** The entries of a map with keys of the user's choice. */
  entries(): [key: string, entry: Entry][] {
    if (!isMap(this.#node)) {
      this.refuse("must be a map of keys and values");
      return [];
    }
    return this.#node.items.map((pair) => {
      const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
      const place = (pair.value ?? pair.key) as Node | null;
      return [key, new Entry(this.#file, place, this.key === "" ? key : `${this.key}.${key}`)];
    });
  }

  /** The entries of a list. */
  items(): Entry[] {
    if (!isSeq(this.#node)) {
      this.refuse("must be a list");
      return [];
    }
    return this.#node.items.map((node, at) => new Entry(this.#file, node as Node, `${this.key}[${at}]`));
  }

  /** A text that is not empty; numbers count as their text. */
  text(): string | undefined {
    const value: unknown = isScalar(this.#node) ? this.#node.value : undefined;
    if (typeof value === "number") return String(value);
    if (typeof value === "string" && value.trim() !== "") return value;
    return this.refuse("must be a text");
  }

  /** A list of texts, or one text alone. */
  texts(): { text: string; entry: Entry }[] {
    const entries: Entry[] = isScalar(this.#node) ? [this] : this.items();
    return entries.flatMap((entry) => {
      const text = entry.text();
      return text === undefined ? [] : [{ text, entry }];
    });
  }
}

/** A YAML file while it is read. */
export class YamlFile {
  readonly path: string;
  readonly problems: string[] = [];
  readonly #lines = new LineCounter();
  readonly top: Entry;

  /** @throws {Problems} for a file that is not there, or no YAML. */
  constructor(path: string) {
    this.path = path;
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const cure = "there is no such file; go to the project's folder, or name another file with -f";
      throw new Problems([`${path}: ${code === "ENOENT" ? cure : message}`]);
    }
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true, prettyErrors: false });
    const problems = [...document.errors, ...document.warnings].map(
      ({ pos, message }) => `${path}:${this.#at(pos[0])}: ${message}`,
    );
    if (problems.length > 0) throw new Problems(problems);
    this.top = new Entry(this, document.contents as Node | null, "");
  }

  refuse(node: Node | null, why: string): void {
    this.problems.push(`${this.path}:${this.#at(node?.range?.[0] ?? 0)}: ${why}`);
  }

  /** @throws {Problems} if anything was refused. */
  finish(): void {
    if (this.problems.length > 0) throw new Problems(this.problems);
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${line || 1}:${col || 1}`;
  }
}
