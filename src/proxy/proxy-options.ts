import type { Duplex } from "node:stream";
import { PyroError } from "../base/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../base/limits.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import { type SerializerName, serializerName } from "../base/serializer-names.ts";
import { type Config, config } from "../config/config.ts";
import { PyroClassMapper } from "../serializers/class-mapper.ts";
import { SerializerSets } from "../serializers/serializer-set.ts";

import { type ClientTlsOptions, clientTls } from "../transport/tls-options.ts";
import { transportItems } from "../transport/transport-config.ts";
import { wireOptionsOf } from "../wire/wire-options.ts";
import type { RemoteOptions, Resolver } from "./call-settings.ts";

export interface ProxyOptions {
  /** Milliseconds a call may take, connecting included; 0: no limit. Default: PYRO_COMMTIMEOUT, else 0. */
  readonly timeoutMs?: number;
  /** Default: PYRO_SERIALIZER, else serpent. */
  readonly serializer?: SerializerName;
  /** Which Pyro the server is. Default "auto": found out with the first connection, and remembered. */
  readonly protocol?: "auto" | PyroVersion;
  /** Handed to the server's handshake validation. Default "hello", as in Pyro. */
  readonly handshake?: unknown;
  /** Looks at the answer of the server's handshake validation; what it throws refuses the connection. */
  readonly validateHandshake?: (answer: unknown) => void;
  /**
   * How often a call is made again when its connection broke or it took too long. Default: PYRO_MAX_RETRIES, else 0. It
   * may have run already, and then runs again: only for methods that may.
   */
  readonly maxRetries?: number;
  /** Extra data that goes along with every call, by ids of four ASCII characters. */
  readonly annotations?: ReadonlyMap<string, Uint8Array> | (() => ReadonlyMap<string, Uint8Array>);
  /** False: names are not checked before they are sent. Default: PYRO_METADATA, else true. */
  readonly metadata?: boolean;
  /** Items that a stream asks for ahead of their use. Default 64, or 256 where many come in one reply; 1 is Python's own way. */
  readonly streamPrefetch?: number;
  /**
   * TLS, also for the name server that a PYRONAME is looked up in; true: as the items PYRO_SSL_... say, with Node's
   * authorities if they name none. Default: PYRO_SSL.
   */
  readonly tls?: ClientTlsOptions | boolean;
  /**
   * A connection to the daemon that there is already, such as one end of a socket pair. There is no handshake, so
   * `protocol` must be said if it is Pyro4. It stays open when the proxy is released.
   */
  readonly socket?: Duplex;
  /** False: items of streams one by one from our own daemons too, as Pyro has them. Default true: many in one reply. */
  readonly streamInBulk?: boolean;
  /** Send large arguments compressed, if that makes them smaller. Results may come compressed in any case. Default: PYRO_COMPRESSION. */
  readonly compression?: boolean;
  /**
   * The key with which all messages are signed, in both directions, also those of the name server that a PYRONAME is
   * looked up in, as in Pyro4; text is taken as UTF-8. The server must be Pyro4 (or ours) and have the same key.
   */
  readonly hmacKey?: string | Uint8Array;
  readonly limits?: Partial<Limits>;
  /** Read floats as PyFloat and dicts as Map, so that a value sent back is the very same in Python. Default false. */
  readonly lossless?: boolean;
}

const serializers = (limits: Partial<Limits>, lossless: boolean): SerializerSets =>
  new SerializerSets((version) => new PyroClassMapper(version, { unknown: "keep" }), {
    limits: { ...DEFAULT_LIMITS, maxMessageBytes: config.maxMessageSize, ...limits },
    lossless,
    bytesRepr: config.serpentBytesRepr,
  });
let usual: SerializerSets | undefined;
let usualFor: Config | undefined;

/** Only Pyro4 knows signatures. */
function signedProtocol(wanted: ProxyOptions["protocol"]): PyroVersion {
  if (wanted !== 5) return 4;
  throw new PyroError("hmacKey and protocol 5 do not go together: Pyro5 has no signatures; use TLS", {
    code: "PYRO_HMAC_VERSION",
  });
}

/** A proxy's options, completed from the configuration. @throws {SerializeError} for a serializer that is none. */
export function remoteOptions(options: ProxyOptions, resolve: Resolver): RemoteOptions {
  const special = options.limits !== undefined || options.lossless === true;
  const items = transportItems();
  const wireOptions = wireOptionsOf(options.compression ?? config.compression, options.hmacKey);
  if (usual === undefined || usualFor !== config) {
    usual = serializers({}, false);
    usualFor = config;
  }
  return {
    serializers: special ? serializers(options.limits ?? {}, options.lossless ?? false) : usual,
    resolve,
    serializer: options.serializer === undefined ? config.serializer : serializerName(options.serializer),
    protocol: wireOptions?.hmacKey === undefined ? (options.protocol ?? "auto") : signedProtocol(options.protocol),
    timeoutMs: options.timeoutMs ?? config.commTimeoutMs,
    ownSerializer: options.serializer,
    handshake: options.handshake ?? "hello",
    validateHandshake: options.validateHandshake,
    maxRetries: options.maxRetries ?? config.maxRetries,
    annotations: options.annotations,
    metadata: options.metadata ?? config.metadata,
    streamPrefetch: options.streamPrefetch,
    streamInBulk: options.streamInBulk ?? true,
    dial: {
      tls: options.socket === undefined ? clientTls(options.tls, items.ssl) : undefined,
      ipVersion: items.preferIpVersion,
      noDelay: items.noDelay,
    },
    wireOptions,
    socket: options.socket,
  };
}
