import "reflect-metadata"; // what x509 is built on asks for it
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

const KEY = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3_650;
/** Renewed by the next `certs` when fewer are left. */
const RENEW_DAYS = 30;

const { BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension } = x509;
const { KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension } = x509;

/** What has become of a certificate. */
export type Issued = "made" | "renewed" | "kept";

/**
 * A certificate authority in a folder: `ca.pem` is for everyone, `ca-key.pem` stays there. Each name has a folder with
 * `cert.pem`, `key.pem`.
 *
 * The folder is closed to other users of this machine, but not the keys in it: Compose mounts them as they are, for
 * containers in which somebody else reads them.
 */
export class AuthorityFolder {
  readonly folder: string;
  readonly #cert: x509.X509Certificate;
  readonly #key: CryptoKey;
  readonly isNew: boolean;

  private constructor(folder: string, cert: x509.X509Certificate, key: CryptoKey, isNew: boolean) {
    this.folder = folder;
    this.#cert = cert;
    this.#key = key;
    this.isNew = isNew;
  }

  /** Opens the folder; the first time, with a new authority. */
  static async open(folder: string, name: string): Promise<AuthorityFolder> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const certFile = join(folder, "ca.pem");
    const keyFile = join(folder, "ca-key.pem");
    if (existsSync(certFile) && existsSync(keyFile)) {
      const cert = new x509.X509Certificate(readFileSync(certFile, "utf8"));
      const key = await crypto.subtle.importKey(
        "pkcs8",
        x509.PemConverter.decodeFirst(readFileSync(keyFile, "utf8")),
        KEY,
        false,
        ["sign"],
      );
      return new AuthorityFolder(folder, cert, key, false);
    }
    if (existsSync(certFile) || existsSync(keyFile)) {
      throw new Error(
        `${folder} has only one of ca.pem and ca-key.pem: bring the other back, or remove the folder and begin anew`,
      );
    }
    const keys = await crypto.subtle.generateKey(KEY, true, ["sign", "verify"]);
    const cert = await x509.X509CertificateGenerator.createSelfSigned({
      name: [{ CN: [name] }],
      ...lifetime(AUTHORITY_DAYS),
      signingAlgorithm: SIGNING,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    writeFileSync(keyFile, await privatePem(keys.privateKey), { mode: 0o600 });
    writeFileSync(certFile, `${cert.toString("pem")}\n`);
    return new AuthorityFolder(folder, cert, keys.privateKey, true);
  }

  /**
   * Sees to a certificate for a server and client of that name, at those host names and addresses: makes it, or renews it
   * when it is for others, of another authority or about to expire.
   */
  async issue(name: string, hosts: readonly string[], days: number): Promise<Issued> {
    const folder = join(this.folder, name);
    const certFile = join(folder, "cert.pem");
    const existed = existsSync(certFile) && existsSync(join(folder, "key.pem"));
    if (existed && (await this.#isGood(readFileSync(certFile, "utf8"), hosts))) return "kept";
    const keys = await crypto.subtle.generateKey(KEY, true, ["sign", "verify"]);
    const cert = await x509.X509CertificateGenerator.create({
      subject: [{ CN: [name] }],
      issuer: this.#cert.subjectName,
      ...lifetime(days),
      signingAlgorithm: SIGNING,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        ...(hosts.length === 0 ? [] : [new SubjectAlternativeNameExtension(hosts.map(altName))]),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.#cert.publicKey),
      ],
    });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "key.pem"), await privatePem(keys.privateKey), { mode: 0o644 });
    writeFileSync(certFile, `${cert.toString("pem")}\n`);
    return existed ? "renewed" : "made";
  }

  async #isGood(pem: string, hosts: readonly string[]): Promise<boolean> {
    const cert = new x509.X509Certificate(pem);
    if (cert.notAfter.getTime() < Date.now() + RENEW_DAYS * DAY_MS) return false;
    if (!(await cert.verify({ publicKey: this.#cert.publicKey, signatureOnly: true }))) return false;
    const names = cert.getExtension(SubjectAlternativeNameExtension)?.names.items.map(({ value }) => value) ?? [];
    return names.length === hosts.length && hosts.every((host) => names.includes(host));
  }
}

const altName = (host: string): { type: "ip" | "dns"; value: string } => ({
  type: isIP(host) === 0 ? "dns" : "ip",
  value: host,
});

/** From an hour ago, as clocks differ. */
function lifetime(days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * DAY_MS) };
}

async function privatePem(key: CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
