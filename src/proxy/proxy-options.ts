import { configurationOf } from "../config/config.ts";
import { type SessionOptions, type SessionSettings, sessionSettings } from "../session/session-options.ts";
import type { ProxyMaker } from "../values/proxy-state.ts";
import type { URI } from "../values/uri.ts";
import type { Annotations } from "../wire/message.ts";

/** Options of a proxy. */
export interface ProxyOptions extends SessionOptions {
  /** Checks the value that the server's handshake validation returned. Throw to refuse the connection. */
  readonly validateHandshake?: ((answer: unknown) => void) | undefined;
  /**
   * How many times a call is repeated after a lost connection or a timeout. The method may then run more than once, so
   * use it only for methods that can be repeated. Default: PYRO_MAX_RETRIES, else 0.
   */
  readonly maxRetries?: number | undefined;
  /** Data that is sent with every call. Keys are ids of four ASCII characters. */
  readonly annotations?: Annotations | (() => Annotations) | undefined;
  /** How many items a stream requests ahead. Default: 256 if a reply can have many items, else 64. Python's is 1. */
  readonly streamPrefetch?: number | undefined;
  /** Request many stream items per call if the daemon supports it (pyro-ts does, Python does not). Default: true. */
  readonly streamInBulk?: boolean | undefined;
}

/** Resolves a PYRONAME or PYROMETA URI to a PYRO URI. The caller provides it, so this module needs no name server. */
export type Resolver = (uri: URI, options: { readonly timeoutMs: number }) => Promise<URI>;

/** A proxy's options with their defaults. */
export type ProxySettings = ProxyOptions &
  SessionSettings & {
    readonly maxRetries: number;
    readonly resolve: Resolver;
    /** The `serializer` option. It is part of the proxy's state when the proxy is sent. */
    readonly chosenSerializer: string | undefined;
  };

/** Adds the defaults of the configuration. Throws for invalid options. */
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
