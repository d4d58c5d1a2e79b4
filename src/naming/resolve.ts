import { processEnvironment, sleep } from "../base/environment.ts";
import { NamingError } from "../base/errors.ts";
import { configurationOf } from "../config/config.ts";
import { type ConnectionOptions, connectionOptions } from "../session/session-options.ts";
import { URI } from "../values/uri.ts";
import { locateNameServer } from "./locate.ts";

/** Options of `resolve`, in addition to how to connect to the name server. */
export interface ResolveOptions extends ConnectionOptions {
  /**
   * How long to wait for the name or the name server to appear, in milliseconds. Default: PYRO_NS_LOOKUP_DELAY, else 0
   * (`Pyro5 5.15, core.py`, delay_time, which waits only for names).
   */
  readonly delayMs?: number | undefined;
  /** Aborts the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds between two attempts. (Pyro5 makes about six attempts in total.) */
const RETRY_MS = 500;

/**
 * Resolves a URI to a PYRO URI. PYRONAME is looked up in the name server at the URI's location, or in the configured
 * one if the URI has none. PYROMETA selects a random registration that has all of the URI's tags.
 *
 * @throws {NamingError} if, after `delayMs`, there is still no name server or no matching registration.
 */
export async function resolve(uri: URI | string, options: ResolveOptions = {}): Promise<URI> {
  const requested = URI.parse(uri);
  if (requested.protocol === "PYRO") return requested;
  const { environment = processEnvironment } = options;
  const { nsLookupDelayMs } = configurationOf(environment).current;
  const deadline = environment.now() + (options.delayMs ?? nsLookupDelayMs);
  for (;;) {
    try {
      return await lookupOnce(requested, options);
    } catch (error) {
      const remainingMs = deadline - environment.now();
      if (!(error instanceof NamingError) || remainingMs <= 0) throw error;
      await sleep(environment, Math.min(RETRY_MS, remainingMs), options.signal);
    }
  }
}

async function lookupOnce(requested: URI, options: ResolveOptions): Promise<URI> {
  const { environment = processEnvironment } = options;
  await using names = await locateNameServer({
    host: requested.sockname === null ? (requested.host ?? undefined) : `./u:${requested.sockname}`,
    port: requested.port ?? undefined,
    ...connectionOptions(options),
  });
  if (requested.protocol === "PYRONAME") return await names.lookup(requested.object);
  const registrations = [...(await names.list({ metadataAll: requested.tags })).values()];
  const chosen = registrations[Math.floor(environment.random() * registrations.length)];
  if (chosen === undefined) {
    throw new NamingError(
      `no registrations available with desired metadata properties {${requested.tags.map((tag) => `'${tag}'`).join(", ")}}`,
      { code: "PYRO_UNKNOWN_NAME" },
    );
  }
  return URI.parse(chosen.uri);
}
