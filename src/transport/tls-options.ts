import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SecureContext, SecureContextOptions, TlsOptions } from "node:tls";
import { PyroError } from "../base/errors.ts";
import { nodeTls } from "./node-tls.ts";
import type { SslItems } from "./transport-config.ts";

/**
 * What is shown to the other side, and who is believed: Node's own names, and PEM texts or bytes as Node takes them,
 * no file names. What is left out comes from the items PYRO_SSL_..., which are files.
 */
interface Credentials {
  /** The certificates of those who may vouch for the other side. */
  readonly ca?: SecureContextOptions["ca"];
  /** The own certificate, with those between it and the authority's. */
  readonly cert?: SecureContextOptions["cert"];
  /** Default: it stands in `cert` too. */
  readonly key?: SecureContextOptions["key"];
  readonly passphrase?: string;
}

/** TLS of a client. */
export interface ClientTlsOptions extends Credentials {
  /** The host that the server's certificate must be for. Default: the one in the URI. */
  readonly servername?: string;
  /** False: whoever answers is believed. For tests only; the process warns of it. Default true. */
  readonly rejectUnauthorized?: boolean;
}

/** TLS of a daemon. */
export interface ServerTlsOptions extends Credentials {
  /** Ask clients for a certificate that one of `ca` vouches for. Default: PYRO_SSL_REQUIRECLIENTCERT. */
  readonly requestCert?: boolean;
  /** False: a client without a good certificate comes in too; the handshake's validation judges. Default true. */
  readonly rejectUnauthorized?: boolean;
}

/** How a client speaks TLS; `context` serves all its connections. */
export interface ClientTls {
  readonly context: SecureContext;
  readonly servername: string | undefined;
  readonly rejectUnauthorized: boolean;
  /** Whether there is something to show to a server that asks. */
  readonly certified: boolean;
}

/** How a daemon speaks TLS. */
export interface ServerTls {
  readonly options: TlsOptions;
  /** Whether clients need a certificate that is vouched for. */
  readonly certificateRequired: boolean;
}

/** False: no TLS, whatever the items say; true: TLS as the items say; undefined: if the item SSL says so. */
type TlsOption<T> = T | boolean | undefined;

const made = new WeakMap<object, ClientTls>();
let warned = false;

/**
 * What a client needs for TLS; undefined without TLS. The same options object gives the same result.
 *
 * @throws {PyroError} code PYRO_TLS_OPTIONS for what is no certificate or no key, PYRO_CONFIG for an item's file that
 *   cannot be read.
 */
export function clientTls(given: TlsOption<ClientTlsOptions>, items: SslItems): ClientTls | undefined {
  if (given === false || (given === undefined && !items.ssl)) return undefined;
  const options = typeof given === "object" ? given : {};
  const identity = typeof given === "object" ? given : items;
  const known = made.get(identity);
  if (known !== undefined) return known;
  const own = { cert: items.clientCert, key: items.clientKey, password: items.clientKeyPassword };
  const { rejectUnauthorized = true } = options;
  const all = credentials(options, items, own, "CLIENT");
  const tls: ClientTls = {
    context: checked(() => nodeTls().createSecureContext(all)),
    servername: options.servername,
    rejectUnauthorized,
    certified: all.cert !== undefined,
  };
  if (!rejectUnauthorized && !warned) {
    warned = true;
    process.emitWarning("tls with rejectUnauthorized: false: anyone on the way can answer in the server's place", {
      code: "PYRO_TLS_UNVERIFIED",
    });
  }
  made.set(identity, tls);
  return tls;
}

/**
 * What a daemon needs for TLS; undefined without TLS.
 *
 * @throws {PyroError} code PYRO_TLS_OPTIONS or PYRO_CONFIG, as `clientTls`.
 */
export function serverTls(given: TlsOption<ServerTlsOptions>, items: SslItems): ServerTls | undefined {
  if (given === false || (given === undefined && !items.ssl)) return undefined;
  const options = typeof given === "object" ? given : {};
  const own = { cert: items.serverCert, key: items.serverKey, password: items.serverKeyPassword };
  const all = credentials(options, items, own, "SERVER");
  if (all.cert === undefined) {
    throw unusable("a daemon needs a certificate: cert and key, or PYRO_SSL_SERVERCERT and PYRO_SSL_SERVERKEY");
  }
  const { requestCert = items.requireClientCert, rejectUnauthorized = true } = options;
  const certificateRequired = requestCert && rejectUnauthorized;
  if (certificateRequired && all.ca === undefined) {
    // Node and Python would then take a certificate of any public authority, which anyone can have.
    throw unusable("to ask clients for a certificate, tell who may vouch for them: ca, or PYRO_SSL_CACERTS");
  }
  checked(() => nodeTls().createSecureContext(all));
  // Judged by the listener itself, which can tell the client in Pyro's words why it is refused.
  return { options: { ...all, requestCert, rejectUnauthorized: false }, certificateRequired };
}

interface Own {
  readonly cert: string;
  readonly key: string;
  readonly password: string;
}

function credentials(options: Credentials, items: SslItems, own: Own, side: "CLIENT" | "SERVER"): SecureContextOptions {
  const all: SecureContextOptions = {};
  const ca = options.ca ?? (items.caCerts === "" ? undefined : certificatesIn(items.caCerts));
  if (ca !== undefined) all.ca = mustBePem(ca, "ca");
  if (options.cert !== undefined || options.key !== undefined) {
    if (options.cert === undefined) throw unusable("there is a key, but no cert that it belongs to");
    all.cert = mustBePem(options.cert, "cert");
    all.key = options.key ?? keyIn(options.cert);
    if (options.passphrase !== undefined) all.passphrase = options.passphrase;
  } else if (own.cert !== "") {
    all.cert = contents(own.cert, `SSL_${side}CERT`);
    all.key = own.key === "" ? keyIn(all.cert) : contents(own.key, `SSL_${side}KEY`);
    if (own.password !== "") all.passphrase = own.password;
  }
  return all;
}

function contents(path: string, item: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new PyroError(`PYRO_${item}=${path}: cannot be read`, { code: "PYRO_CONFIG", cause });
  }
}

/** A file of certificates, or a folder of such files, as OpenSSL takes both. */
function certificatesIn(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [contents(path, "SSL_CACERTS")];
    return readdirSync(path)
      .map((name) => join(path, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file, "utf8"))
      .filter((text) => text.includes("-----BEGIN"));
  } catch (cause) {
    if (cause instanceof PyroError) throw cause;
    throw new PyroError(`PYRO_SSL_CACERTS=${path}: cannot be read`, { code: "PYRO_CONFIG", cause });
  }
}

type Pem = NonNullable<SecureContextOptions["ca"]>;

function texts(given: Pem): string[] {
  return (Array.isArray(given) ? given : [given]).map((one) => (typeof one === "string" ? one : decode(one)));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Node takes text without any certificate in it for an empty list, and then believes nobody. */
function mustBePem<T extends Pem>(given: T, name: string): T {
  for (const text of texts(given)) {
    if (!text.includes("-----BEGIN")) {
      throw unusable(`${name} holds no certificate: it takes PEM (-----BEGIN CERTIFICATE-----...), no file name`);
    }
    checked(() => new (process.getBuiltinModule("node:crypto").X509Certificate)(text));
  }
  return given;
}

/** The key that stands beside its certificate. */
function keyIn(cert: Pem): string {
  const key = texts(cert).find((text) => text.includes("PRIVATE KEY-----"));
  if (key === undefined) throw unusable("there is a cert, but no key for it");
  return key;
}

function checked<R>(make: () => R): R {
  try {
    return make();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const reasons: readonly (readonly [RegExp, string])[] = [
      [/MISMATCH/, "key and cert do not belong together"],
      [/BAD_DECRYPT|MISSING_PASSPHRASE|INTERRUPTED|BAD_PASSWORD/, "the key needs a passphrase, or another one"],
      [/./, `cert, key or ca cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`],
    ];
    throw unusable(reasons.find(([pattern]) => pattern.test(code))?.[1] ?? String(cause), cause);
  }
}

function unusable(text: string, cause?: unknown): PyroError {
  return new PyroError(`tls: ${text}`, { code: "PYRO_TLS_OPTIONS", cause });
}
