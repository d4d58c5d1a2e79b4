/** A registration. */
export interface Entry {
  /** The URI as text. It may belong to a Pyro4 or a Pyro5 object. */
  readonly uri: string;
  readonly metadata: ReadonlySet<string>;
}

/** Storage for a name server's registrations. Names are case-sensitive. */
export interface Storage {
  readonly size: number;
  /** The registration of a name; undefined for an unknown name. */
  get(name: string): Entry | undefined;
  /** Adds a registration, or replaces it. */
  set(name: string, entry: Entry): void;
  /** Removes a registration. Returns whether there was one. */
  delete(name: string): boolean;
  /** All registrations, in insertion order. */
  entries(): Iterable<[string, Entry]>;
}

/** Pyro's `memory` storage: registrations are lost when the process exits. */
export class MemoryStorage implements Storage {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /** The registration of a name; undefined for an unknown name. */
  get(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  /** Adds a registration, or replaces it. */
  set(name: string, entry: Entry): void {
    this.#entries.set(name, entry);
  }

  /** Removes a registration. Returns whether there was one. */
  delete(name: string): boolean {
    return this.#entries.delete(name);
  }

  entries(): Iterable<[string, Entry]> {
    return this.#entries;
  }
}
