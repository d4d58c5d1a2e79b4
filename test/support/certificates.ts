import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { isIP } from "node:net";

/*
 * X.509 certificates, made for one test run: what a test needs that is expired, not valid yet or for another host is
 * made so, and nothing that expires is kept. Layout: RFC 5280, 4.1 (a certificate is three DER elements in a row).
 */

const DAY_MS = 86_400_000;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const octets = (...parts: readonly Uint8Array[]): Buffer => der(0x04, ...parts);
const bits = (unused: number, ...parts: readonly Uint8Array[]): Buffer => der(0x03, Buffer.from([unused]), ...parts);
const TRUE = der(0x01, Buffer.from([0xff]));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = rest.flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

const name = (common: string): Buffer =>
  sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(common, "utf8")))));
const time = (at: Date): Buffer => der(0x18, Buffer.from(`${at.toISOString().replace(/\D/g, "").slice(0, 14)}Z`));
const ECDSA_WITH_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [TRUE] : []), octets(value));
}

function ipBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  const [left = "", right = ""] = address.split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((one) => Number.parseInt(one, 16));
  const head = groups(left);
  const tail = groups(right);
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

const altName = (host: string): Buffer =>
  isIP(host) === 0 ? der(0x82, Buffer.from(host, "latin1")) : der(0x87, ipBytes(host));
const keyId = (spki: Uint8Array): Buffer => createHash("sha1").update(spki).digest();

/** A certificate with its key, as PEM texts. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  /** Host names and addresses that it is for. */
  readonly hosts?: readonly string[];
  /** Days from now. Default: since yesterday, for a week. */
  readonly fromDays?: number;
  readonly untilDays?: number;
  /** Encrypts the key. */
  readonly passphrase?: string;
}

/** Somebody who issues certificates, and is believed by those who have its `cert` among their `ca`. */
export class Authority {
  readonly cert: string;
  readonly #name: Buffer;
  readonly #key: KeyObject;
  readonly #spki: Buffer;
  #issued = 1;

  constructor(common: string) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#name = name(common);
    this.#key = privateKey;
    this.#spki = publicKey.export({ type: "spki", format: "der" });
    const extensions = [
      extension("2.5.29.19", true, sequence(TRUE)),
      extension("2.5.29.15", true, bits(1, Buffer.from([0b0000_0110]))),
    ];
    this.cert = this.#certificate(this.#name, this.#spki, {}, extensions);
  }

  /** A certificate for a server or a client. */
  issue(common: string, options: LeafOptions = {}): Certified {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const spki = publicKey.export({ type: "spki", format: "der" });
    const { hosts = [], passphrase } = options;
    const extensions = [
      extension("2.5.29.19", true, sequence()),
      extension("2.5.29.15", true, bits(7, Buffer.from([0b1000_0000]))),
      extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2"))),
      ...(hosts.length > 0 ? [extension("2.5.29.17", false, sequence(...hosts.map(altName)))] : []),
    ];
    const cert = this.#certificate(name(common), spki, options, extensions);
    const secrecy = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
    return { cert, key: privateKey.export({ type: "pkcs8", format: "pem", ...secrecy }).toString() };
  }

  #certificate(
    subject: Buffer,
    spki: Buffer,
    { fromDays = -1, untilDays = 7 }: LeafOptions,
    extensions: readonly Buffer[],
  ): string {
    const now = Date.now();
    const validity = sequence(time(new Date(now + fromDays * DAY_MS)), time(new Date(now + untilDays * DAY_MS)));
    const ids = [
      extension("2.5.29.14", false, octets(keyId(spki))),
      extension("2.5.29.35", false, sequence(der(0x80, keyId(this.#spki)))),
    ];
    const tbs = sequence(
      der(0xa0, der(0x02, Buffer.from([2]))),
      der(0x02, Buffer.from([0x10, this.#issued++])),
      ECDSA_WITH_SHA256,
      this.#name,
      validity,
      subject,
      spki,
      der(0xa3, sequence(...extensions, ...ids)),
    );
    const whole = sequence(tbs, ECDSA_WITH_SHA256, bits(0, sign("sha256", tbs, this.#key)));
    const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  }
}
