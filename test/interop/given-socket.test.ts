import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { callContext, Daemon, expose, proxy, remote } from "#pyro";
import { type PythonProcess, type PythonPyro, startPython, whyNoPython } from "../support/python.ts";

const folder = mkdtempSync(join(tmpdir(), "pyro-given-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Python opens the connection, and gives it to a daemon of its own. */
const daemonOver = (version: PythonPyro): string => `
import ast, socket, sys
${version === 4 ? "import Pyro4 as P" : "import Pyro5.api as P"}
class Echo(object):
    @P.expose
    def echo(self, value):
        return value
    @P.expose
    def shout(self, text):
        print("shouted", text, flush=True)
    shout = P.oneway(shout)
    @P.expose
    @property
    def mood(self):
        return "fine"
address = ast.literal_eval(sys.argv[1])
s = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET, socket.SOCK_STREAM)
s.connect(address)
d = P.Daemon(connected_socket=s)
d.register(Echo(), "echo")
d.requestLoop()
print("over", flush=True)
sys.stdin.readline()
`;

/** Python opens the connection, and calls through it what it is told to. */
const clientOver = (version: PythonPyro): string => `
import ast, socket, sys
${version === 4 ? "import Pyro4 as P" : "import Pyro5.api as P"}
address = ast.literal_eval(sys.argv[1])
s = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET, socket.SOCK_STREAM)
s.connect(address)
echo = None
for line in sys.stdin:
    try:
        if echo is None:
            echo = P.Proxy("echo", connected_socket=s)
        what, value = line.split()
        if what == "get":
            print("answer", getattr(echo, value), flush=True)
        else:
            print("answer", getattr(echo, what)(value), flush=True)
    except Exception as error:
        print("failed", type(error).__name__, error, flush=True)
s.close()
`;

interface Echo {
  echo(value: unknown): unknown;
  shout(text: string): void;
  readonly mood: string;
}

const shouted: string[] = [];
class OurEcho implements Echo {
  readonly mood = "fine";
  echo(value: unknown): unknown {
    return value;
  }
  shout(text: string): void {
    shouted.push(`${callContext()?.connection.pyroVersion} ${text}`);
  }
}
expose(OurEcho, { methods: ["echo", "shout"], oneway: ["shout"], attrs: ["mood"] });

/** The two ends of one connection: ours, and the Python program that has the other. */
async function connected(
  version: PythonPyro,
  kind: "unix" | "tcp",
  program = daemonOver(version),
): Promise<AsyncDisposable & { socket: Socket; python: PythonProcess }> {
  const server: Server = createServer();
  if (kind === "unix") server.listen(join(folder, `${version}-${Math.random()}`));
  else server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  const address = typeof at === "string" ? JSON.stringify(at) : `("127.0.0.1", ${(at as AddressInfo).port})`;
  const arrived = once(server, "connection");
  const python = await startPython(version, ["-c", program, address]);
  const [socket] = (await arrived) as [Socket];
  server.close();
  return {
    socket,
    python,
    [Symbol.asyncDispose]: () => {
      socket.destroy();
      return python[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)(
  "a connection that there is already leads to a Python daemon of Pyro%i",
  (version) => {
    test.each(["unix", "tcp"] as const)(
      "over %s: calls, oneway calls, attributes; the id is URI enough",
      async (kind) => {
        await using pair = await connected(version, kind);
        const echo = proxy<Echo>("echo", { socket: pair.socket, protocol: version, timeoutMs: 20_000 });
        expect(await echo.echo("hello")).toBe("hello");
        expect(await echo.mood).toBe("fine");
        await echo.shout("hey");
        await pair.python.line(/^shouted hey$/, 20_000);
        expect(await Promise.all([echo.echo(1), echo.echo(2), echo.echo([3])])).toEqual([1, 2, [3]]);
        expect(String(remote(echo).uri)).toBe("PYRO:echo@<<connected-socket>>:0");
        const local = remote(echo).localAddress;
        if (kind === "tcp") expect(local).toMatchObject({ host: "127.0.0.1", port: pair.socket.localPort });
        await expect((echo as unknown as { missing(): Promise<void> }).missing()).rejects.toMatchObject({
          code: "PYRO_NO_SUCH_MEMBER",
        });
      },
    );

    test("it stays open when its proxy is released, and another proxy can have it", async () => {
      await using pair = await connected(version, "unix");
      const first = proxy<Echo>("echo", { socket: pair.socket, protocol: version, timeoutMs: 20_000 });
      expect(await first.echo("first")).toBe("first");
      await remote(first).release();
      expect(pair.socket.destroyed).toBe(false);
      const second = proxy<Echo>("PYRO:echo@whatever:1", { socket: pair.socket, protocol: version, timeoutMs: 20_000 });
      expect(await second.echo("second")).toBe("second");
      await remote(second).release();
      pair.socket.end();
      await pair.python.line(/^over$/, 20_000);
    });

    test("when it is closed, the calls say so", async () => {
      await using pair = await connected(version, "unix");
      const echo = proxy<Echo>("echo", { socket: pair.socket, protocol: version, timeoutMs: 20_000 });
      await remote(echo).connect();
      pair.socket.destroy();
      await expect(echo.echo("hello")).rejects.toMatchObject({ code: "PYRO_CONNECTION_CLOSED" });
      await expect(echo.echo("hello")).rejects.toMatchObject({
        code: "PYRO_CONNECTION_CLOSED",
        message: "the proxy's socket is closed; make a new proxy with another socket",
      });
    });
  },
);

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)(
  "a connection that there is already brings a Python client of Pyro%i",
  (version) => {
    test.each(["unix", "tcp"] as const)("over %s: calls, oneway calls, attributes, errors", async (kind) => {
      await using pair = await connected(version, kind, clientOver(version));
      const heard: string[] = [];
      await using daemon = await Daemon.listen({
        connectedSocket: pair.socket,
        onError: (error) => heard.push(error.message),
        onDisconnect: ({ address }) => heard.push(`gone: ${address}`),
      });
      const uri = String(daemon.register(new OurEcho(), "echo"));
      const ask = async (line: string): Promise<string> => {
        pair.python.say(line);
        return (await pair.python.line(/^(answer|failed)/, 20_000)).input;
      };
      expect(await ask("echo hello")).toBe("answer hello");
      expect(await ask("get mood")).toBe("answer fine");
      expect(await ask("shout hey")).toBe("answer None");
      expect(await ask("echo again")).toBe("answer again");
      expect(shouted.splice(0)).toEqual([`${version} hey`]);
      expect(await ask("missing x")).toMatch(/^failed AttributeError /);
      const { localPort, remotePort } = pair.socket;
      expect(uri).toBe(kind === "tcp" ? `PYRO:echo@127.0.0.1:${localPort}` : "PYRO:echo@./u:<<not-bound>>");
      const looped = daemon.loop();
      expect(await pair.python.ends()).toBe(0);
      await looped;
      expect(heard).toEqual([kind === "tcp" ? `gone: 127.0.0.1:${remotePort}` : "gone: ./u:<<not-bound>>"]);
    });

    test("it stays open when its daemon closes, and another daemon can have it", async () => {
      await using pair = await connected(version, "unix", clientOver(version));
      for (const word of ["first", "second"]) {
        await using daemon = await Daemon.listen({ connectedSocket: pair.socket });
        daemon.register(new OurEcho(), "echo");
        pair.python.say(`echo ${word}`);
        expect((await pair.python.line(/^(answer|failed)/, 20_000)).input).toBe(`answer ${word}`);
        await daemon.close();
        expect(pair.socket.destroyed).toBe(false);
      }
    });
  },
);

test.skipIf(whyNoPython() !== undefined)("nobody says which version is spoken: Pyro4 must be told", async () => {
  await using pair = await connected(4, "unix");
  const echo = proxy<Echo>("echo", { socket: pair.socket, timeoutMs: 1_000 });
  await expect(echo.echo("hello")).rejects.toMatchObject({
    code: expect.stringMatching(/^PYRO_(TIMEOUT|CONNECT_TIMEOUT)$/) as string,
    message: expect.stringMatching(/if the peer is Pyro4, set the proxy option protocol: 4$/) as string,
  });
});
