/**
 * Pyro's configuration items (`Pyro4 4.82, configuration.py`; `Pyro5 5.15, configure.py`). `docs/config.md` is
 * generated from this table.
 */

import { DEFAULT_LIMITS } from "../base/limits.ts";
import { NAME_SERVER_PORT } from "../base/pyro-names.ts";
import { SERIALIZERS, type SerializerName } from "../base/serializer-names.ts";
import { byteLimit, flag, integer, type Kind, oneOf, port, seconds, serializers, text, texts } from "./kinds.ts";

/** The configuration. Times are in milliseconds. `docs/config.md` describes all items. */
export interface Config {
  readonly host: string;
  readonly nsHost: string;
  readonly nsPort: number;
  readonly nsBcHost: string | undefined;
  readonly nsBcPort: number;
  readonly nsAutocleanMs: number;
  readonly nsLookupDelayMs: number;
  readonly broadcastAddrs: readonly string[];
  readonly natHost: string | undefined;
  readonly natPort: number | undefined;
  readonly preferIpVersion: 0 | 4 | 6 | undefined;
  readonly sockNoDelay: boolean;
  readonly commTimeoutMs: number;
  readonly maxRetries: number;
  readonly compression: boolean;
  /** Bytes. */
  readonly maxMessageSize: number;
  readonly serializer: SerializerName;
  readonly serializersAccepted: readonly SerializerName[];
  readonly serpentBytesRepr: boolean;
  readonly metadata: boolean;
  readonly autoproxy: boolean;
  readonly onewayThreaded: boolean;
  readonly threadpoolSize: number | undefined;
  readonly iterStreaming: boolean;
  readonly iterStreamLifetimeMs: number;
  readonly iterStreamLingerMs: number;
  /** Undefined: logging is off. */
  readonly logLevel: "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL" | undefined;
  readonly logFile: string;
  readonly logWire: boolean;
  readonly ssl: boolean;
  readonly sslServerCert: string;
  readonly sslServerKey: string;
  readonly sslServerKeyPassword: string;
  readonly sslRequireClientCert: boolean;
  readonly sslClientCert: string;
  readonly sslClientKey: string;
  readonly sslClientKeyPassword: string;
  readonly sslCaCerts: string;
}

export interface Item<K, T = K> {
  /** Python's name; the environment variable is `PYRO_` followed by this name. */
  readonly name: string;
  readonly kind: Kind<K>;
  /** Undefined if no value has the same effect as omitting the item. */
  readonly defaultValue: T;
  readonly description: string;
}

function item<K, T extends K | undefined>(
  name: string,
  kind: Kind<K>,
  defaultValue: T,
  description: string,
): Item<K, T> {
  return { name, kind, defaultValue, description };
}

/** Items that this library supports, by their field in `Config`. */
export const ITEMS: { readonly [F in keyof Config]: Item<NonNullable<Config[F]>, Config[F]> } = {
  host: item("HOST", text, "localhost", "host on which daemons and name servers listen"),
  nsHost: item("NS_HOST", text, "localhost", "host of the name server, for lookups"),
  nsPort: item("NS_PORT", integer(1, 65_535), NAME_SERVER_PORT, "port of the name server"),
  nsBcHost: item("NS_BCHOST", text, undefined, "host on which the name server listens for broadcasts; not used yet"),
  nsBcPort: item("NS_BCPORT", port, 9091, "port of these broadcasts; not used yet"),
  nsAutocleanMs: item(
    "NS_AUTOCLEAN",
    seconds(3),
    0,
    "how often the name server removes unreachable objects; 0: never; not used yet",
  ),
  nsLookupDelayMs: item(
    "NS_LOOKUP_DELAY",
    seconds(),
    0,
    "how long a lookup waits for a name that is not registered yet",
  ),
  broadcastAddrs: item("BROADCAST_ADDRS", texts, ["<broadcast>", "0.0.0.0"], "addresses for broadcasts; not used yet"),
  natHost: item("NATHOST", text, undefined, "host in the URIs of daemons behind network address translation"),
  natPort: item("NATPORT", port, undefined, "port in these URIs"),
  preferIpVersion: item("PREFER_IP_VERSION", oneOf([0, 4, 6]), undefined, "4: IPv4 first; 6: only IPv6; 0: either"),
  sockNoDelay: item("SOCK_NODELAY", flag, true, "send small messages without delay (TCP_NODELAY); off in Python"),
  commTimeoutMs: item("COMMTIMEOUT", seconds(), 0, "timeout of a call; 0: none"),
  maxRetries: item("MAX_RETRIES", integer(0, 1_000), 0, "how often a call is repeated after its connection broke"),
  compression: item("COMPRESSION", flag, false, "compress large payloads"),
  maxMessageSize: item(
    "MAX_MESSAGE_SIZE",
    byteLimit,
    DEFAULT_LIMITS.maxMessageBytes,
    "maximum bytes of a message; 0: no limit, which is Pyro4's default",
  ),
  serializer: item("SERIALIZER", oneOf(SERIALIZERS), "serpent", "serializer of proxies"),
  serializersAccepted: item("SERIALIZERS_ACCEPTED", serializers, SERIALIZERS, "serializers that daemons accept"),
  serpentBytesRepr: item("SERPENT_BYTES_REPR", flag, false, "write bytes as `b'...'` in serpent"),
  metadata: item("METADATA", flag, true, "proxies request the object's members, and check names before calls"),
  autoproxy: item("AUTOPROXY", flag, true, "send registered objects as proxies"),
  onewayThreaded: item("ONEWAY_THREADED", flag, true, "run oneway calls concurrently with later calls"),
  threadpoolSize: item(
    "THREADPOOL_SIZE",
    integer(1, 1_000_000),
    undefined,
    "maximum concurrent connections of a daemon",
  ),
  iterStreaming: item("ITER_STREAMING", flag, true, "methods can return iterators"),
  iterStreamLifetimeMs: item("ITER_STREAM_LIFETIME", seconds(), 0, "maximum lifetime of an item stream; 0: no limit"),
  iterStreamLingerMs: item(
    "ITER_STREAM_LINGER",
    seconds(),
    30_000,
    "how long an item stream remains after its connection is closed",
  ),
  logLevel: item(
    "LOGLEVEL",
    oneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const),
    undefined,
    "minimum level of log entries; logging is off if omitted",
  ),
  logFile: item("LOGFILE", text, "pyro5.log", "log file; `{stderr}` is standard error"),
  logWire: item("LOGWIRE", flag, false, "also log every message, at level DEBUG"),
  ssl: item("SSL", flag, false, "use TLS for proxies and daemons"),
  sslServerCert: item("SSL_SERVERCERT", text, "", "file with a daemon's certificate"),
  sslServerKey: item("SSL_SERVERKEY", text, "", "file with its key; default: the certificate file"),
  sslServerKeyPassword: item("SSL_SERVERKEYPASSWD", text, "", "passphrase of the key"),
  sslRequireClientCert: item("SSL_REQUIRECLIENTCERT", flag, false, "require a certificate from clients"),
  sslClientCert: item("SSL_CLIENTCERT", text, "", "file with a client's certificate"),
  sslClientKey: item("SSL_CLIENTKEY", text, "", "file with its key; default: the certificate file"),
  sslClientKeyPassword: item("SSL_CLIENTKEYPASSWD", text, "", "passphrase of the key"),
  sslCaCerts: item("SSL_CACERTS", text, "", "trusted certificate authorities: a file, or a folder of files"),
};

const TOOLS = "only read by the tools that use it";
const PYTHON = "specific to Python";

/** Pyro's items that have no effect in this library, with the reason. */
export const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  SERVERTYPE: "daemons serve all clients concurrently, without threads",
  THREADPOOL_SIZE_MIN: "there are no threads",
  POLLTIMEOUT: "there is no polling",
  SOCK_REUSE: "always on",
  REQUIRE_EXPOSE: "only exposed members are served: use `exposeAll`",
  DETAILED_TRACEBACK: "JavaScript engines do not provide the variables of stack frames",
  FLAME_ENABLED: "Flame is not supported",
  PICKLE_PROTOCOL_VERSION: "pickle is not supported",
  DILL_PROTOCOL_VERSION: "dill is not supported",
  JSON_MODULE: PYTHON,
  USE_MSG_WAITALL: PYTHON,
  HMAC_KEY: TOOLS,
  HTTPGATEWAY_KEY: TOOLS,
};
