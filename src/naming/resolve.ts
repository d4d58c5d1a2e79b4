import { setTimeout as sleep } from "node:timers/promises";
import { NamingError } from "../base/errors.ts";
import { config } from "../config/config.ts";
import { remoteOptions } from "../proxy/proxy-options.ts";
import { URI } from "../values/uri.ts";
import { type LocateOptions, locateWith } from "./locate.ts";
import type { NameServerClient } from "./name-server-client.ts";

/**
 * The name server: where PYRO_NS_HOST and PYRO_NS_PORT say, or where the options do.
 *
 * @throws {NamingError} `Failed to locate the nameserver: REASON`
 */
export function locateNameServer(options: LocateOptions = {}): Promise<NameServerClient> {
  const { timeoutMs, tls, hmacKey } = options;
  // A name server is reached by its own URI, which needs no resolving.
  const asItIs = (uri: URI): Promise<URI> => Promise.resolve(uri);
  const wanted = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(tls === undefined ? {} : { tls }),
    ...(hmacKey === undefined ? {} : { hmacKey }),
  };
  return locateWith(options, remoteOptions(wanted, asItIs));
}

export interface ResolveOptions extends Pick<LocateOptions, "timeoutMs" | "tls" | "hmacKey"> {
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
  const deadline = performance.now() + (options.delayMs ?? config.nsLookupDelayMs);
  for (;;) {
    try {
      return await find(wanted, options);
    } catch (error) {
      const left = deadline - performance.now();
      if (!(error instanceof NamingError) || left <= 0) throw error;
      await sleep(Math.min(ASK_AGAIN_MS, left), undefined, { signal: options.signal });
    }
  }
}

async function find(wanted: URI, options: ResolveOptions): Promise<URI> {
  await using names = await locateNameServer({
    host: wanted.sockname === null ? (wanted.host ?? undefined) : `./u:${wanted.sockname}`,
    port: wanted.port ?? undefined,
    timeoutMs: options.timeoutMs,
    tls: options.tls,
    hmacKey: options.hmacKey,
  });
  if (wanted.protocol === "PYRONAME") return await names.lookup(wanted.object);
  const found = [...(await names.list({ metadataAll: wanted.tags })).values()];
  const chosen = found[Math.floor(Math.random() * found.length)];
  if (chosen === undefined) {
    throw new NamingError(
      `no registrations available with desired metadata properties {${wanted.tags.map((tag) => `'${tag}'`).join(", ")}}`,
      { code: "PYRO_UNKNOWN_NAME" },
    );
  }
  return URI.parse(chosen.uri);
}
