import { NAME_SERVER_OBJECT_ID } from "../base/pyro-names.ts";
import { configurationOf } from "../config/config.ts";
import { type DaemonOptions, environmentOf } from "../daemon/daemon-options.ts";
import { NameServer } from "../naming/name-server.ts";
import type { Storage } from "../naming/storage.ts";
import type { URI } from "../values/uri.ts";
import { Daemon } from "./daemon.ts";

/** Options of `startNameServer`, in addition to those of its daemon. */
export interface NameServerOptions extends DaemonOptions {
  /** The port to listen on; 0: the system chooses a free one. Default: PYRO_NS_PORT, else 9090. */
  readonly port?: number;
  /** Where registrations are kept. Default: in memory. */
  readonly storage?: Storage;
}

/** A running name server. */
export interface RunningNameServer extends AsyncDisposable {
  readonly uri: URI;
  readonly daemon: Daemon;
  readonly nameServer: NameServer;
  /** Closes its daemon: connections end, and the port is free. */
  close(): Promise<void>;
}

/**
 * Starts a name server, for Pyro4 and Pyro5 clients on one port.
 *
 * @throws {CommunicationError} code PYRO_CANNOT_LISTEN, when it cannot listen on the address.
 */
export async function startNameServer(options: NameServerOptions = {}): Promise<RunningNameServer> {
  const { storage, ...rest } = options;
  const daemon = await Daemon.listen({
    ...rest,
    port: options.port ?? configurationOf(environmentOf(rest)).current.nsPort,
  });
  const nameServer = new NameServer(storage);
  const uri = daemon.register(nameServer, NAME_SERVER_OBJECT_ID);
  nameServer.registerItself(uri);
  const close = (): Promise<void> => daemon.close();
  return { uri, daemon, nameServer, close, [Symbol.asyncDispose]: close };
}
