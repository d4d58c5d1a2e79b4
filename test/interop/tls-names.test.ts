import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Daemon, expose, locateNameServer, proxy, remote, startNameServer } from "#pyro";
import { resolve } from "#pyro/naming";
import { Program } from "../support/program.ts";
import { startPython, whyNoPython } from "../support/python.ts";
import { Certificates, echoClient } from "../support/tls-peers.ts";

const ROOT = join(import.meta.dirname, "../..");
const HOST = "127.0.0.1";

class Echo {
  echo(value: unknown): unknown {
    return value;
  }
}
expose(Echo, { methods: ["echo"] });

const made = new Certificates();
afterAll(() => made[Symbol.dispose]());
const { ca, client, server } = made;

/** A program whose only word of TLS are Pyro's items: it serves an object, finds it by name and calls it. */
const BY_ITEMS = `
import { Daemon, expose, keepRegistered, proxy } from "#pyro";
class Echo { echo(value) { return value; } }
expose(Echo, { methods: ["echo"] });
const daemon = await Daemon.listen({ host: "${HOST}" });
const kept = keepRegistered("by.items", daemon.register(new Echo(), "echo"));
const echo = proxy("PYRONAME:by.items");
for (;;) {
  try {
    console.log("answer " + (await echo.echo("hello")));
    break;
  } catch (error) {
    if (error.name !== "NamingError" || !error.message.startsWith("unknown name")) throw error;
    await new Promise((resolve) => setTimeout(resolve, 20)); // it is not registered yet
  }
}
process.stdin.resume().on("end", async () => {
  await kept[Symbol.asyncDispose]();
  process.exit(0);
});
`;

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("names over TLS, with Pyro%i", (version) => {
  const nameServer = version === 4 ? "Pyro4.naming" : "Pyro5.nameserver";

  test("a Python name server with client certificates serves us, and PYRONAME proxies look there", async () => {
    const env = { ...made.serverItems(server, true), PYRO_HOST: HOST };
    await using names = await startPython(version, ["-m", nameServer, "-n", HOST, "-p", "0"], { env });
    const [, port = ""] = await names.line(/^URI = .*:(\d+)$/, 30_000);
    const tls = { ca, ...client };
    await using found = await locateNameServer({ host: HOST, port: Number(port), tls });
    await using daemon = await Daemon.listen({ host: HOST, tls: { ...server, ca, requestCert: true } });
    await found.register("tls.echo", daemon.register(new Echo(), "echo"));
    const echo = proxy<Echo>(`PYRONAME:tls.echo@${HOST}:${port}`, { tls });
    expect(await echo.echo("hello")).toBe("hello");
    await remote(echo).release();
    expect(String(await resolve(`PYRONAME:tls.echo@${HOST}:${port}`, { tls }))).toMatch(/^PYRO:echo@127\.0\.0\.1:/);
    await expect(locateNameServer({ host: HOST, port: Number(port), tls: { ca } })).rejects.toMatchObject({
      code: "PYRO_NO_NAME_SERVER",
      cause: { code: "PYRO_TLS_CLIENT_CERTIFICATE" },
    });
    await expect(locateNameServer({ host: HOST, port: Number(port) })).rejects.toMatchObject({
      message: expect.stringContaining("this port speaks TLS") as string,
      cause: { code: "PYRO_TLS_EXPECTED" },
    });
  });

  test("our name server with client certificates serves a Python client", async () => {
    await using names = await startNameServer({ host: HOST, port: 0, tls: { ...server, ca, requestCert: true } });
    const { port } = names.uri;
    const tls = { ca, ...client };
    await using found = await locateNameServer({ host: HOST, port: Number(port), tls });
    await using daemon = await Daemon.listen({ host: HOST, tls: { ...server, ca, requestCert: true } });
    await found.register("tls.echo", daemon.register(new Echo(), "echo"));
    await using python = await echoClient(version, made.clientItems(ca, client));
    expect(await python.call(`PYRONAME:tls.echo@${HOST}:${port}`)).toBe("answer hello");
    await using bare = await echoClient(version, made.clientItems(ca));
    expect(await bare.call(`PYRONAME:tls.echo@${HOST}:${port}`)).toMatch(/^failed NamingError: /);
  });

  test("the items PYRO_SSL_... alone make a program of ours speak TLS, as server and as client", async () => {
    const env = { ...made.serverItems(server, true), PYRO_HOST: HOST };
    await using names = await startPython(version, ["-m", nameServer, "-n", HOST, "-p", "0"], { env });
    const [, port = ""] = await names.line(/^URI = .*:(\d+)$/, 30_000);
    const items = { ...env, ...made.clientItems(ca, made.lockedClient, "open sesame") };
    await using ours = new Program(process.execPath, ["--input-type=module-typescript", "-e", BY_ITEMS], {
      cwd: ROOT,
      env: { ...items, PYRO_NS_HOST: HOST, PYRO_NS_PORT: port },
    });
    await ours.wrote(/^answer hello$/m, 30_000);
    await using python = await echoClient(version, made.clientItems(ca, client));
    expect(await python.call(`PYRONAME:by.items@${HOST}:${port}`)).toBe("answer hello");
    expect(await ours.ends()).toBe(0);
  });
});
