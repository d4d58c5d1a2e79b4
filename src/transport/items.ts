import { PyroError } from "../errors.ts";

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

type Environment = Readonly<Record<string, string | undefined>>;

function flag(env: Environment, name: string, usual: boolean): boolean {
  const value = env[`PYRO_${name}`]?.toLowerCase() ?? "";
  if (value === "") return usual;
  if (["1", "yes", "on", "true"].includes(value)) return true;
  if (["0", "no", "off", "false"].includes(value)) return false;
  const wanted = "must be one of 1, yes, on, true, 0, no, off, false";
  throw new PyroError(`PYRO_${name}=${value}: ${wanted}`, { code: "PYRO_CONFIG" });
}

function ipVersion(env: Environment): IpVersion | undefined {
  const name = "PREFER_IP_VERSION";
  const value = env[`PYRO_${name}`] ?? "";
  if (value === "") return undefined;
  if (value === "0" || value === "4" || value === "6") return Number(value) as IpVersion;
  throw new PyroError(`PYRO_${name}=${value}: must be one of 0, 4, 6`, { code: "PYRO_CONFIG" });
}

/**
 * Reads the items that are about connections from an environment.
 *
 * @throws {PyroError} code PYRO_CONFIG, naming the variable, for a value that is none.
 */
export function readTransportItems(env: Environment): TransportItems {
  const text = (name: string): string => env[`PYRO_SSL_${name}`] ?? "";
  return {
    ssl: {
      ssl: flag(env, "SSL", false),
      serverCert: text("SERVERCERT"),
      serverKey: text("SERVERKEY"),
      serverKeyPassword: text("SERVERKEYPASSWD"),
      requireClientCert: flag(env, "SSL_REQUIRECLIENTCERT", false),
      clientCert: text("CLIENTCERT"),
      clientKey: text("CLIENTKEY"),
      clientKeyPassword: text("CLIENTKEYPASSWD"),
      caCerts: text("CACERTS"),
    },
    preferIpVersion: ipVersion(env),
    // Pyro has it off; a call is one small write, which must not wait for more.
    noDelay: flag(env, "SOCK_NODELAY", true),
  };
}

let items: TransportItems | undefined;

/** This process's items, read once. */
export function transportItems(): TransportItems {
  items ??= readTransportItems(process.env);
  return items;
}
