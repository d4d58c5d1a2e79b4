import type { Config } from "../config/config.ts";

/** Pyro's items for TLS; files are named by path, and "" is none (`docs/protocol.md`, sections 16 and 17). */
export interface SslItems {
  readonly ssl: boolean;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly serverKeyPassword: string;
  readonly requireClientCert: boolean;
  readonly clientCert: string;
  readonly clientKey: string;
  readonly clientKeyPassword: string;
  /** A file of certificates, or a folder of such files. */
  readonly caCerts: string;
}

/** Which addresses of a host name are used: 4 IPv4 first, 6 only IPv6, 0 in the system's order. */
export type IpVersion = 0 | 4 | 6;

/** What the configuration says of connections. */
export interface TransportItems {
  readonly ssl: SslItems;
  /** Undefined when nobody chose. */
  readonly preferIpVersion: IpVersion | undefined;
  readonly noDelay: boolean;
}

/** What a configuration says of connections. */
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

/** The same, and the same object for the same configuration, so that what is made from it can be kept. */
export function transportItems(config: Config): TransportItems {
  let items = configs.get(config);
  if (items === undefined) {
    items = transportItemsOf(config);
    configs.set(config, items);
  }
  return items;
}
