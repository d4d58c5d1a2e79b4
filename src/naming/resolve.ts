import { processEnvironment, sleep } from "../base/environment.ts";
import { NamingError } from "../base/errors.ts";
import { configurationOf } from "../config/config.ts";
import { type ConnectionOptions, connectionOptions } from "../session/session-options.ts";
import { URI } from "../values/uri.ts";
import { locateNameServer } from "./locate.ts";

export interface ResolveOptions extends ConnectionOptions {
  /**
   * Milliseconds that a name, or a name server, may take to appear. Default: PYRO_NS_LOOKUP_DELAY, else 0 (`Pyro5 5.15,
   * core.py`, delay_time, which waits for names only).
   */
  readonly delayMs?: number | undefined;
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds between two tries. (Pyro5 tries about six times in all.) */
const ASK_AGAIN_MS = 500;

/**
 * The PYRO URI that a URI stands for. PYRONAME is looked up in the name server (the URI's own location, else the
 * configured one); PYROMETA gives one at random of those that have all its tags.
 *
 * @throws {NamingError} when there is no name server, or nothing in it that fits: when `delayMs` is over.
 */
export async function resolve(uri: URI | string, options: ResolveOptions = {}): Promise<URI> {
  const wanted = URI.parse(uri);
  if (wanted.protocol === "PYRO") return wanted;
  const { environment = processEnvironment } = options;
  const { nsLookupDelayMs } = configurationOf(environment).current;
  const deadline = environment.now() + (options.delayMs ?? nsLookupDelayMs);
  for (;;) {
    try {
      return await find(wanted, options);
    } catch (error) {
      const remainingMs = deadline - environment.now();
      if (!(error instanceof NamingError) || remainingMs <= 0) throw error;
      await sleep(environment, Math.min(ASK_AGAIN_MS, remainingMs), options.signal);
    }
  }
}

async function find(wanted: URI, options: ResolveOptions): Promise<URI> {
  const { random } = options.environment ?? processEnvironment;
  await using names = await locateNameServer({
    host: wanted.sockname === null ? (wanted.host ?? undefined) : `./u:${wanted.sockname}`,
    port: wanted.port ?? undefined,
    ...connectionOptions(options),
  });
  if (wanted.protocol === "PYRONAME") return await names.lookup(wanted.object);
  const found = [...(await names.list({ metadataAll: wanted.tags })).values()];
  const chosen = found[Math.floor(random() * found.length)];
  if (chosen === undefined) {
    throw new NamingError(
      `no registrations available with desired metadata properties {${wanted.tags.map((tag) => `'${tag}'`).join(", ")}}`,
      { code: "PYRO_UNKNOWN_NAME" },
    );
  }
  return URI.parse(chosen.uri);
}
