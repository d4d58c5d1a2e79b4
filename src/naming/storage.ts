/** One registration. */
export interface Entry {
  /** The URI as text: a name server only keeps it, whatever version the object speaks. */
  readonly uri: string;
  readonly metadata: ReadonlySet<string>;
}

/** Where a name server keeps its registrations. Names compare exactly. */
export interface Storage {
  readonly size: number;
  get(name: string): Entry | undefined;
  set(name: string, entry: Entry): void;
  delete(name: string): boolean;
  /** All of them, in the order of their registration. */
  entries(): Iterable<[string, Entry]>;
}

/** Pyro's `memory` storage: gone with the process. */
export class MemoryStorage implements Storage {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  set(name: string, entry: Entry): void {
    this.#entries.set(name, entry);
  }

  delete(name: string): boolean {
    return this.#entries.delete(name);
  }

  entries(): Iterable<[string, Entry]> {
    return this.#entries;
  }
}
