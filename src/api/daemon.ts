import { BaseDaemon } from "../daemon/daemon.ts";
import type { DaemonOptions } from "../daemon/daemon-options.ts";
import { proxyMaker } from "./proxy.ts";

/**
 * Serves Pyro objects on one address, to Pyro4 and Pyro5 clients alike.
 *
 *     await using daemon = await Daemon.listen({ host: "10.133.1.220" });
 *     const uri = daemon.register(new Warehouse());
 *
 * A process can run any number of daemons: Node's event loop serves them all.
 */
export class Daemon extends BaseDaemon {
  /**
   * Starts a daemon.
   *
   * @throws {CommunicationError} when it cannot listen there.
   * @throws {SerializeError} for unknown names in `serializers`.
   */
  static async listen(options: DaemonOptions = {}): Promise<Daemon> {
    return new Daemon(options, proxyMaker(options)).start();
  }
}
