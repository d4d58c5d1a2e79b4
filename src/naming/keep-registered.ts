import { processEnvironment, sleep } from "../base/environment.ts";
import { NamingError } from "../base/errors.ts";
import type { URI } from "../values/uri.ts";
import { type LocateOptions, locateNameServer } from "./locate.ts";
import { reasonOf } from "./name-server.ts";
import type { NameServerClient } from "./name-server-client.ts";

/** Milliseconds between two tries to find a name server that is not there. */
const SOON_MS = 250;

/** What happens to a registration, as it happens. */
export type RegistrationEvent =
  | { readonly type: "waiting"; readonly reason: string }
  | { readonly type: "registered"; readonly again: boolean; readonly nameServer: URI }
  | { readonly type: "lost"; readonly reason: string }
  /** Someone else registered the name since: it is theirs, until it is free again. */
  | { readonly type: "taken"; readonly by: URI };

export interface KeepOptions extends LocateOptions {
  readonly metadata?: readonly string[];
  /** Milliseconds between two looks at the name server. Default 1,000. */
  readonly everyMs?: number;
  readonly onEvent?: (event: RegistrationEvent) => void;
}

/**
 * Keeps a name registered for as long as the program runs: waits for the name server, registers, looks after it, and
 * registers again when the name server came back without it. Python's programs register once, and are lost with the
 * name server's memory.
 */
export class KeptRegistration implements AsyncDisposable {
  readonly #name: string;
  readonly #uri: URI;
  readonly #options: KeepOptions;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #names: NameServerClient | undefined;
  #state: RegistrationEvent["type"] | undefined;
  #wasRegistered = false;

  constructor(name: string, uri: URI, options: KeepOptions = {}) {
    this.#name = name;
    this.#uri = uri;
    this.#options = { timeoutMs: 1_000, ...options };
    this.#done = this.#run();
  }

  /** Stops looking after the name, and removes it if it is still ours. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
    if (this.#state === "registered") await this.#removeOwn().catch(() => undefined);
    await this.#names?.[Symbol.asyncDispose]();
  }

  async #removeOwn(): Promise<void> {
    const current = await this.#names?.lookup(this.#name);
    if (current?.equals(this.#uri) === true) await this.#names?.remove(this.#name);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        await this.#names?.[Symbol.asyncDispose]();
        this.#names = undefined;
        const type = this.#wasRegistered ? "lost" : "waiting";
        if (this.#state !== type) this.#tell({ type, reason: reasonOf(error) });
      }
      const { everyMs = 1_000, environment = processEnvironment } = this.#options;
      const pause = this.#state === "registered" ? everyMs : Math.min(everyMs, SOON_MS);
      await sleep(environment, pause, signal).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    this.#names ??= await locateNameServer(this.#options);
    const current = this.#wasRegistered ? await this.#current(this.#names) : undefined;
    if (current?.equals(this.#uri) === true) {
      if (this.#state !== "registered") this.#tell({ type: "registered", again: true, nameServer: this.#names.uri });
    } else if (current === undefined) {
      const { metadata } = this.#options;
      await this.#names.register(this.#name, this.#uri, metadata === undefined ? {} : { metadata });
      this.#tell({ type: "registered", again: this.#wasRegistered, nameServer: this.#names.uri });
      this.#wasRegistered = true;
    } else if (this.#state !== "taken") {
      this.#tell({ type: "taken", by: current });
    }
  }

  async #current(names: NameServerClient): Promise<URI | undefined> {
    try {
      return await names.lookup(this.#name);
    } catch (error) {
      if (error instanceof NamingError) return undefined;
      throw error;
    }
  }

  #tell(event: RegistrationEvent): void {
    this.#state = event.type;
    this.#options.onEvent?.(event);
  }
}

/** Registers `name` for `uri`, and keeps it registered until the result is disposed of. */
export function keepRegistered(name: string, uri: URI, options: KeepOptions = {}): KeptRegistration {
  return new KeptRegistration(name, uri, options);
}
