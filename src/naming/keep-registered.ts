import { processEnvironment, sleep } from "../base/environment.ts";
import { NamingError } from "../base/errors.ts";
import type { URI } from "../values/uri.ts";
import { type LocateOptions, locateNameServer } from "./locate.ts";
import { reasonOf } from "./name-server.ts";
import type { NameServerClient } from "./name-server-client.ts";

/** Milliseconds between two attempts while the name is not registered. */
const RETRY_MS = 250;

/** A change in the state of a registration. */
export type RegistrationEvent =
  | { readonly type: "waiting"; readonly reason: string }
  | { readonly type: "registered"; readonly again: boolean; readonly nameServer: URI }
  | { readonly type: "lost"; readonly reason: string }
  /** Another program registered the name for its own URI. It is registered again here once the name is free. */
  | { readonly type: "taken"; readonly by: URI };

/** Options of `keepRegistered`, in addition to where the name server is. */
export interface KeepOptions extends LocateOptions {
  readonly metadata?: readonly string[];
  /** Milliseconds between two checks of the registration. Default: 1,000. */
  readonly everyMs?: number;
  /** Called when the state of the registration changes. */
  readonly onEvent?: (event: RegistrationEvent) => void;
}

/**
 * Keeps a name registered while the program runs. It waits for the name server, registers the name, checks it
 * periodically, and registers it again when the name server has lost it. Python programs register only once, so a
 * restart of the name server loses their names.
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

  /** Stops the checks. Removes the name if it is still registered for our URI. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
    if (this.#state === "registered") await this.#removeIfOurs().catch(() => undefined);
    await this.#names?.[Symbol.asyncDispose]();
  }

  async #removeIfOurs(): Promise<void> {
    const current = await this.#names?.lookup(this.#name);
    if (current?.equals(this.#uri) === true) await this.#names?.remove(this.#name);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#checkRegistration();
      } catch (error) {
        await this.#names?.[Symbol.asyncDispose]();
        this.#names = undefined;
        const type = this.#wasRegistered ? "lost" : "waiting";
        if (this.#state !== type) this.#emit({ type, reason: reasonOf(error) });
      }
      const { everyMs = 1_000, environment = processEnvironment } = this.#options;
      const pause = this.#state === "registered" ? everyMs : Math.min(everyMs, RETRY_MS);
      await sleep(environment, pause, signal).catch(() => undefined);
    }
  }

  async #checkRegistration(): Promise<void> {
    this.#names ??= await locateNameServer(this.#options);
    const current = this.#wasRegistered ? await this.#lookup(this.#names) : undefined;
    if (current?.equals(this.#uri) === true) {
      if (this.#state !== "registered") this.#emit({ type: "registered", again: true, nameServer: this.#names.uri });
    } else if (current === undefined) {
      const { metadata } = this.#options;
      await this.#names.register(this.#name, this.#uri, metadata === undefined ? {} : { metadata });
      this.#emit({ type: "registered", again: this.#wasRegistered, nameServer: this.#names.uri });
      this.#wasRegistered = true;
    } else if (this.#state !== "taken") {
      this.#emit({ type: "taken", by: current });
    }
  }

  async #lookup(names: NameServerClient): Promise<URI | undefined> {
    try {
      return await names.lookup(this.#name);
    } catch (error) {
      if (error instanceof NamingError) return undefined;
      throw error;
    }
  }

  #emit(event: RegistrationEvent): void {
    this.#state = event.type;
    this.#options.onEvent?.(event);
  }
}

/** Registers `name` for `uri`, and keeps it registered until the returned object is disposed. */
export function keepRegistered(name: string, uri: URI, options: KeepOptions = {}): KeptRegistration {
  return new KeptRegistration(name, uri, options);
}
