import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, connect as netConnect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Daemon, expose, locateNameServer, proxy, remote, startNameServer } from "#pyro";
import type { Location } from "#pyro/client";
import { Program } from "../support/program.ts";
import { startPython, whyNoPython } from "../support/python.ts";
import { echoClient, echoServer } from "../support/tls-peers.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "pyro-sockets-"));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;
const path = (name = "socket"): string => join(folder, `${++made} ${name}`);

class Echo {
  echo(value: unknown): unknown {
    return value;
  }
  whoami(): string {
    return "nobody";
  }
}
expose(Echo, { methods: ["echo", "whoami"] });

/** Calls `echo`, and closes the connection. */
async function call(uri: string): Promise<unknown> {
  const echo = proxy<Echo>(uri, { timeoutMs: 20_000 });
  try {
    return await echo.echo("hello");
  } finally {
    await remote(echo).release();
  }
}

/** Hands connections on to another port, as a router with address translation does. */
async function router(target: () => { host: string; port: number }): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((inside) => {
    const outside = netConnect(target());
    inside.on("error", () => outside.destroy()).pipe(outside);
    outside.on("error", () => inside.destroy()).pipe(inside);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())) };
}

const portOf = (location: Location | string): number =>
  typeof location === "string" ? Number(/:(\d+)$/.exec(location)?.[1]) : location.kind === "tcp" ? location.port : 0;

const python = describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const);

python("Unix sockets, with Pyro%i", (version) => {
  test("a Python daemon serves us, also under a path with blanks", async () => {
    await using server = await echoServer(version, {}, `dict(unixsocket=${JSON.stringify(path("a socket"))})`);
    expect(server.uri).toMatch(/^PYRO:echo@\.\/u:\/.* a socket$/);
    expect(await call(server.uri)).toBe("hello");
  });

  test("we serve a Python client; the file goes with the daemon, and Python can take its place", async () => {
    const file = path();
    {
      await using daemon = await Daemon.listen({ unixSocket: file });
      const uri = String(daemon.register(new Echo(), "echo"));
      expect(uri).toBe(`PYRO:echo@./u:${file}`);
      await using client = await echoClient(version);
      expect(await client.call(uri)).toBe("answer hello");
      expect(existsSync(file)).toBe(true);
    }
    expect(existsSync(file)).toBe(false);
    await using server = await echoServer(version, {}, `dict(unixsocket=${JSON.stringify(file)})`);
    expect(await call(server.uri)).toBe("hello");
  });

  test("Linux's abstract sockets, both ways", async () => {
    const name = `pyro-ts-${process.pid}-${version}-${Date.now()}`;
    await using server = await echoServer(version, {}, `dict(unixsocket='\\0${name}')`);
    expect(server.uri).toBe(`PYRO:echo@./u:\0${name}`);
    expect(await call(server.uri)).toBe("hello");
    await using daemon = await Daemon.listen({ unixSocket: `\0${name}-ours` });
    const uri = String(daemon.register(new Echo(), "echo"));
    await using client = await echoClient(version);
    expect(await client.call(uri)).toBe("answer hello");
  });

  test("a name server on one: theirs for us, ours for them; PYRONAME@./u:PATH looks there", async () => {
    const theirs = path();
    const module = version === 4 ? "Pyro4.naming" : "Pyro5.nameserver";
    await using names = await startPython(version, ["-m", module, "-u", theirs], {
      until: /^URI = /,
      timeoutMs: 30_000,
    });
    await using daemon = await Daemon.listen({ unixSocket: path() });
    await using found = await locateNameServer({ host: `./u:${theirs}` });
    await found.register("unix.echo", daemon.register(new Echo(), "echo"));
    expect(await call(`PYRONAME:unix.echo@./u:${theirs}`)).toBe("hello");
    expect(names.lines.length).toBeGreaterThan(0);

    await using ours = await startNameServer({ unixSocket: path() });
    ours.nameServer.register("unix.echo", daemon.uriFor("echo"));
    const lookup = `
import sys
${version === 4 ? "import Pyro4 as P\nns = P.locateNS" : "import Pyro5.api as P\nns = P.locate_ns"}
with P.Proxy(ns(host=sys.argv[1]).lookup("unix.echo")) as echo:
    print("answer", echo.echo("hello"), flush=True)
`;
    const location = `./u:${ours.uri.sockname}`;
    await using client = await startPython(version, ["-c", lookup, location], {
      until: /^answer hello$/,
      timeoutMs: 30_000,
    });
    expect(await client.ends()).toBe(0);
  });
});

describe("files of Unix sockets", () => {
  const DAEMON =
    'import { Daemon } from "#pyro"; await Daemon.listen({ unixSocket: process.argv[1] }); console.log("up");';

  test("what a killed program left is taken over; a living one's is not", async () => {
    const file = path();
    {
      await using other = new Program(process.execPath, ["--input-type=module-typescript", "-e", DAEMON, file], {
        cwd: ROOT,
      });
      await other.wrote(/^up$/m, 30_000);
      await expect(Daemon.listen({ unixSocket: file })).rejects.toMatchObject({
        code: "PYRO_CANNOT_LISTEN",
        message: `cannot listen on ./u:${file}: another program listens on it, or the file is not a socket`,
      });
      other.kill("SIGKILL");
      await other.ends();
    }
    expect(existsSync(file)).toBe(true);
    await using daemon = await Daemon.listen({ unixSocket: file });
    expect(await call(String(daemon.register(new Echo())))).toBe("hello");
  });

  test("a file that is no socket stays, and a path that cannot be one is refused", async () => {
    const file = path("letter");
    writeFileSync(file, "Dear Janet");
    await expect(Daemon.listen({ unixSocket: file })).rejects.toMatchObject({ code: "PYRO_CANNOT_LISTEN" });
    expect(existsSync(file)).toBe(true);
    const refused = async (bad: string, words: string): Promise<void> => {
      const message = expect.stringContaining(words) as string;
      await expect(Daemon.listen({ unixSocket: bad })).rejects.toMatchObject({ code: "PYRO_CANNOT_LISTEN", message });
    };
    await refused(path("x".repeat(200)), "the path is longer than");
    await refused(path("a:b"), "the path contains a colon");
    await refused("", "the path is empty");
    await refused(join(folder, "nowhere", "socket"), "the directory does not exist");
  });
});

python("IPv6, with Pyro%i", (version) => {
  test("a Python daemon serves us at a URI in brackets", async () => {
    await using server = await echoServer(version, {}, "dict(host='::1')");
    expect(server.uri).toMatch(/^PYRO:echo@\[::1\]:\d+$/);
    expect(await call(server.uri)).toBe("hello");
  });

  test.each(["::1", "[::1]"])("we serve a Python client as %s", async (host) => {
    await using daemon = await Daemon.listen({ host });
    const uri = String(daemon.register(new Echo(), "echo"));
    expect(uri).toMatch(/^PYRO:echo@\[::1\]:\d+$/);
    await using client = await echoClient(version);
    expect(await client.call(uri)).toBe("answer hello");
  });

  test("one daemon on all addresses serves both families", async () => {
    await using daemon = await Daemon.listen({ host: "::" });
    daemon.register(new Echo(), "echo");
    const port = portOf(daemon.boundLocation);
    await using client = await echoClient(version);
    expect(await client.call(`PYRO:echo@127.0.0.1:${port}`)).toBe("answer hello");
    expect(await client.call(`PYRO:echo@[::1]:${port}`)).toBe("answer hello");
  });
});

python("address translation, with Pyro%i", (version) => {
  test("our URIs show the outer host and port, and lead a Python client in", async () => {
    let port = 0;
    await using outside = await router(() => ({ host: "127.0.0.1", port }));
    await using daemon = await Daemon.listen({ host: "127.0.0.1", natHost: "localhost", natPort: outside.port });
    port = portOf(daemon.boundLocation);
    const uri = String(daemon.register(new Echo(), "echo"));
    expect(uri).toBe(`PYRO:echo@localhost:${outside.port}`);
    await using client = await echoClient(version);
    expect(await client.call(uri)).toBe("answer hello");
  });

  test("a Python daemon's outer URI leads us in", async () => {
    let port = 0;
    await using outside = await router(() => ({ host: "127.0.0.1", port }));
    const options = `dict(host='127.0.0.1', nathost='localhost', natport=${outside.port})`;
    await using server = await echoServer(version, {}, options);
    port = portOf(server.bound);
    expect(server.uri).toBe(`PYRO:echo@localhost:${outside.port}`);
    expect(await call(server.uri)).toBe("hello");
  });
});

python("the addresses of a connection, with Pyro%i", (version) => {
  test("our own one is what the Python server sees of us", async () => {
    await using server = await echoServer(version);
    const echo = proxy<Echo>(server.uri);
    await remote(echo).connect();
    const local = remote(echo).localAddress;
    expect(local).toMatchObject({ kind: "tcp", host: "127.0.0.1" });
    expect(await echo.whoami()).toBe(`('127.0.0.1', ${portOf(local as Location)})`);
    await remote(echo).release();
  });

  test("a daemon is for this machine only, unless it is told otherwise; its URI suits a Python client", async () => {
    await using daemon = await Daemon.listen();
    const uri = String(daemon.register(new Echo(), "echo"));
    expect(uri).toMatch(/^PYRO:echo@localhost:\d+$/);
    await using client = await echoClient(version);
    expect(await client.call(uri)).toBe("answer hello");
    // Another address of this machine, as one of its network cards has.
    const elsewhere = `PYRO:echo@127.0.0.2:${portOf(daemon.boundLocation)}`;
    expect(await client.call(elsewhere)).toMatch(/^failed CommunicationError: cannot connect to /);
    await using open = await Daemon.listen({ host: "0.0.0.0" });
    open.register(new Echo(), "echo");
    expect(await client.call(`PYRO:echo@127.0.0.2:${portOf(open.boundLocation)}`)).toBe("answer hello");
  });
});
