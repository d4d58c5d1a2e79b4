import { connect as netConnect } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { Daemon, expose, PyroError, proxy, remote } from "#pyro";
import type { ServerTlsOptions } from "#pyro/server";
import { whyNoPython } from "../support/python.ts";
import { Certificates, echoClient } from "../support/tls-peers.ts";

class Echo {
  echo(value: unknown): unknown {
    return value;
  }
}
expose(Echo, { methods: ["echo"] });

const made = new Certificates();
afterAll(() => made[Symbol.dispose]());
const { ca, server } = made;

interface Served extends AsyncDisposable {
  readonly uri: string;
  /** What its onError heard: codes. */
  readonly heard: string[];
  readonly said: string[];
  /** Whose certificate each client showed, and whether it was good, as the handshake's validation saw it. */
  readonly shown: string[];
  /** Resolves when the error of that code was heard. */
  hears(code: string): Promise<void>;
}

async function serve(tls: ServerTlsOptions | false, handshakeTimeoutMs = 20_000, drainMs = 3_000): Promise<Served> {
  const heard: string[] = [];
  const said: string[] = [];
  const shown: string[] = [];
  let wake: () => void = () => undefined;
  const daemon = await Daemon.listen({
    host: "127.0.0.1",
    tls,
    handshakeTimeoutMs,
    drainMs,
    validateHandshake: (_data, { tls: secret }) => {
      shown.push(`${secret?.peerCertificate?.subject.CN} ${secret?.authorized}`);
      return "hello";
    },
    onError: (error, client) => {
      heard.push(error instanceof PyroError ? error.code : String(error));
      said.push(`${client} ${error.message}`);
      wake();
    },
  });
  const uri = daemon.register(new Echo(), "echo").toString();
  const hears = async (code: string): Promise<void> => {
    while (!heard.includes(code)) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { uri, heard, said, shown, hears, [Symbol.asyncDispose]: () => daemon.close() };
}

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("a Python client of Pyro%i over TLS", (version) => {
  test("1-way: checks our certificate, an IP address or a name", async () => {
    await using served = await serve({ ...server });
    await using client = await echoClient(version, made.clientItems(ca));
    expect(await client.call(served.uri)).toBe("answer hello");
    expect(await client.call(served.uri.replace("127.0.0.1", "localhost"))).toBe("answer hello");
    expect(served.heard).toEqual([]);
    expect(served.shown).toEqual(["undefined false", "undefined false"]);
    await using plain = await serve(false);
    await using open = await echoClient(version);
    expect(await open.call(plain.uri)).toBe("answer hello");
    expect(plain.shown).toEqual(["undefined undefined"]);
  });

  test("2-way: shows its certificate, also from a locked key; the handshake's validation has it at hand", async () => {
    await using served = await serve({ ...server, ca, requestCert: true });
    await using alice = await echoClient(version, made.clientItems(ca, made.client));
    expect(await alice.call(served.uri)).toBe("answer hello");
    await using bob = await echoClient(version, made.clientItems(ca, made.lockedClient, "open sesame"));
    expect(await bob.call(served.uri)).toBe("answer hello");
    expect(served.heard).toEqual([]);
    expect(served.shown).toEqual(["alice true", "bob true"]);
  });

  test("with rejectUnauthorized: false any certificate comes in, or none, for the validation to judge", async () => {
    await using served = await serve({ ...server, ca, requestCert: true, rejectUnauthorized: false });
    for (const certificate of [made.client, made.strangeClient, undefined]) {
      await using client = await echoClient(version, made.clientItems(ca, certificate));
      expect(await client.call(served.uri)).toBe("answer hello");
    }
    expect(served.shown).toEqual(["alice true", "mallory false", "undefined false"]);
  });

  test("does not believe a wrong authority, a wrong host or an expired certificate; we hear of it and live on", async () => {
    const cases: [string, ServerTlsOptions, string][] = [
      ["authority", server, made.stranger.cert],
      ["host", made.elsewhere, ca],
      ["time", made.expired, ca],
    ];
    for (const [what, tls, believed] of cases) {
      await using served = await serve(tls);
      await using client = await echoClient(version, made.clientItems(believed));
      expect(await client.call(served.uri), what).toMatch(/^failed CommunicationError: .*certificate verify failed/);
      await served.hears("PYRO_TLS");
      expect(served.said[0], what).toMatch(
        /^\S.* the client rejected this daemon's certificate \(.*\); the client must trust/,
      );
      await using trusting = await echoClient(version, made.clientItems(ca));
      if (what === "authority") expect(await trusting.call(served.uri)).toBe("answer hello");
    }
  });

  test("without the certificate that we want, or with a bad one, is told so in Pyro's way", async () => {
    await using served = await serve({ ...server, ca, requestCert: true });
    await using bare = await echoClient(version, made.clientItems(ca));
    expect(await bare.call(served.uri)).toMatch(
      /^failed CommunicationError: connection to .* rejected: this daemon requires a client certificate, but the client sent none/,
    );
    expect(served.heard.splice(0)).toEqual(["PYRO_TLS_CLIENT_CERTIFICATE"]);
    await using old = await echoClient(version, made.clientItems(ca, made.expiredClient));
    expect(await old.call(served.uri)).toContain(
      "rejected: the client certificate is expired or not yet valid (CERT_HAS_EXPIRED)",
    );
    expect(served.heard.splice(0)).toEqual(["PYRO_TLS_EXPIRED"]);
    await using strange = await echoClient(version, made.clientItems(ca, made.strangeClient));
    expect(await strange.call(served.uri)).toContain("rejected: the client certificate is not trusted");
    expect(served.heard.splice(0)).toEqual(["PYRO_TLS_UNTRUSTED"]);
    await using good = await echoClient(version, made.clientItems(ca, made.client));
    expect(await good.call(served.uri)).toBe("answer hello");
  });

  test("without TLS at our port that speaks it is told so, and so are we; it goes on", async () => {
    await using served = await serve(server);
    await using plain = await echoClient(version);
    expect(await plain.call(served.uri)).toMatch(
      /^failed CommunicationError: connection to .* rejected: this port speaks TLS; enable tls in the client/,
    );
    expect(served.heard).toEqual(["PYRO_TLS_EXPECTED"]);
    await using secret = await echoClient(version, made.clientItems(ca));
    expect(await secret.call(served.uri)).toBe("answer hello");
  });

  test("with TLS at our port that does not speak it is refused, and we hear why; it goes on", async () => {
    await using served = await serve(false);
    await using secret = await echoClient(version, made.clientItems(ca));
    expect(await secret.call(served.uri)).toMatch(/^failed CommunicationError: .*SSL.*wrong version number/i);
    expect(served.heard).toEqual(["PYRO_TLS_UNEXPECTED"]);
    expect(served.said[0]).toContain("a TLS client, but this port does not speak TLS");
    await using plain = await echoClient(version);
    expect(await plain.call(served.uri)).toBe("answer hello");
  });

  test("a TLS handshake that hangs stalls nobody, and ends in time", async () => {
    await using served = await serve(server, 3_000);
    const { port } = new URL(served.uri.replace(/^PYRO:echo@/, "tcp://"));
    const hanging = [new Uint8Array(), Uint8Array.of(0x16, 3, 1), Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0)].map((part) => {
      const socket = netConnect({ host: "127.0.0.1", port: Number(port) });
      socket.on("error", () => undefined).resume();
      if (part.length > 0) socket.write(part);
      return new Promise<void>((resolve) => socket.on("close", () => resolve()));
    });
    await using client = await echoClient(version, made.clientItems(ca));
    expect(await client.call(served.uri)).toBe("answer hello");
    await Promise.all(hanging);
    expect(served.heard).toEqual(["PYRO_HANDSHAKE_TIMEOUT", "PYRO_HANDSHAKE_TIMEOUT", "PYRO_HANDSHAKE_TIMEOUT"]);
    expect(await client.call(served.uri)).toBe("answer hello");
  });
});

test("closing a daemon does not wait for ever for clients that hang in their TLS handshake", async () => {
  const served = await serve(server, 0, 500);
  const { port } = new URL(served.uri.replace(/^PYRO:echo@/, "tcp://"));
  const silent = netConnect({ host: "127.0.0.1", port: Number(port) });
  const half = netConnect({ host: "127.0.0.1", port: Number(port) });
  await Promise.all(
    [silent, half].map((one) => new Promise((resolve) => one.on("error", () => undefined).once("connect", resolve))),
  );
  await new Promise((resolve) => half.write(Uint8Array.of(0x16, 3, 1), resolve));
  // A third client is through only when the bytes of the second have been seen.
  const through = proxy<Echo>(served.uri, { tls: { ca } });
  expect(await through.echo("hello")).toBe("hello");
  const ended = [silent, half].map((one) => new Promise((resolve) => one.resume().once("close", resolve)));
  await served[Symbol.asyncDispose]();
  await Promise.all(ended);
  await remote(through).release();
});
