import { BaseDaemon } from "../daemon/daemon.ts";
import type { DaemonOptions } from "../daemon/daemon-options.ts";
import { proxyMaker } from "./proxy.ts";

/**
 * Serves Pyro objects on one address, for Pyro4 and Pyro5 clients.
 *
 *     await using daemon = await Daemon.listen({ host: "10.133.1.220" });
 *     const uri = daemon.register(new Warehouse());
 *
 * A process can run any number of daemons.
 */
export class Daemon extends BaseDaemon {
  /**
   * Starts a daemon.
   *
   * @throws {CommunicationError} code PYRO_CANNOT_LISTEN, when it cannot listen on the address.
   * @throws {SerializeError} for unknown names in `serializers`.
   */
  static async listen(options: DaemonOptions = {}): Promise<Daemon> {
    return new Daemon(options, proxyMaker(options)).start();
  }
}
