import type { Duplex } from "node:stream";
import { type Environment, processEnvironment } from "../base/environment.ts";
import type { Limits } from "../base/limits.ts";
import type { SerializerName } from "../base/serializer-names.ts";
import type { CallContext, ConnectionInfo } from "../diagnostics/call-context.ts";
import type { ServerTlsOptions } from "../transport/tls-options.ts";
import type { Transport } from "../transport/transport.ts";
import type { DaemonObject, DaemonView } from "./daemon-object.ts";
import type { StreamOptions } from "./item-streams.ts";

/** A call whose method threw an exception. */
export interface FailedCall {
  readonly objectId: string;
  /** The name on the wire. */
  readonly method: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly context: CallContext;
}

/** Options of a daemon. Omitted ones come from the configuration. */
export interface DaemonOptions {
  /** The host name or address to listen on; `0.0.0.0` for all IPv4 addresses. Default: PYRO_HOST, else localhost. */
  readonly host?: string;
  /** The port to listen on. Default: 0, the system chooses a free one. */
  readonly port?: number;
  /** Listen on a Unix socket with this path instead of a TCP port. */
  readonly unixSocket?: string;
  /**
   * Serve this existing connection instead of listening: one end of a socket pair, or any stream to a client that uses
   * its `socket` option. There is no handshake. The stream stays open when the daemon closes. `loop` resolves when it
   * ends.
   */
  readonly connectedSocket?: Duplex;
  /**
   * The host in URIs, for daemons behind address translation. Default: PYRO_NATHOST, else `host`, or this machine's
   * address if `host` is a wildcard.
   */
  readonly natHost?: string;
  /** The port in URIs; 0: the port that the daemon listens on. Default: PYRO_NATPORT, else 0. */
  readonly natPort?: number;
  /** Accept only TLS connections. `true` uses the PYRO_SSL_... items. Default: PYRO_SSL. */
  readonly tls?: ServerTlsOptions | boolean;
  /**
   * Compress large results if that makes them smaller. Compressed calls are always accepted. Default: PYRO_COMPRESSION.
   */
  readonly compression?: boolean;
  /**
   * The key that signs all messages in both directions. A string is encoded as UTF-8. Only Pyro4 (or pyro-ts) clients
   * with the same key can connect. Pyro5 has no signatures, so prefer TLS.
   */
  readonly hmacKey?: string | Uint8Array;
  readonly limits?: Partial<Limits>;
  /**
   * The serializers that clients may use. Other clients are rejected in the handshake. Default:
   * PYRO_SERIALIZERS_ACCEPTED, else serpent, json, marshal and msgpack. Pyro4's default has no msgpack, because Python
   * may not have it installed. pickle is not supported, because it runs the sender's code.
   */
  readonly serializers?: readonly SerializerName[];
  /** Read floats as PyFloat and dicts as Map, so that values keep their types when sent back. Default: false. */
  readonly lossless?: boolean;
  /** Milliseconds for the handshake of a new connection; 0: no limit. Default: 30,000. */
  readonly handshakeTimeoutMs?: number;
  /** Milliseconds after which a connection without traffic and running calls is closed. Default: 0, never. */
  readonly idleTimeoutMs?: number;
  /**
   * The maximum number of open connections. Further clients are rejected with `no free workers, increase server
   * threadpool size`, as in Pyro's threaded server. Default: PYRO_THREADPOOL_SIZE, else no limit: an idle connection
   * needs a few kilobytes and no thread.
   */
  readonly maxConnections?: number;
  /** The maximum number of running calls per connection. Further calls wait, with back-pressure. Default: 1,000. */
  readonly maxCallsInFlight?: number;
  /**
   * How oneway calls run. "concurrent": the next call starts while a oneway call runs, as in Pyro5 (which uses a
   * thread). "ordered": the next call waits until the oneway call has finished, as in Pyro4 with ONEWAY_THREADED off.
   * Default: "ordered" if PYRO_ONEWAY_THREADED is off, else "concurrent".
   */
  readonly oneway?: "concurrent" | "ordered";
  /** Milliseconds that running calls have to finish when the daemon closes. Default: 3,000. */
  readonly drainMs?: number;
  /**
   * Checks the handshake data of a client and returns the value to answer with, or a promise of it. Throw to reject the
   * client; it receives the message of the error. Default: accepts every client with "hello".
   */
  readonly validateHandshake?: (data: unknown, connection: ConnectionInfo) => unknown;
  /** Called once for each client that had completed the handshake, after it has disconnected. */
  readonly onDisconnect?: (connection: ConnectionInfo) => unknown;
  /**
   * Called for every exception that a method throws, before the reply is sent; also for oneway and batched calls
   * (`Pyro5 5.15, server.py`, methodcall_error_handler).
   */
  readonly onMethodError?: (error: Error, call: FailedCall) => void;
  /** Annotations to add to every reply, also to handshakes and errors. Keys are ids of four ASCII characters. */
  readonly annotations?: ReadonlyMap<string, Uint8Array> | (() => ReadonlyMap<string, Uint8Array>);
  /** Called every `housekeepingMs` while the daemon runs. If it returns a promise, the next call waits for it. */
  readonly housekeeping?: () => unknown;
  /** Milliseconds between two calls of `housekeeping`. Default: 2,000. */
  readonly housekeepingMs?: number;
  /** The class to serve as `Pyro.Daemon`. Default: `DaemonObject`. */
  readonly daemonObject?: new (
    daemon: DaemonView,
  ) => DaemonObject;
  /** Send objects that are registered here as proxies in arguments and results. Default: PYRO_AUTOPROXY, else true. */
  readonly autoproxy?: boolean;
  /** How iterators that methods return are sent as item streams. */
  readonly streaming?: StreamOptions;
  /** How connections are accepted. Default: TCP, Unix socket or TLS, depending on the other options. */
  readonly transport?: Transport;
  /** Clock, timers, randomness and state of the process; for tests. Default: this process. */
  readonly environment?: Environment;
  /**
   * Called for errors that no caller receives: invalid messages, failed oneway calls and callbacks, failed hooks.
   * `client` is the client's address, "listener", "stream" or "daemon".
   */
  readonly onError?: (error: Error, client: string) => void;
}

export function environmentOf({ environment = processEnvironment }: DaemonOptions): Environment {
  return environment;
}
