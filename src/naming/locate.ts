import { NamingError } from "../base/errors.ts";
import { config } from "../config/config.ts";
import { log } from "../diagnostics/log.ts";
import type { RemoteOptions } from "../proxy/call-settings.ts";
import { createProxy } from "../proxy/js-proxy.ts";
import type { ClientTlsOptions } from "../transport/tls-options.ts";
import { NameServerClient, nameServerUri } from "./name-server-client.ts";
import { nameServerContract } from "./name-server-contract.ts";

export interface LocateOptions {
  /** Default: PYRO_NS_HOST, else localhost. */
  readonly host?: string | undefined;
  /** Default: PYRO_NS_PORT, else 9090. */
  readonly port?: number | undefined;
  /** Timeout of each step, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** TLS options, as for a proxy. Default: PYRO_SSL. */
  readonly tls?: ClientTlsOptions | boolean | undefined;
  /** HMAC key of a Pyro4 name server, as for a proxy. */
  readonly hmacKey?: string | Uint8Array | undefined;
}

const LOOPBACK = /^(localhost|::1|127\..*)$/;

/**
 * Finds the name server and connects to it (`Pyro5 5.15, core.py`, locate_ns).
 *
 * @throws {NamingError} `Failed to locate the nameserver: REASON`, with the error as `cause`.
 */
export async function locateWith(options: LocateOptions, remote: RemoteOptions): Promise<NameServerClient> {
  const host = options.host ?? config.nsHost;
  const port = options.port ?? config.nsPort;
  // Debian maps a machine's own name to 127.0.1.1 in /etc/hosts. Pyro tries that address too.
  const hosts = options.host === undefined && LOOPBACK.test(host) ? [host, "127.0.1.1"] : [host];
  let failure: unknown;
  for (const one of hosts) {
    log("DEBUG", "pyro.naming", () => `looking for the name server at ${one}:${port}`);
    const uri = nameServerUri(one, port);
    const client = new NameServerClient(uri, createProxy(uri, nameServerContract, remote));
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
