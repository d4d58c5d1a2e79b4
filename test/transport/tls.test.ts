import { Duplex } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { Daemon, expose, PyroError, proxy, remote } from "#pyro";
import type { ClientTlsOptions } from "#pyro/client";
import type { TlsInfo } from "#pyro/server";
import { readConfig } from "../../src/config/config.ts";
import { dial } from "../../src/transport/dial.ts";
import { listen } from "../../src/transport/listen.ts";
import { tlsInfoOf } from "../../src/transport/tls-listen.ts";
import { clientTls, serverTls } from "../../src/transport/tls-options.ts";
import { transportItemsOf } from "../../src/transport/transport-config.ts";
import { Authority } from "../support/certificates.ts";
import { ScriptedPeer } from "../support/scripted-peer.ts";

class Echo {
  echo(value: unknown): unknown {
    return value;
  }
}
expose(Echo, { methods: ["echo"] });

const authority = new Authority("authority");
const server = authority.issue("server", { hosts: ["127.0.0.1"] });
const ca = authority.cert;
const { ssl } = transportItemsOf(readConfig({}));
const ANY = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;

afterEach(() => vi.restoreAllMocks());

test.each([
  ["over TLS", { ...server }, { ca }],
  ["plainly", false, false],
] as const)("calls of one tick leave in one write, and so do their answers: %s", async (_how, tls, clients) => {
  await using daemon = await Daemon.listen({ host: "127.0.0.1", tls });
  const echo = proxy<Echo>(daemon.register(new Echo()), { tls: clients, timeoutMs: 20_000 });
  await remote(echo).connect();
  const write = vi.spyOn(Duplex.prototype, "write");
  const numbers = Array.from({ length: 50 }, (_, index) => index);
  expect(await Promise.all(numbers.map((number) => echo.echo(number)))).toEqual(numbers);
  expect(write).toHaveBeenCalledTimes(2);
  await remote(echo).release();
});

test("a client's certificate is at hand where its connection is taken; plain connections have none", async () => {
  const taken = async (requestCert: boolean, certificate: object): Promise<TlsInfo | undefined> => {
    const { promise, resolve } = Promise.withResolvers<TlsInfo | undefined>();
    const tls = serverTls({ ...server, ca, requestCert, rejectUnauthorized: false }, ssl);
    const listening = await listen(
      ANY,
      (socket) => {
        resolve(tlsInfoOf(socket));
        socket.destroy();
      },
      () => undefined,
      { tls },
    );
    const { socket } = await dial(listening.location, { timeoutMs: 0, tls: clientTls({ ca, ...certificate }, ssl) });
    socket.on("error", () => undefined);
    const info = await promise;
    await listening.close();
    return info;
  };
  const alice = authority.issue("alice");
  expect(await taken(true, alice)).toMatchObject({ authorized: true, peerCertificate: { subject: { CN: "alice" } } });
  const mallory = new Authority("somebody else").issue("mallory");
  expect(await taken(true, mallory)).toMatchObject({
    authorized: false,
    peerCertificate: { subject: { CN: "mallory" } },
  });
  expect(await taken(true, {})).toEqual({ authorized: false, peerCertificate: undefined });
  expect(await taken(false, alice)).toEqual({ authorized: false, peerCertificate: undefined });
});

test("our own client learns the same from our daemon as from Python's", async () => {
  const mallory = new Authority("somebody else").issue("mallory");
  const old = authority.issue("old", { fromDays: -9, untilDays: -2 });
  await using secret = await Daemon.listen({ host: "127.0.0.1", tls: { ...server, ca, requestCert: true } });
  await using plain = await Daemon.listen({ host: "127.0.0.1", tls: false });
  for (const daemon of [secret, plain]) daemon.register(new Echo(), "echo");
  const cases: [Daemon, ClientTlsOptions | false, string, RegExp][] = [
    [secret, false, "PYRO_TLS_EXPECTED", /this port speaks TLS/],
    [plain, { ca }, "PYRO_TLS_UNEXPECTED", /this port does not speak TLS/],
    [secret, { ca }, "PYRO_TLS_CLIENT_CERTIFICATE", /requires a client certificate, but the client sent none/],
    [secret, { ca, ...mallory }, "PYRO_TLS_CLIENT_CERTIFICATE", /the client certificate is not trusted/],
    [secret, { ca, ...old }, "PYRO_TLS_CLIENT_CERTIFICATE", /the client certificate is expired or not yet valid/],
  ];
  for (const [daemon, tls, code, words] of cases) {
    const echo = proxy<Echo>(daemon.uriFor("echo"), { tls, timeoutMs: 20_000 });
    const message = expect.stringMatching(words) as string;
    await expect(echo.echo("hello")).rejects.toMatchObject({ name: "CommunicationError", code, message });
  }
});

test("what a refused client sends is read no further than its first header, however long it says it is", async () => {
  const heard: string[] = [];
  await using daemon = await Daemon.listen({
    host: "127.0.0.1",
    tls: { ...server },
    onError: (error) => heard.push(error.message),
  });
  const { location } = daemon;
  await using peer = await ScriptedPeer.connect(location.kind === "tcp" ? location.port : 0);
  const header = new Uint8Array(40);
  header.set(new TextEncoder().encode("PYRO"));
  header.set([0x01, 0xf6, 1, 1], 4); // Pyro5, CONNECT, serpent
  header.set([0x20, 0, 0, 0], 12); // 512 MiB to come
  header.set([0x4d, 0xc5], 38);
  peer.send(header);
  await peer.closed;
  expect(peer.received.toString("latin1")).toContain("this port speaks TLS; enable tls in the client");
  expect(heard).toEqual(["this port speaks TLS; enable tls in the client (Python: config.SSL)"]);
});

test("whatever comes to a port that speaks TLS is refused, reported and outlived", async () => {
  const heard: string[] = [];
  await using daemon = await Daemon.listen({
    host: "127.0.0.1",
    tls: { ...server },
    handshakeTimeoutMs: 5_000,
    onError: (error) => heard.push(error instanceof PyroError ? error.code : String(error)),
  });
  const port = daemon.location.kind === "tcp" ? daemon.location.port : 0;
  const garbage = Array.from({ length: 300 }, (_, index) => (index * 7919) & 0xff);
  const cases: [string, Uint8Array][] = [
    ["PYRO_TLS_EXPECTED", new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["PYRO_TLS_EXPECTED", Uint8Array.from([0, ...garbage])],
    ["PYRO_TLS", Uint8Array.from([0x16, ...garbage])],
    ["PYRO_TLS", Uint8Array.from([0x16, 3, 1, 0, 4, 1, 0, 0, 0])],
    ["PYRO_TLS", Uint8Array.from([0x16, 3, 1, 0x40, 0, 2, ...garbage])],
  ];
  for (const [code, bytes] of cases) {
    await using peer = await ScriptedPeer.connect(port);
    peer.send(bytes);
    // Some wait for more, as TLS may come in pieces: they end with the peer.
    await vi.waitFor(() => expect(heard.length > 0 || peer.received.length > 0).toBe(true), 150).catch(() => undefined);
    await peer[Symbol.asyncDispose]();
    await vi.waitFor(() => expect(heard.splice(0)).toEqual([code]), { timeout: 10_000 });
  }
  const echo = proxy<Echo>(daemon.register(new Echo()), { tls: { ca }, timeoutMs: 20_000 });
  expect(await echo.echo("hello")).toBe("hello");
  await remote(echo).release();
});
