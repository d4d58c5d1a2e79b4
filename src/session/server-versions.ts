import { EnvironmentState } from "../base/environment.ts";
import type { PyroVersion } from "../base/pyro-version.ts";

const MAX_LOCATIONS = 1_000;

/** The Pyro version of each known server, by location. The next connection to it starts with this version. */
export class ServerVersions {
  readonly #known = new Map<string, PyroVersion>();

  get(location: string): PyroVersion | undefined {
    return this.#known.get(location);
  }

  set(location: string, version: PyroVersion): void {
    this.#known.delete(location);
    this.#known.set(location, version);
    if (this.#known.size > MAX_LOCATIONS) this.#known.delete(this.#known.keys().next().value as string);
  }
}

/** The server versions of each environment. */
export const serverVersions: EnvironmentState<ServerVersions> = new EnvironmentState(() => new ServerVersions());
