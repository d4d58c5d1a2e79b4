import { NamingError } from "../base/errors.ts";
import { configurationOf } from "../config/config.ts";
import { logOf } from "../diagnostics/log.ts";
import { createProxy } from "../proxy/js-proxy.ts";
import { proxySettings } from "../proxy/proxy-options.ts";
import { type ConnectionOptions, connectionOptions } from "../session/session-options.ts";
import { keepProxyState } from "../values/proxy-state.ts";
import { NameServerClient, nameServerUri } from "./name-server-client.ts";
import { nameServerContract } from "./name-server-contract.ts";

/** Where the name server is, and how to connect to it. */
export interface LocateOptions extends ConnectionOptions {
  /** Default: PYRO_NS_HOST, else localhost. */
  readonly host?: string | undefined;
  /** Default: PYRO_NS_PORT, else 9090. */
  readonly port?: number | undefined;
}

const LOOPBACK = /^(localhost|::1|127\..*)$/;

/**
 * Finds the name server and connects to it (`Pyro5 5.15, core.py`, locate_ns).
 *
 * @throws {NamingError} `Failed to locate the nameserver: REASON`, with the error as `cause`.
 */
export async function locateNameServer(options: LocateOptions = {}): Promise<NameServerClient> {
  // A name server's URI has its location, so nothing is resolved, and proxies that it has only pass through.
  const settings = proxySettings(connectionOptions(options), async (uri) => uri, keepProxyState);
  const config = configurationOf(settings.environment).current;
  const host = options.host ?? config.nsHost;
  const port = options.port ?? config.nsPort;
  // Debian maps a machine's own name to 127.0.1.1 in /etc/hosts. Pyro tries that address too.
  const hosts = options.host === undefined && LOOPBACK.test(host) ? [host, "127.0.1.1"] : [host];
  let failure: unknown;
  for (const one of hosts) {
    logOf(settings.environment).write("DEBUG", "pyro.naming", () => `looking for the name server at ${one}:${port}`);
    const uri = nameServerUri(one, port);
    const client = new NameServerClient(uri, createProxy(uri, nameServerContract, settings));
    try {
      await client.connect();
      return client;
    } catch (error) {
      failure ??= error;
    }
  }
  const reason = failure instanceof Error ? failure.message : String(failure);
  throw new NamingError(`Failed to locate the nameserver: ${reason}`, { code: "PYRO_NO_NAME_SERVER", cause: failure });
}
