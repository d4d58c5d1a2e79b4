import type { Duplex } from "node:stream";
import { type Environment, processEnvironment } from "../base/environment.ts";
import { PyroError } from "../base/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../base/limits.ts";
import { DEFAULT_HANDSHAKE } from "../base/pyro-names.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import { type SerializerName, serializerName } from "../base/serializer-names.ts";
import { type Config, configurationOf } from "../config/config.ts";
import { PyroClassMapper } from "../serializers/class-mapper.ts";
import { SerializerSets } from "../serializers/serializer-set.ts";
import { clientTransport } from "../transport/select-transport.ts";
import type { ClientTlsOptions } from "../transport/tls-options.ts";
import type { Transport } from "../transport/transport.ts";
import type { ProxyMaker } from "../values/proxy-state.ts";
import { type WireOptions, wireOptionsOf } from "../wire/wire-options.ts";

/** Options of every connection that a client opens, to daemons and to name servers alike. */
export interface ConnectionOptions {
  /** Milliseconds that a call may take, and each step of connecting; 0: no limit. Default: PYRO_COMMTIMEOUT, else 0. */
  readonly timeoutMs?: number | undefined;
  /**
   * TLS, also for the name server that a PYRONAME is looked up in. True: as the items PYRO_SSL_... say, with Node's
   * authorities if they name none. Default: PYRO_SSL.
   */
  readonly tls?: ClientTlsOptions | boolean | undefined;
  /**
   * The key that signs all messages in both directions, also those of the name server, as in Pyro4. Text is encoded as
   * UTF-8. The server must be Pyro4 (or ours) and have the same key.
   */
  readonly hmacKey?: string | Uint8Array | undefined;
  /** How connections are opened. Default: TCP, Unix sockets and TLS, as the URI and `tls` say. */
  readonly transport?: Transport | undefined;
  /** Clock, timers, randomness and state of the process; for tests. Default: this process. */
  readonly environment?: Environment | undefined;
}

/** The connection options among others: name servers are reached with the same ones as the objects that they name. */
export function connectionOptions({
  timeoutMs,
  tls,
  hmacKey,
  transport,
  environment,
}: ConnectionOptions): ConnectionOptions {
  return { timeoutMs, tls, hmacKey, transport, environment };
}

/** Options of a session with a daemon. Adding one takes this type and the place that uses it, and its default below. */
export interface SessionOptions extends ConnectionOptions {
  /** Default: PYRO_SERIALIZER, else serpent. */
  readonly serializer?: SerializerName | undefined;
  /** The server's version of Pyro. Default "auto": it is detected. */
  readonly protocol?: "auto" | PyroVersion | undefined;
  /** Sent to the server's `validateHandshake`. Default "hello". */
  readonly handshake?: unknown;
  /**
   * False: names are not checked before a call is sent, and a Pyro4 server is not asked for them. Default: PYRO_METADATA,
   * else true.
   */
  readonly metadata?: boolean | undefined;
  /**
   * An existing connection to the daemon, such as one end of a socket pair. There is no handshake, so `protocol` must be
   * set for Pyro4. It stays open when the proxy is released.
   */
  readonly socket?: Duplex | undefined;
  /** Send large arguments compressed, if that makes them smaller. Default: PYRO_COMPRESSION. */
  readonly compression?: boolean | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Read floats as PyFloat and dicts as Map, so that a value that is sent back is the same in Python. Default false. */
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

/** Options with their defaults, and what is made from them once for all connections. */
export type SessionSettings = SessionOptions &
  Defaults & {
    readonly environment: Environment;
    readonly transport: Transport;
    readonly serializers: SerializerSets;
    /** Compression and signatures; undefined where neither is used. */
    readonly wireOptions: WireOptions | undefined;
  };

/** Adds the defaults of the configuration. Throws for options that cannot work. */
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

/** Without the fields that are undefined: they must not hide a default. */
function definedFields<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}

/** Only Pyro4 has signatures. */
function signedProtocol(protocol: SessionOptions["protocol"]): PyroVersion {
  if (protocol !== 5) return 4;
  throw new PyroError("hmacKey cannot be used with protocol 5: Pyro5 has no signatures; use TLS", {
    code: "PYRO_HMAC_VERSION",
  });
}

/** Proxies with the same configuration and no limits of their own share their serializers. */
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
