import { afterAll, describe, expect, test } from "vitest";
import { type CommunicationError, proxy, remote } from "#pyro";
import type { ClientTlsOptions } from "#pyro/client";
import { whyNoPython } from "../support/python.ts";
import { Certificates, echoServer } from "../support/tls-peers.ts";

interface Echo {
  echo(value: unknown): unknown;
}

const made = new Certificates();
const warnings: string[] = [];
const hear = (warning: Error): void => void warnings.push(warning.message);
process.on("warning", hear);
afterAll(() => {
  process.off("warning", hear);
  made[Symbol.dispose]();
});
const { ca, client } = made;

/** Calls `echo`, and closes the connection. */
async function call(uri: string, tls: ClientTlsOptions | boolean): Promise<unknown> {
  const echo = proxy<Echo>(uri, { tls, timeoutMs: 20_000 });
  try {
    return await echo.echo("hello");
  } finally {
    await remote(echo).release();
  }
}

async function failure(uri: string, tls: ClientTlsOptions | boolean): Promise<[code: string, message: string]> {
  const error = await call(uri, tls).then(
    () => expect.unreachable("the call went through"),
    (thrown: unknown) => thrown as CommunicationError,
  );
  expect(error.name).toBe("CommunicationError");
  return [error.code, error.message];
}

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("TLS to a Python server of Pyro%i", (version) => {
  test.each(["thread", "multiplex"])("1-way: its %s server shows a certificate; IP addresses count", async (type) => {
    await using server = await echoServer(version, { ...made.serverItems(made.server), PYRO_SERVERTYPE: type });
    expect(await call(server.uri, { ca })).toBe("hello");
    expect(await call(server.uri.replace("127.0.0.1", "localhost"), { ca })).toBe("hello");
    expect(await server.python.line(/^client (.*)$/)).toMatchObject({ 1: "None" });
  });

  test("2-way: the server sees our certificate, also from a locked key", async () => {
    await using server = await echoServer(version, made.serverItems(made.server, true));
    expect(await call(server.uri, { ca, ...client })).toBe("hello");
    expect((await server.python.line(/^client (.*)$/))[1]).toBe("alice");
    expect(await call(server.uri, { ca, ...made.lockedClient, passphrase: "open sesame" })).toBe("hello");
    expect((await server.python.line(/^client (.*)$/))[1]).toBe("bob");
  });

  test("a certificate of an authority that we do not know is not believed", async () => {
    await using server = await echoServer(version, made.serverItems(made.server));
    const [code, message] = await failure(server.uri, { ca: made.stranger.cert });
    expect(code).toBe("PYRO_TLS_UNTRUSTED");
    expect(message).toMatch(
      /^cannot connect to 127\.0\.0\.1:\d+: the server's certificate is not trusted \(.*; add its CA to tls\.ca/,
    );
    expect((await failure(server.uri, true))[0]).toBe("PYRO_TLS_UNTRUSTED");
    expect(await call(server.uri, { ca })).toBe("hello");
  });

  test("a certificate for another host is not believed, unless that is the one we ask for", async () => {
    await using server = await echoServer(version, made.serverItems(made.elsewhere));
    const [code, message] = await failure(server.uri, { ca });
    expect(code).toBe("PYRO_TLS_HOST_NAME");
    expect(message).toContain("the server's certificate is for another host");
    expect(message).toContain("10.9.9.9");
    expect((await failure(server.uri.replace("127.0.0.1", "localhost"), { ca }))[0]).toBe("PYRO_TLS_HOST_NAME");
    expect(await call(server.uri, { ca, servername: "elsewhere.example" })).toBe("hello");
    expect(await call(server.uri, { ca, servername: "10.9.9.9" })).toBe("hello");
  });

  test("a certificate that has expired is not believed", async () => {
    await using server = await echoServer(version, made.serverItems(made.expired));
    const [code, message] = await failure(server.uri, { ca });
    expect(code).toBe("PYRO_TLS_EXPIRED");
    expect(message).toContain("has expired; renew it");
  });

  test("a server that wants a client certificate says so when there is none, or a bad one", async () => {
    await using server = await echoServer(version, made.serverItems(made.server, true));
    const [code, message] = await failure(server.uri, { ca });
    expect(code).toBe("PYRO_TLS_CLIENT_CERTIFICATE");
    expect(message).toMatch(/the server requires a client certificate \(.*\); set tls\.cert and tls\.key/);
    for (const bad of [made.expiredClient, made.strangeClient]) {
      const [badCode, badMessage] = await failure(server.uri, { ca, ...bad });
      expect(badCode).toBe("PYRO_TLS_CLIENT_CERTIFICATE");
      expect(badMessage).toContain("the server rejected this client's certificate");
    }
    expect(await call(server.uri, { ca, ...client })).toBe("hello");
  });

  test("a server that speaks no more than TLS 1.2 is as good, and as clear about client certificates", async () => {
    const limit = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMaxProtocol = TLSv1.2\n";
    const env = { OPENSSL_CONF: made.file("openssl.cnf", limit) };
    await using server = await echoServer(version, { ...made.serverItems(made.server, true), ...env });
    expect(await call(server.uri, { ca, ...client })).toBe("hello");
    const [code, message] = await failure(server.uri, { ca });
    expect(code).toBe("PYRO_TLS_CLIENT_CERTIFICATE");
    expect(message).toMatch(/the server probably requires a client certificate \(.*handshake failure\)/);
    const [strange, words] = await failure(server.uri, { ca, ...made.strangeClient });
    expect(strange).toBe("PYRO_TLS_CLIENT_CERTIFICATE");
    expect(words).toContain("the server rejected this client's certificate");
    expect((await failure(server.uri, { ca: made.stranger.cert, ...client }))[0]).toBe("PYRO_TLS_UNTRUSTED");
    expect((await failure(server.uri, false))[0]).toBe("PYRO_TLS_EXPECTED");
  });

  test("without TLS at a port that speaks it, and with TLS at one that does not", async () => {
    await using secret = await echoServer(version, made.serverItems(made.server));
    await using plain = await echoServer(version);
    const [expected, text] = await failure(secret.uri, false);
    expect(expected).toBe("PYRO_TLS_EXPECTED");
    expect(text).toMatch(/^cannot connect to .*: this port speaks TLS; enable tls in the proxy/);
    const [unexpected, words] = await failure(plain.uri, { ca });
    expect(unexpected).toBe("PYRO_TLS_UNEXPECTED");
    expect(words).toMatch(/^cannot connect to .*: this port does not speak TLS; disable tls here/);
    expect(await call(secret.uri, { ca })).toBe("hello");
    expect(await call(plain.uri, false)).toBe("hello");
  });

  test("rejectUnauthorized: false believes anyone, and the process says so once", async () => {
    await using server = await echoServer(version, made.serverItems(made.expired));
    expect(await call(server.uri, { rejectUnauthorized: false })).toBe("hello");
    expect(await call(server.uri, { rejectUnauthorized: false })).toBe("hello");
    await new Promise(setImmediate);
    expect(warnings.filter((one) => one.includes("does not verify the server's identity"))).toHaveLength(1);
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      expect((await failure(server.uri, { ca }))[0]).toBe("PYRO_TLS_EXPIRED");
    } finally {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    }
  });

  test("a connection over TLS carries many calls, large ones too, and is opened anew when it broke", async () => {
    await using server = await echoServer(version, made.serverItems(made.server));
    const echo = proxy<Echo>(server.uri, { tls: { ca } });
    await remote(echo).connect();
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    expect(await Promise.all(numbers.map((number) => echo.echo(number)))).toEqual(numbers);
    const large = "x".repeat(3_000_000);
    expect((await echo.echo(large)) === large).toBe(true);
    await remote(echo).release();
    expect(await echo.echo("again")).toBe("again");
    await remote(echo).release();
  });
});
