import { configurationOf } from "../config/config.ts";
import { type SessionOptions, type SessionSettings, sessionSettings } from "../session/session-options.ts";
import type { ProxyMaker } from "../values/proxy-state.ts";
import type { URI } from "../values/uri.ts";
import type { Annotations } from "../wire/message.ts";

/** Options of a proxy: those of its sessions, and these. */
export interface ProxyOptions extends SessionOptions {
  /** Checks the answer of the server's handshake validation. What it throws refuses the connection. */
  readonly validateHandshake?: ((answer: unknown) => void) | undefined;
  /**
   * How many times a call is repeated when its connection broke or it took too long. It may have run already, and runs
   * again then: only for methods that may. Default: PYRO_MAX_RETRIES, else 0.
   */
  readonly maxRetries?: number | undefined;
  /** Data that is sent with every call, by ids of four ASCII characters. */
  readonly annotations?: Annotations | (() => Annotations) | undefined;
  /** Items that a stream requests ahead. Default 64, or 256 where many come in one reply; 1 is what Python does. */
  readonly streamPrefetch?: number | undefined;
  /** False: items are requested one by one from our own daemons too, as in Pyro. Default true: many in one reply. */
  readonly streamInBulk?: boolean | undefined;
}

/** Finds the PYRO URI of a PYRONAME or PYROMETA one. Proxies know no name servers themselves. */
export type Resolver = (uri: URI, options: { readonly timeoutMs: number }) => Promise<URI>;

/** A proxy's options with their defaults. */
export type ProxySettings = ProxyOptions &
  SessionSettings & {
    readonly maxRetries: number;
    readonly resolve: Resolver;
    /** The serializer that was chosen for this proxy: it goes along when the proxy travels. */
    readonly chosenSerializer: string | undefined;
  };

/** Adds the defaults of the configuration. Throws for options that cannot work. */
export function proxySettings(options: ProxyOptions, resolve: Resolver, makeProxy: ProxyMaker): ProxySettings {
  const settings = sessionSettings(options, makeProxy);
  const { maxRetries } = configurationOf(settings.environment).current;
  return {
    ...settings,
    maxRetries: options.maxRetries ?? maxRetries,
    resolve,
    chosenSerializer: options.serializer,
  };
}
