import type { Config } from "../config/items.ts";

/** Pyro's items for TLS. Files are paths; "" means not set (`docs/protocol.md`, sections 16 and 17). */
export interface SslItems {
  readonly ssl: boolean;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly serverKeyPassword: string;
  readonly requireClientCert: boolean;
  readonly clientCert: string;
  readonly clientKey: string;
  readonly clientKeyPassword: string;
  /** A file of CA certificates, or a directory of such files. */
  readonly caCerts: string;
}

/** The addresses of a host name to use. 4: IPv4 first. 6: IPv6 only. 0: the system's order. */
export type IpVersion = 0 | 4 | 6;

/** The configuration items for connections. */
export interface TransportItems {
  readonly ssl: SslItems;
  /** Undefined if not configured. */
  readonly preferIpVersion: IpVersion | undefined;
  readonly noDelay: boolean;
}

/** Reads the connection items of a configuration. */
export function transportItemsOf(from: Config): TransportItems {
  return {
    ssl: {
      ssl: from.ssl,
      serverCert: from.sslServerCert,
      serverKey: from.sslServerKey,
      serverKeyPassword: from.sslServerKeyPassword,
      requireClientCert: from.sslRequireClientCert,
      clientCert: from.sslClientCert,
      clientKey: from.sslClientKey,
      clientKeyPassword: from.sslClientKeyPassword,
      caCerts: from.sslCaCerts,
    },
    preferIpVersion: from.preferIpVersion,
    noDelay: from.sockNoDelay,
  };
}

const configs = new WeakMap<Config, TransportItems>();

/** Like `transportItemsOf`, but returns the same object for the same configuration, so that it can be a cache key. */
export function transportItems(config: Config): TransportItems {
  let items = configs.get(config);
  if (items === undefined) {
    items = transportItemsOf(config);
    configs.set(config, items);
  }
  return items;
}
