import type { Duplex } from "node:stream";
import { type Environment, processEnvironment } from "../base/environment.ts";
import { PyroError } from "../base/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../base/limits.ts";
import { DEFAULT_HANDSHAKE } from "../base/pyro-names.ts";
import { PYRO_VERSIONS, type PyroVersion } from "../base/pyro-version.ts";
import { type SerializerName, serializerName } from "../base/serializer-names.ts";
import { configurationOf } from "../config/config.ts";
import type { Config } from "../config/items.ts";
import { PyroClassMapper } from "../serializers/class-mapper.ts";
import { SerializerSets } from "../serializers/serializer-set.ts";
import { clientTransport } from "../transport/select-transport.ts";
import type { ClientTlsOptions } from "../transport/tls-options.ts";
import type { Transport } from "../transport/transport.ts";
import type { ProxyMaker } from "../values/proxy-state.ts";
import { dialectOf } from "../wire/dialects.ts";
import { type WireOptions, wireOptionsOf } from "../wire/wire-options.ts";

/** Options of every connection that a client opens, to daemons and to name servers alike. */
export interface ConnectionOptions {
  /** Milliseconds for each call and for each step of connecting; 0: no limit. Default: PYRO_COMMTIMEOUT, else 0. */
  readonly timeoutMs?: number | undefined;
  /**
   * Use TLS, also for the name server that a PYRONAME is looked up in. `true` uses the PYRO_SSL_... items, and Node's
   * CA certificates if the items name none. Default: PYRO_SSL.
   */
  readonly tls?: ClientTlsOptions | boolean | undefined;
  /**
   * The key that signs all messages in both directions, also those of the name server, as in Pyro4. A string is encoded
   * as UTF-8. The server must be Pyro4 (or pyro-ts) and have the same key.
   */
  readonly hmacKey?: string | Uint8Array | undefined;
  /** How connections are opened. Default: TCP, Unix socket or TLS, depending on the URI and `tls`. */
  readonly transport?: Transport | undefined;
  /** Clock, timers, randomness and state of the process; for tests. Default: this process. */
  readonly environment?: Environment | undefined;
}

/** Picks the connection options, which are also used to connect to the name server. */
export function connectionOptions({
  timeoutMs,
  tls,
  hmacKey,
  transport,
  environment,
}: ConnectionOptions): ConnectionOptions {
  return { timeoutMs, tls, hmacKey, transport, environment };
}

/** Options of a session with a daemon. To add one: add it here, add its default below, and use it. */
export interface SessionOptions extends ConnectionOptions {
  /** Default: PYRO_SERIALIZER, else serpent. */
  readonly serializer?: SerializerName | undefined;
  /** The server's version of Pyro. Default "auto": it is detected. */
  readonly protocol?: "auto" | PyroVersion | undefined;
  /** Sent to the server's `validateHandshake`. Default "hello". */
  readonly handshake?: unknown;
  /**
   * `false`: names are not checked before a call is sent, and a Pyro4 server is not asked for them. Default:
   * PYRO_METADATA, else true.
   */
  readonly metadata?: boolean | undefined;
  /**
   * An existing connection to the daemon, such as one end of a socket pair. There is no handshake, so `protocol` must
   * be set for Pyro4. It stays open when the proxy is released.
   */
  readonly socket?: Duplex | undefined;
  /** Compress large arguments if that makes them smaller. Default: PYRO_COMPRESSION. */
  readonly compression?: boolean | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Read floats as PyFloat and dicts as Map, so that values keep their types when sent back. Default: false. */
  readonly lossless?: boolean | undefined;
}

type Defined<T, K extends keyof T> = { readonly [F in K]-?: Exclude<T[F], undefined> };

type Defaults = Defined<SessionOptions, "serializer" | "protocol" | "timeoutMs" | "metadata" | "compression">;

function defaultsOf(config: Config): Defaults & { readonly handshake: unknown } {
  return {
    serializer: config.serializer,
    protocol: "auto",
    timeoutMs: config.commTimeoutMs,
    handshake: DEFAULT_HANDSHAKE,
    metadata: config.metadata,
    compression: config.compression,
  };
}

/** Options with their defaults, and the objects that are created from them once for all connections. */
export type SessionSettings = SessionOptions &
  Defaults & {
    readonly environment: Environment;
    readonly transport: Transport;
    readonly serializers: SerializerSets;
    /** Compression and signatures; undefined if neither is used. */
    readonly wireOptions: WireOptions | undefined;
  };

/** Adds the defaults of the configuration. Throws for invalid options. */
export function sessionSettings<O extends SessionOptions>(options: O, makeProxy: ProxyMaker): O & SessionSettings {
  const { environment = processEnvironment, socket, tls, transport } = options;
  const config = configurationOf(environment).current;
  if (options.serializer !== undefined) serializerName(options.serializer);
  const merged = { ...defaultsOf(config), ...definedFields(options) };
  const wireOptions = wireOptionsOf(merged.compression, options.hmacKey);
  return {
    ...merged,
    protocol: wireOptions?.hmacKey === undefined ? merged.protocol : signedProtocol(options.protocol),
    environment,
    transport: clientTransport({ environment, socket, tls, transport }),
    serializers: serializersFor(config, options, makeProxy),
    wireOptions,
  };
}

/** Drops fields that are undefined, so that they do not override a default. */
function definedFields<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}

/** The version that signs messages, or the error that `protocol` does not. */
function signedProtocol(protocol: SessionOptions["protocol"]): PyroVersion {
  const signing = PYRO_VERSIONS.filter((version) => dialectOf(version).signs);
  const chosen = protocol === undefined || protocol === "auto" ? signing[0] : protocol;
  if (chosen !== undefined && signing.includes(chosen)) return chosen;
  throw new PyroError(`hmacKey cannot be used with protocol ${protocol}: Pyro${protocol} has no signatures; use TLS`, {
    code: "PYRO_HMAC_VERSION",
  });
}

/** Proxies with the same configuration and default limits share their serializers. */
const shared = new WeakMap<Config, WeakMap<ProxyMaker, SerializerSets>>();

function serializersFor(config: Config, options: SessionOptions, makeProxy: ProxyMaker): SerializerSets {
  const { limits, lossless = false } = options;
  if (limits !== undefined || lossless) return createSerializers(config, limits, lossless, makeProxy);
  const byMaker = shared.get(config) ?? new WeakMap<ProxyMaker, SerializerSets>();
  shared.set(config, byMaker);
  const serializers = byMaker.get(makeProxy) ?? createSerializers(config, undefined, false, makeProxy);
  byMaker.set(makeProxy, serializers);
  return serializers;
}

function createSerializers(
  config: Config,
  limits: Partial<Limits> | undefined,
  lossless: boolean,
  makeProxy: ProxyMaker,
): SerializerSets {
  return new SerializerSets((version) => new PyroClassMapper(version, { unknown: "keep", makeProxy }), {
    limits: { ...DEFAULT_LIMITS, maxMessageBytes: config.maxMessageSize, ...limits },
    lossless,
    bytesRepr: config.serpentBytesRepr,
  });
}
