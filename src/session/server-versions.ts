import { EnvironmentState } from "../base/environment.ts";
import type { PyroVersion } from "../base/pyro-version.ts";

const REMEMBER_AT_MOST = 1_000;

/** The version that each server speaks, by location, so that the next connection begins with it. */
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

/** The known servers of each process. */
export const serverVersions: EnvironmentState<ServerVersions> = new EnvironmentState(() => new ServerVersions());
