import { describe, expect, test } from "vitest";
import { Daemon, expose, kwargs, locateNameServer, PyroError, proxy, remote, startNameServer } from "#pyro";
import { type PythonProcess, startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

const large = "compressible ".repeat(1_000);

const DAEMON = `
import sys
import Pyro4
Pyro4.config.COMPRESSION = "compress" in sys.argv
@Pyro4.expose
class Echo(object):
    def echo(self, value):
        return value
    def fail(self):
        raise ValueError("no")
    @Pyro4.oneway
    def shout(self, text):
        print("shouted " + text, flush=True)
class Loud(Pyro4.Daemon):
    def annotations(self):
        return {"ZZZZ": b"last", "AAAA": b"first"}
d = Loud(host="127.0.0.1")
if sys.argv[1] != "-":
    d._pyroHmacKey = sys.argv[1].encode("utf-8")
print("uri", d.register(Echo(), "echo"), flush=True)
d.requestLoop()
`;

async function startDaemon(key: string, ...args: string[]): Promise<[PythonProcess, string]> {
  const daemon = await startPython(4, ["-c", DAEMON, key, ...args]);
  return [daemon, (await daemon.line(/^uri (.*)/))[1] as string];
}

interface EchoApi {
  echo(value: unknown): Promise<unknown>;
  fail(): Promise<never>;
  shout(text: string): Promise<void>;
}

class Echo {
  echo(value: unknown): unknown {
    return value;
  }
  fail(): never {
    throw new PyroError("no");
  }
}
expose(Echo, { methods: ["echo", "fail"] });

interface Served extends AsyncDisposable {
  readonly uri: string;
  readonly heard: string[];
}

async function serve(hmacKey: string | Uint8Array | undefined, compression = false): Promise<Served> {
  const heard: string[] = [];
  const daemon = await Daemon.listen({
    host: "127.0.0.1",
    compression,
    ...(hmacKey === undefined ? {} : { hmacKey }),
    annotations: new Map([
      ["ZZZZ", new Uint8Array([1, 2])],
      ["AAAA", new Uint8Array([3])],
    ]),
    onError: (error) => heard.push(error instanceof PyroError ? error.code : String(error)),
  });
  const uri = daemon.register(new Echo(), "echo").toString();
  return { uri, heard, [Symbol.asyncDispose]: () => daemon.close() };
}

/** A failure's class, code and text. */
async function refused(call: Promise<unknown>): Promise<unknown[]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof PyroError) return [error.name, error.code, error.message];
    throw error;
  }
  throw new Error("was not refused");
}

const python = (code: string): string => `
echo = P.Proxy(uris[0])
${code}
`;

const ASYMMETRIC = ["SecurityError", "PYRO_HMAC_ASYMMETRIC", "hmac key config not symmetric"];
const MISMATCH = ["SecurityError", "PYRO_HMAC_MISMATCH", "message hmac mismatch"];

describe.skipIf(whyNoPython() !== undefined)("our proxy and a Pyro4 daemon with an HMAC key", () => {
  test("the same key, as text or bytes: calls, keywords, errors, oneway, annotations", async () => {
    for (const key of ["secret", "sécret"]) {
      const [daemon, uri] = await startDaemon(key);
      await using _ = daemon;
      for (const hmacKey of [key, new TextEncoder().encode(key)]) {
        const peer = proxy<EchoApi>(uri, { hmacKey });
        const noted: string[] = [];
        const annotated = remote(peer).with({
          annotations: new Map([
            ["ZYXW", new Uint8Array([9])],
            ["ABCD", new Uint8Array([8])],
          ]),
          correlationId: new Uint8Array(16).fill(7),
          onReply: ({ annotations }) => noted.push(...annotations.keys()),
        });
        expect(await annotated.echo(["hello", large])).toEqual(["hello", large]);
        expect(noted).toEqual(expect.arrayContaining(["ZZZZ", "AAAA", "HMAC"]));
        expect(await peer.echo(kwargs({ value: 1 }))).toBe(1);
        await expect(peer.fail()).rejects.toMatchObject({ remoteType: "builtins.ValueError" });
        await peer.shout("there");
        await daemon.line(/^shouted there$/);
        await remote(peer).release();
      }
    }
  });

  test("compressed on both sides: what is signed is what travels", async () => {
    const [daemon, uri] = await startDaemon("secret", "compress");
    await using _ = daemon;
    const peer = proxy<EchoApi>(uri, { hmacKey: "secret", compression: true });
    expect(await peer.echo(large)).toBe(large);
    await remote(peer).release();
  });

  test("another key, or a key on one side only, is refused in Pyro's words", async () => {
    const [daemon, uri] = await startDaemon("secret");
    await using _ = daemon;
    const [open, openUri] = await startDaemon("-");
    await using __ = open;
    expect(await refused(proxy<EchoApi>(uri, { hmacKey: "other" }).echo(1))).toEqual(MISMATCH);
    expect(await refused(proxy<EchoApi>(uri).echo(1))).toEqual(ASYMMETRIC);
    expect(await refused(proxy<EchoApi>(uri, { protocol: 4 }).echo(1))).toEqual(ASYMMETRIC);
    expect(await refused(proxy<EchoApi>(openUri, { hmacKey: "secret" }).echo(1))).toEqual(ASYMMETRIC);
    expect(await proxy<EchoApi>(openUri).echo("still there")).toBe("still there");
  });

  test("the key goes along to the name server, as in Pyro4", async () => {
    const program = `
import Pyro4, Pyro4.naming
uri, d, bc = Pyro4.naming.startNS(host="127.0.0.1", port=0, enableBroadcast=False, hmac=b"secret")
print("port", d.locationStr.split(":")[1], flush=True)
d.requestLoop()
`;
    await using names = await startPython(4, ["-c", program]);
    const port = Number((await names.line(/^port (.*)/))[1]);
    const [daemon, uri] = await startDaemon("secret");
    await using _ = daemon;
    const locate = { host: "127.0.0.1", port, hmacKey: "secret" };
    await using client = await locateNameServer(locate);
    await client.register("example.echo", uri);
    const peer = proxy<EchoApi>(`PYRONAME:example.echo@127.0.0.1:${port}`, { hmacKey: "secret" });
    expect(await peer.echo("found")).toBe("found");
    await remote(peer).release();
    const without = proxy<EchoApi>(`PYRONAME:example.echo@127.0.0.1:${port}`);
    expect((await refused(without.echo(1)))[2]).toContain("hmac key config not symmetric");
  });
});

describe.skipIf(whyNoPython() !== undefined)("a Pyro4 client and our daemon with an HMAC key", () => {
  test("the same key: calls, errors, annotations, compression", async () => {
    for (const compression of [false, true]) {
      await using served = await serve("sécret", compression);
      const shown = await runClient(
        4,
        [served.uri],
        python(`
class Noting(P.Proxy):
    def _pyroAnnotations(self):
        return {"ZYXW": b"1", "ABCD": b"2"}
echo = Noting(uris[0])
P.config.COMPRESSION = ${compression ? "True" : "False"}
echo._pyroHmacKey = u"s\\u00e9cret".encode("utf-8")
show(echo.echo("x" * 5000) == "x" * 5000)
show(attempt(echo.fail))
show(echo.echo(2))
`),
      );
      expect(shown).toEqual([true, "PyroError: no", 2]);
      expect(served.heard).toEqual([]);
    }
  });

  test("another key, or a key on one side only, is refused in Pyro's words", async () => {
    await using secret = await serve("secret");
    await using open = await serve(undefined);
    const call = "show(attempt(lambda: echo.echo(1)))";
    const wrong = await runClient(4, [secret.uri], python(`echo._pyroHmacKey = b"other"\n${call}`));
    expect(wrong[0]).toContain("message hmac mismatch");
    const none = await runClient(4, [secret.uri], python(call));
    expect(none[0]).toContain("hmac key config not symmetric");
    expect(secret.heard).toEqual(["PYRO_HMAC_MISMATCH", "PYRO_HMAC_ASYMMETRIC"]);
    const unasked = await runClient(4, [open.uri], python(`echo._pyroHmacKey = b"secret"\n${call}`));
    expect(unasked[0]).toContain("hmac key config not symmetric");
    expect(open.heard).toEqual(["PYRO_HMAC_ASYMMETRIC"]);
  });

  test("a message that changes on its way ends the connection after the handshake, and only that", async () => {
    await using served = await serve("secret");
    const shown = await runClient(
      4,
      [served.uri],
      python(`
echo._pyroHmacKey = b"secret"
show(echo.echo(1))
echo._pyroHmacKey = b"other"
show(attempt(echo.echo, 2))
again = P.Proxy(uris[0])
again._pyroHmacKey = b"secret"
show(again.echo(3))
`),
    );
    expect(shown).toEqual([1, expect.stringMatching(/^ConnectionClosedError/), 3]);
    expect(served.heard).toEqual(["PYRO_HMAC_MISMATCH"]);
  });

  test("a Pyro4 program finds names in our name server with the key", async () => {
    await using names = await startNameServer({ host: "127.0.0.1", port: 0, hmacKey: "secret" });
    const { location } = names.daemon;
    const port = location.kind === "tcp" ? location.port : 0;
    const shown = await runClient(
      4,
      [],
      `
with P.locateNS("127.0.0.1", ${port}, hmac_key=b"secret") as ns:
    show(sorted(ns.list()))
`,
    );
    expect(shown).toEqual([["Pyro.NameServer"]]);
  });
});

describe.skipIf(whyNoPython() !== undefined)("Pyro5, which has no signatures", () => {
  test("its client is refused by a daemon with a key, and told why", async () => {
    await using served = await serve("secret");
    const shown = await runClient(5, [served.uri], python("show(attempt(lambda: echo.echo(1)))"));
    expect(shown[0]).toMatch(/rejected: messages must be signed \(hmacKey\), which Pyro5 does not support/);
    expect(served.heard).toEqual(["PYRO_HMAC_VERSION"]);
  });

  test("its daemon is refused by a proxy with a key", async () => {
    const program = `
import Pyro5.api as P
@P.expose
class Echo(object):
    def echo(self, value):
        return value
d = P.Daemon(host="127.0.0.1")
print("uri", d.register(Echo(), "echo"), flush=True)
d.requestLoop()
`;
    await using daemon = await startPython(5, ["-c", program]);
    const uri = (await daemon.line(/^uri (.*)/))[1] as string;
    const [name, code, text] = await refused(proxy<EchoApi>(uri, { hmacKey: "secret" }).echo(1));
    expect([name, code]).toEqual(["SecurityError", "PYRO_HMAC_VERSION"]);
    expect(text).toContain("Pyro5 does not support");
  });

  test("a proxy cannot be asked for both", () => {
    expect(() => proxy("PYRO:echo@127.0.0.1:1", { hmacKey: "secret", protocol: 5 })).toThrow(
      /hmacKey cannot be used with protocol 5/,
    );
  });
});
