import { setTimeout as sleep } from "node:timers/promises";
import { NamingError } from "../base/errors.ts";
import { config } from "../config/config.ts";
import { remoteOptions } from "../proxy/proxy-options.ts";
import { URI } from "../values/uri.ts";
import { type LocateOptions, locateWith } from "./locate.ts";
import type { NameServerClient } from "./name-server-client.ts";

/**
 * Connects to the name server at `options.host` and `options.port`, by default PYRO_NS_HOST and PYRO_NS_PORT.
 *
 * @throws {NamingError} `Failed to locate the nameserver: REASON`
 */
export function locateNameServer(options: LocateOptions = {}): Promise<NameServerClient> {
  const { timeoutMs, tls, hmacKey } = options;
  // A name server's URI is a PYRO URI, so there is nothing to resolve.
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
   * How long to wait for the name or the name server to appear, in milliseconds. Default: PYRO_NS_LOOKUP_DELAY, else 0
   * (`Pyro5 5.15, core.py`, delay_time, which waits only for names).
   */
  readonly delayMs?: number | undefined;
  /** Aborts the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds between two attempts. (Pyro5 makes about six attempts in total.) */
const ASK_AGAIN_MS = 500;

/**
 * Resolves a URI to a PYRO URI. PYRONAME is looked up in the name server at the URI's location, or in the configured
 * one if the URI has none. PYROMETA selects a random registration that has all of the URI's tags.
 *
 * @throws {NamingError} if, after `delayMs`, there is still no name server or no matching registration.
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
