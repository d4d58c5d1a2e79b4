import type { Duplex } from "node:stream";
import { type Environment, processEnvironment } from "../base/environment.ts";
import type { Limits } from "../base/limits.ts";
import type { SerializerName } from "../base/serializer-names.ts";
import type { CallContext, ConnectionInfo } from "../diagnostics/call-context.ts";
import type { ServerTlsOptions } from "../transport/tls-options.ts";
import type { Transport } from "../transport/transport.ts";
import type { DaemonObject, DaemonView } from "./daemon-object.ts";
import type { StreamOptions } from "./item-streams.ts";

/** A call whose method threw. */
export interface FailedCall {
  readonly objectId: string;
  /** By its name on the wire. */
  readonly method: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly context: CallContext;
}

/** Options of a daemon. Omitted ones come from the configuration. */
export interface DaemonOptions {
  /** Where to listen: a host name or address; `0.0.0.0` for all. Default: PYRO_HOST, else localhost. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** Listen on a Unix socket of this path instead. */
  readonly unixSocket?: string;
  /**
   * Serve this one connection, and listen nowhere: one end of a socket pair, or any stream that leads to a client which
   * has such a connection too. There is no handshake. It stays open when the daemon closes; `loop` ends with it.
   */
  readonly connectedSocket?: Duplex;
  /**
   * The host that goes into URIs, for daemons behind address translation. Default: PYRO_NATHOST, else the host as
   * given, else, for a wildcard, this machine's own address.
   */
  readonly natHost?: string;
  /** The port that goes into URIs; 0 or left out: the one listened on. Default: PYRO_NATPORT. */
  readonly natPort?: number;
  /** Speak TLS, and nothing else; true: as the items PYRO_SSL_... say. Default: PYRO_SSL. */
  readonly tls?: ServerTlsOptions | boolean;
  /** Send large results compressed, if that makes them smaller. Calls may come compressed in any case. Default: PYRO_COMPRESSION. */
  readonly compression?: boolean;
  /**
   * The key with which all messages are signed, in both directions; text is taken as UTF-8. Only Pyro4 clients with the
   * same key come in then, for Pyro5 has no signatures: prefer TLS.
   */
  readonly hmacKey?: string | Uint8Array;
  readonly limits?: Partial<Limits>;
  /**
   * What clients may speak; others are told so in the handshake, and disconnected. Default: PYRO_SERIALIZERS_ACCEPTED,
   * else all four. Pyro4 leaves msgpack out because Python may lack it, and pickle because it runs the sender's code;
   * here all four are there, and none runs anything.
   */
  readonly serializers?: readonly SerializerName[];
  /** Read floats as PyFloat and dicts as Map, so that what is given back is the very same in Python. Default false. */
  readonly lossless?: boolean;
  /** Milliseconds that a new connection has for its handshake. Default 30,000; 0: no limit. */
  readonly handshakeTimeoutMs?: number;
  /** Milliseconds after which a connection is closed that sends nothing and waits for nothing. Default 0: never. */
  readonly idleTimeoutMs?: number;
  /**
   * Connections at a time; one more is told `no free workers, increase server threadpool size`, as Pyro's threaded server
   * does. Default: PYRO_THREADPOOL_SIZE, else no limit, for an idle connection costs a few kilobytes and no thread.
   */
  readonly maxConnections?: number;
  /** Calls of one connection that may run at once; others wait, and soon are not read, until one ends. Default 1,000. */
  readonly maxCallsInFlight?: number;
  /**
   * When a oneway call runs. "concurrent", the default unless PYRO_ONEWAY_THREADED is off: beside the calls behind it, as in Pyro5 (in a thread there).
   * "ordered": those behind it wait until it is over, as in Pyro4 with ONEWAY_THREADED off.
   */
  readonly oneway?: "concurrent" | "ordered";
  /** Milliseconds that running calls get when the daemon closes. Default 3,000. */
  readonly drainMs?: number;
  /**
   * Judges the data of a client's handshake, and gives the answer, or a promise of it. What it throws rejects the
   * connection: its text is what the client sees. Default: "hello" for everybody.
   */
  readonly validateHandshake?: (data: unknown, connection: ConnectionInfo) => unknown;
  /** Hears that a client is gone: once for each that got through its handshake. */
  readonly onDisconnect?: (connection: ConnectionInfo) => unknown;
  /**
   * Hears of each exception that a method throws, oneway ones and those in batches too, before it is answered
   * (`Pyro5 5.15, server.py`, methodcall_error_handler).
   */
  readonly onMethodError?: (error: Error, call: FailedCall) => void;
  /** Added to every reply, also to handshakes and errors: by ids of four ASCII characters. */
  readonly annotations?: ReadonlyMap<string, Uint8Array> | (() => ReadonlyMap<string, Uint8Array>);
  /** Called every `housekeepingMs` as long as the daemon runs, and not before its last promise is settled. */
  readonly housekeeping?: () => unknown;
  /** Default 2,000. */
  readonly housekeepingMs?: number;
  /** Serves `Pyro.Daemon` instead of what is there by default. */
  readonly daemonObject?: new (
    daemon: DaemonView,
  ) => DaemonObject;
  /** Whether objects of this daemon that are met in arguments and results travel as proxies. Default: PYRO_AUTOPROXY, else true. */
  readonly autoproxy?: boolean;
  /** How iterators that methods give are handed out, item by item. */
  readonly streaming?: StreamOptions;
  /**
   * Python puts local variables into tracebacks with it. Here it changes nothing: what travels is the stack, and no
   * engine tells the variables of its frames.
   */
  readonly detailedTraceback?: boolean;
  /** How connections are accepted. Default: TCP, a Unix socket or TLS, as the other options say. */
  readonly transport?: Transport;
  /** Clock, timers, randomness and state of the process; for tests. Default: this process. */
  readonly environment?: Environment;
  /**
   * Hears of what nobody else would: refused bytes, failed oneway calls and callbacks, hooks that throw. `client` is the
   * address, or "listener", or "daemon".
   */
  readonly onError?: (error: Error, client: string) => void;
}

export function environmentOf({ environment = processEnvironment }: DaemonOptions): Environment {
  return environment;
}
