import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig } from "../../src/config/config.ts";
import { clientTls, serverTls } from "../../src/transport/tls-options.ts";
import { transportItemsOf } from "../../src/transport/transport-config.ts";
import { Authority } from "../support/certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "pyro-tls-options-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const authority = new Authority("authority");
const leaf = authority.issue("leaf", { hosts: ["localhost"] });
const locked = authority.issue("locked", { passphrase: "secret" });
const ca = authority.cert;
const { ssl: off } = transportItemsOf(readConfig({}));
const items = (env: Record<string, string>) => transportItemsOf(readConfig({ PYRO_SSL: "on", ...env })).ssl;
const refusal = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) as string });

describe("whether there is TLS", () => {
  test("is for the options to say, and else for the item SSL", () => {
    expect(clientTls(undefined, off)).toBeUndefined();
    expect(clientTls(true, off)).toMatchObject({ rejectUnauthorized: true, certified: false });
    expect(clientTls({}, off)).toMatchObject({ rejectUnauthorized: true });
    expect(clientTls(undefined, items({}))).toMatchObject({ rejectUnauthorized: true });
    expect(clientTls(false, items({}))).toBeUndefined();
    expect(serverTls(undefined, off)).toBeUndefined();
    expect(serverTls(false, items({}))).toBeUndefined();
  });

  test("one options object has one context, for all proxies that have it", () => {
    const options = { ca };
    expect(clientTls(options, off)).toBe(clientTls(options, off));
    expect(clientTls(undefined, off)).toBe(clientTls(undefined, off));
  });
});

describe("the items", () => {
  test("name files; a locked key has its password; a key may stand beside its certificate", () => {
    const cert = file("cert.pem", locked.cert);
    const key = file("key.pem", locked.key);
    const both = file("both.pem", leaf.key + leaf.cert);
    expect(
      clientTls(
        undefined,
        items({ PYRO_SSL_CLIENTCERT: cert, PYRO_SSL_CLIENTKEY: key, PYRO_SSL_CLIENTKEYPASSWD: "secret" }),
      ),
    ).toMatchObject({ certified: true });
    expect(clientTls(undefined, items({ PYRO_SSL_CLIENTCERT: both }))).toMatchObject({ certified: true });
    const tls = serverTls(undefined, items({ PYRO_SSL_SERVERCERT: both, PYRO_SSL_CACERTS: file("ca.pem", ca) }));
    expect(tls).toMatchObject({ certificateRequired: false, options: { ca: [ca], requestCert: false } });
  });

  test("SSL_CACERTS may be a folder, of which the files with certificates count", () => {
    const many = join(folder, "many");
    mkdirSync(many);
    writeFileSync(join(many, "a.pem"), ca);
    writeFileSync(join(many, "README"), "not one");
    expect(serverTls({ ...leaf }, items({ PYRO_SSL_CACERTS: many }))?.options.ca).toEqual([ca]);
  });

  test("SSL_REQUIRECLIENTCERT wants clients' certificates; options go before items, cert and key together", () => {
    const all = items({
      PYRO_SSL_REQUIRECLIENTCERT: "yes",
      PYRO_SSL_CACERTS: file("ca.pem", ca),
      PYRO_SSL_SERVERCERT: file("other.pem", locked.cert),
      PYRO_SSL_SERVERKEY: file("other.key", locked.key),
      PYRO_SSL_SERVERKEYPASSWD: "secret",
    });
    expect(serverTls(true, all)).toMatchObject({ certificateRequired: true, options: { cert: locked.cert } });
    const own = serverTls({ ...leaf, requestCert: false }, all);
    expect(own).toMatchObject({ certificateRequired: false, options: { cert: leaf.cert, key: leaf.key } });
    expect(own?.options).not.toHaveProperty("passphrase");
    expect(serverTls({ ...leaf, rejectUnauthorized: false }, all)).toMatchObject({ certificateRequired: false });
  });

  test("a file that is not there, and values that are none, are refused by name", () => {
    const gone = join(folder, "gone.pem");
    const named = (name: string) => refusal("PYRO_CONFIG", new RegExp(`^PYRO_${name}=.*: cannot be read$`));
    expect(() => clientTls(undefined, items({ PYRO_SSL_CACERTS: gone }))).toThrow(named("SSL_CACERTS"));
    expect(() => clientTls(undefined, items({ PYRO_SSL_CLIENTCERT: gone }))).toThrow(named("SSL_CLIENTCERT"));
    expect(() => serverTls(undefined, items({ PYRO_SSL_SERVERCERT: gone }))).toThrow(named("SSL_SERVERCERT"));
    expect(() => transportItemsOf(readConfig({ PYRO_SSL: "maybe" }))).toThrow(
      refusal("PYRO_CONFIG", /^PYRO_SSL=maybe: must be/),
    );
    expect(() => transportItemsOf(readConfig({ PYRO_PREFER_IP_VERSION: "5" }))).toThrow(
      refusal("PYRO_CONFIG", /^PYRO_PREFER_IP_VERSION=5: must be one of 0, 4, 6/),
    );
  });

  test("the others have defaults of their own", () => {
    expect(transportItemsOf(readConfig({}))).toMatchObject({ preferIpVersion: undefined, noDelay: true });
    expect(transportItemsOf(readConfig({ PYRO_PREFER_IP_VERSION: "6", PYRO_SOCK_NODELAY: "off" }))).toMatchObject({
      preferIpVersion: 6,
      noDelay: false,
    });
  });
});

describe("what cannot work is refused at once", () => {
  const unusable = (words: RegExp) => refusal("PYRO_TLS_OPTIONS", words);
  const encoded = new TextEncoder().encode("/etc/ssl/ca.pem");

  test.for<[string, () => unknown, RegExp]>([
    ["a file name for a ca", () => clientTls({ ca: "/etc/ssl/ca.pem" }, off), /ca contains no certificate; use PEM/],
    ["the same as bytes", () => clientTls({ ca: encoded as Buffer }, off), /ca contains no certificate/],
    ["a broken ca", () => clientTls({ ca: ca.replace(/\n.{20}/, "\n") }, off), /invalid cert, key or ca/],
    [
      "a file name for a cert",
      () => clientTls({ cert: "cert.pem", key: leaf.key }, off),
      /cert contains no certificate/,
    ],
    ["a cert without its key", () => clientTls({ cert: leaf.cert }, off), /cert is set, but key is missing/],
    ["a key without its cert", () => clientTls({ key: leaf.key }, off), /key is set, but cert is missing/],
    ["another's key", () => clientTls({ cert: leaf.cert, key: authority.issue("x").key }, off), /do not match/],
    ["a locked key", () => clientTls({ ...locked }, off), /passphrase of the key is missing or wrong/],
    [
      "a wrong passphrase",
      () => serverTls({ ...locked, passphrase: "x" }, off),
      /passphrase of the key is missing or wrong/,
    ],
    ["a daemon without a certificate", () => serverTls(true, off), /a daemon needs a certificate/],
    ["any authority for clients", () => serverTls({ ...leaf, requestCert: true }, off), /requestCert needs a CA/],
  ])("%s", ([, make, words]) => {
    expect(make).toThrow(unusable(words));
  });
});
