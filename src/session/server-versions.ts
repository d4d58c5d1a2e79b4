import type { PyroVersion } from "../base/pyro-version.ts";

const REMEMBER_AT_MOST = 1_000;

/** What each server was found to speak, by location text, so that the next connection starts right. */
export class ServerVersions {
  readonly #known = new Map<string, PyroVersion>();

  get(location: string): PyroVersion | undefined {
    return this.#known.get(location);
  }

  set(location: string, version: PyroVersion): void {
    this.#known.delete(location);
    this.#known.set(location, version);
    if (this.#known.size > REMEMBER_AT_MOST) this.#known.delete(this.#known.keys().next().value as string);
  }
}

/** Shared by all proxies of this process. */
export const serverVersions: ServerVersions = new ServerVersions();
