import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SecureContext, SecureContextOptions, TlsOptions } from "node:tls";
import { PyroError } from "../base/errors.ts";
import { nodeTls } from "./node-tls.ts";
import type { SslItems } from "./transport-config.ts";

/**
 * Own certificate and trusted CAs. Names and values are those of Node's TLS options: PEM text or bytes, not file names.
 * Missing values are read from the files in the PYRO_SSL_... items.
 */
interface Credentials {
  /** Certificates of the CAs that are trusted to sign the peer's certificate. */
  readonly ca?: SecureContextOptions["ca"];
  /** Own certificate, followed by intermediate certificates. */
  readonly cert?: SecureContextOptions["cert"];
  /** Private key. Default: the key in `cert`. */
  readonly key?: SecureContextOptions["key"];
  readonly passphrase?: string;
}

/** TLS options of a client. */
export interface ClientTlsOptions extends Credentials {
  /** Host name that the server's certificate must be valid for. Default: the host in the URI. */
  readonly servername?: string;
  /** False accepts any server certificate. For tests only; emits a process warning. Default true. */
  readonly rejectUnauthorized?: boolean;
}

/** TLS options of a daemon. */
export interface ServerTlsOptions extends Credentials {
  /** Request client certificates signed by a CA in `ca`. Default: PYRO_SSL_REQUIRECLIENTCERT. */
  readonly requestCert?: boolean;
  /** False also accepts clients without a valid certificate; `validateHandshake` can check them. Default true. */
  readonly rejectUnauthorized?: boolean;
}

/** Prepared TLS settings of a client. All its connections share `context`. */
export interface ClientTls {
  readonly context: SecureContext;
  readonly servername: string | undefined;
  readonly rejectUnauthorized: boolean;
  /** Whether the client has a certificate. */
  readonly certified: boolean;
}

/** Prepared TLS settings of a daemon. */
export interface ServerTls {
  readonly options: TlsOptions;
  /** Whether clients need a trusted certificate. */
  readonly certificateRequired: boolean;
}

/** False disables TLS. True enables TLS with the PYRO_SSL_... items. Undefined enables it only if PYRO_SSL is set. */
type TlsOption<T> = T | boolean | undefined;

const cache = new WeakMap<object, ClientTls>();
/** Module state, because the warning is one of the process. */
let warned = false;

/**
 * Prepares the TLS settings of a client; undefined without TLS. The result is cached per options object.
 *
 * @throws {PyroError} code PYRO_TLS_OPTIONS for an invalid certificate or key, PYRO_CONFIG for an unreadable file.
 */
export function clientTls(option: TlsOption<ClientTlsOptions>, items: SslItems): ClientTls | undefined {
  if (option === false || (option === undefined && !items.ssl)) return undefined;
  const options = typeof option === "object" ? option : {};
  const cacheKey = typeof option === "object" ? option : items;
  const cached = cache.get(cacheKey);
  if (cached !== undefined) return cached;
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
    process.emitWarning("tls with rejectUnauthorized: false does not verify the server's identity", {
      code: "PYRO_TLS_UNVERIFIED",
    });
  }
  cache.set(cacheKey, tls);
  return tls;
}

/**
 * Prepares the TLS settings of a daemon; undefined without TLS.
 *
 * @throws {PyroError} code PYRO_TLS_OPTIONS or PYRO_CONFIG, as `clientTls`.
 */
export function serverTls(option: TlsOption<ServerTlsOptions>, items: SslItems): ServerTls | undefined {
  if (option === false || (option === undefined && !items.ssl)) return undefined;
  const options = typeof option === "object" ? option : {};
  const own = { cert: items.serverCert, key: items.serverKey, password: items.serverKeyPassword };
  const all = credentials(options, items, own, "SERVER");
  if (all.cert === undefined) {
    throw invalid("a daemon needs a certificate; set cert and key, or PYRO_SSL_SERVERCERT and PYRO_SSL_SERVERKEY");
  }
  const { requestCert = items.requireClientCert, rejectUnauthorized = true } = options;
  const certificateRequired = requestCert && rejectUnauthorized;
  if (certificateRequired && all.ca === undefined) {
    // Without ca, Node and Python would accept a certificate of any public CA, which anyone can get.
    throw invalid("requestCert needs a CA to check client certificates; set ca, or PYRO_SSL_CACERTS");
  }
  checked(() => nodeTls().createSecureContext(all));
  // The listener checks the certificate itself, so that it can send the client the reason in a Pyro message.
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
    if (options.cert === undefined) throw invalid("key is set, but cert is missing");
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

/** Reads certificates from a file, or from all files in a folder, as OpenSSL does. */
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

function texts(pem: Pem): string[] {
  return (Array.isArray(pem) ? pem : [pem]).map((part) => (typeof part === "string" ? part : decode(part)));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Checks that the PEM has a certificate. Node treats text without one as an empty list, and then trusts no peer. */
function mustBePem<T extends Pem>(pem: T, name: string): T {
  for (const text of texts(pem)) {
    if (!text.includes("-----BEGIN")) {
      throw invalid(`${name} contains no certificate; use PEM text (-----BEGIN CERTIFICATE-----...), not a file name`);
    }
    checked(() => new (process.getBuiltinModule("node:crypto").X509Certificate)(text));
  }
  return pem;
}

/** The private key in the same PEM text as the certificate. */
function keyIn(cert: Pem): string {
  const key = texts(cert).find((text) => text.includes("PRIVATE KEY-----"));
  if (key === undefined) throw invalid("cert is set, but key is missing");
  return key;
}

function checked<R>(make: () => R): R {
  try {
    return make();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const reasons: readonly (readonly [RegExp, string])[] = [
      [/MISMATCH/, "key and cert do not match"],
      [/BAD_DECRYPT|MISSING_PASSPHRASE|INTERRUPTED|BAD_PASSWORD/, "the passphrase of the key is missing or wrong"],
      [/./, `invalid cert, key or ca: ${cause instanceof Error ? cause.message : String(cause)}`],
    ];
    throw invalid(reasons.find(([pattern]) => pattern.test(code))?.[1] ?? String(cause), cause);
  }
}

function invalid(text: string, cause?: unknown): PyroError {
  return new PyroError(`tls: ${text}`, { code: "PYRO_TLS_OPTIONS", cause });
}
