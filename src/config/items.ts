/**
 * Pyro's configuration items (`Pyro4 4.82, configuration.py`; `Pyro5 5.15, configure.py`). The page `docs/config.md` is
 * made of this table.
 */

import { DEFAULT_LIMITS } from "../base/limits.ts";
import { NAME_SERVER_PORT } from "../base/pyro-names.ts";
import { SERIALIZERS, type SerializerName } from "../base/serializer-names.ts";
import { byteLimit, flag, integer, type Kind, oneOf, port, seconds, serializers, text, texts } from "./kinds.ts";

/** The configuration. Times are in milliseconds; what each item is for stands in `docs/config.md`. */
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
  /** Undefined: nothing is logged. */
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
  /** Python's name; the variable is `PYRO_` and this. */
  readonly name: string;
  readonly kind: Kind<K>;
  /** Undefined: to leave it out is not the same as to say any value of it. */
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

/** Items that mean something here, by their names here. */
export const ITEMS: { readonly [F in keyof Config]: Item<NonNullable<Config[F]>, Config[F]> } = {
  host: item("HOST", text, "localhost", "where daemons and name servers listen"),
  nsHost: item("NS_HOST", text, "localhost", "where the name server is looked for"),
  nsPort: item("NS_PORT", integer(1, 65_535), NAME_SERVER_PORT, "where the name server listens, and is looked for"),
  nsBcHost: item("NS_BCHOST", text, undefined, "where the name server listens for broadcasts; not used yet"),
  nsBcPort: item("NS_BCPORT", port, 9091, "the port of these broadcasts; not used yet"),
  nsAutocleanMs: item(
    "NS_AUTOCLEAN",
    seconds(3),
    0,
    "how often the name server looks who is gone; 0: never; not used yet",
  ),
  nsLookupDelayMs: item("NS_LOOKUP_DELAY", seconds(), 0, "how long a name that is not registered yet is waited for"),
  broadcastAddrs: item("BROADCAST_ADDRS", texts, ["<broadcast>", "0.0.0.0"], "where broadcasts go; not used yet"),
  natHost: item("NATHOST", text, undefined, "the host in the URIs of daemons behind address translation"),
  natPort: item("NATPORT", port, undefined, "the port in them"),
  preferIpVersion: item("PREFER_IP_VERSION", oneOf([0, 4, 6]), undefined, "4: IPv4 first; 6: only IPv6; 0: either"),
  sockNoDelay: item("SOCK_NODELAY", flag, true, "small messages leave at once; off in Python"),
  commTimeoutMs: item("COMMTIMEOUT", seconds(), 0, "how long a call may take; 0: for ever"),
  maxRetries: item("MAX_RETRIES", integer(0, 1_000), 0, "how often a call whose connection broke is made again"),
  compression: item("COMPRESSION", flag, false, "large payloads are sent compressed"),
  maxMessageSize: item(
    "MAX_MESSAGE_SIZE",
    byteLimit,
    DEFAULT_LIMITS.maxMessageBytes,
    "bytes of a message; 0: no limit, Pyro4's default",
  ),
  serializer: item("SERIALIZER", oneOf(SERIALIZERS), "serpent", "what proxies speak"),
  serializersAccepted: item("SERIALIZERS_ACCEPTED", serializers, SERIALIZERS, "what daemons understand"),
  serpentBytesRepr: item("SERPENT_BYTES_REPR", flag, false, "bytes travel as `b'...'` in serpent"),
  metadata: item("METADATA", flag, true, "proxies ask what the object has, and check names before they call"),
  autoproxy: item("AUTOPROXY", flag, true, "registered objects travel as proxies"),
  onewayThreaded: item("ONEWAY_THREADED", flag, true, "oneway calls run beside what comes behind them"),
  threadpoolSize: item("THREADPOOL_SIZE", integer(1, 1_000_000), undefined, "connections of a daemon at a time"),
  iterStreaming: item("ITER_STREAMING", flag, true, "methods may give iterators"),
  iterStreamLifetimeMs: item("ITER_STREAM_LIFETIME", seconds(), 0, "how long an item stream lives; 0: to its end"),
  iterStreamLingerMs: item("ITER_STREAM_LINGER", seconds(), 30_000, "how long it outlives its connection"),
  logLevel: item(
    "LOGLEVEL",
    oneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const),
    undefined,
    "what is logged: this and worse; left out: nothing",
  ),
  logFile: item("LOGFILE", text, "pyro5.log", "where to; `{stderr}` is the standard error output"),
  logWire: item("LOGWIRE", flag, false, "every message is logged too, at DEBUG"),
  ssl: item("SSL", flag, false, "TLS for proxies and daemons"),
  sslServerCert: item("SSL_SERVERCERT", text, "", "a daemon's certificate, a file"),
  sslServerKey: item("SSL_SERVERKEY", text, "", "its key; default: it stands in the same file"),
  sslServerKeyPassword: item("SSL_SERVERKEYPASSWD", text, "", "the key's passphrase"),
  sslRequireClientCert: item("SSL_REQUIRECLIENTCERT", flag, false, "clients need a certificate"),
  sslClientCert: item("SSL_CLIENTCERT", text, "", "a client's certificate, a file"),
  sslClientKey: item("SSL_CLIENTKEY", text, "", "its key; default: it stands in the same file"),
  sslClientKeyPassword: item("SSL_CLIENTKEYPASSWD", text, "", "the key's passphrase"),
  sslCaCerts: item("SSL_CACERTS", text, "", "who may vouch for the other side: a file, or a folder of files"),
};

const TOOLS = "read by the tools that need it";
const PYTHON = "about Python's own ways";

/** Names that Pyro knows, and that change nothing here, with the reason. */
export const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  SERVERTYPE: "every daemon serves all its clients at once, without threads",
  THREADPOOL_SIZE_MIN: "there are no threads",
  POLLTIMEOUT: "nothing is polled",
  SOCK_REUSE: "always on",
  REQUIRE_EXPOSE: "what is not exposed is never served: use `exposeAll`",
  DETAILED_TRACEBACK: "no engine tells what the variables of a frame held",
  FLAME_ENABLED: "there is no Flame",
  PICKLE_PROTOCOL_VERSION: "pickle is not spoken",
  DILL_PROTOCOL_VERSION: "dill is not spoken",
  JSON_MODULE: PYTHON,
  USE_MSG_WAITALL: PYTHON,
  HMAC_KEY: TOOLS,
  HTTPGATEWAY_KEY: TOOLS,
};
