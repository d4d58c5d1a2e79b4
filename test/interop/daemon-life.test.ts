/** Instances, handshakes, limits and ends of a daemon, as Python clients of both versions meet them. */
import { describe, expect, test } from "vitest";
import { callContext, Daemon, type DaemonOptions, expose, SecurityError, serve } from "#pyro";
import { type ConnectionInfo, DaemonObject, type InstanceMode } from "#pyro/server";
import { startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

class Counter {
  static {
    expose(this, {
      methods: {
        count: "count()",
        mark: "mark(text, delay)",
        marks: "marks()",
        forbid: "forbid()",
        connect: "connect()",
      },
      oneway: ["mark"],
    });
  }
  static readonly marks: string[] = [];
  #count = 0;
  count(): number {
    this.#count++;
    return this.#count;
  }
  async mark(text: string, delay: number): Promise<void> {
    Counter.marks.push(`${text} starts`);
    await new Promise((resolve) => setTimeout(resolve, delay));
    Counter.marks.push(`${text} ends`);
  }
  marks(): string[] {
    return Counter.marks.splice(0);
  }
  forbid(): never {
    throw new SecurityError("not for you");
  }
  connect(): unknown {
    return callContext()?.connection.data.get("user");
  }
}

const listen = (options: DaemonOptions = {}): Promise<Daemon> => Daemon.listen({ host: "127.0.0.1", ...options });

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("a Pyro%d client", (version) => {
  test("instance modes: one a connection, one a daemon, one a call; the creator gets the class", async () => {
    await using daemon = await listen();
    const made: string[] = [];
    const modes: InstanceMode[] = ["session", "single", "percall"];
    for (const instance of modes) {
      class Kind extends Counter {
        static {
          const create = (Class: new () => Kind): Kind => {
            made.push(instance);
            return new Class();
          };
          expose(this, { methods: {} }, { instance, create });
        }
      }
      daemon.register(Kind, instance);
    }
    class Wrong extends Counter {
      static {
        expose(this, { methods: {} }, { create: () => new Date() as unknown as Wrong });
      }
      override marks(): string[] {
        return [];
      }
    }
    daemon.register(Wrong, "wrong");
    const uris = [...modes, "wrong"].map((id) => daemon.uriFor(id));
    const seen = await runClient(
      version,
      uris,
      `
for uri in uris[:3]:
    with P.Proxy(uri) as one, P.Proxy(uri) as other:
        show([one.count(), one.count(), other.count()])
show(attempt(P.Proxy(uris[3]).count))
`,
    );
    expect(seen).toEqual([
      [1, 2, 1],
      [1, 2, 3],
      [1, 1, 1],
      "TypeError: instance creator returned object of different type",
    ]);
    expect(made).toEqual(["session", "session", "single", "percall", "percall", "percall"]);
  });

  test("a handshake is judged by its own data, which a method finds again; leaving is told once for each welcome", async () => {
    const gone: unknown[] = [];
    await using daemon = await listen({
      async validateHandshake(data, connection: ConnectionInfo) {
        await Promise.resolve();
        const { user, password } = data as { user: string; password: string };
        if (password !== "sesame") throw new Error(`no entry for ${user}`);
        connection.data.set("user", user);
        return { welcome: user };
      },
      onDisconnect: ({ data }) => gone.push(data.get("user")),
    });
    const uri = daemon.register(new Counter());
    const seen = await runClient(
      version,
      [uri],
      `
class Guest(P.Proxy):
    def _pyroValidateHandshake(self, response):
        show(response)
for user, password in [("irmen", "sesame"), ("eve", "guess"), ("ann", "sesame")]:
    with Guest(uris[0]) as counter:
        counter._pyroHandshake = {"user": user, "password": password}
        show(str(attempt(lambda: counter.connect())).split("rejected: ")[-1])
`,
    );
    expect(seen).toEqual([{ welcome: "irmen" }, "irmen", "no entry for eve", { welcome: "ann" }, "ann"]);
    await expect.poll(() => gone, { timeout: 10_000 }).toEqual(["irmen", "ann"]);
  });

  test("one connection too many is denied in the words of Pyro's own server", async () => {
    const reports: string[] = [];
    await using ours = await listen({ maxConnections: 1, onError: (error) => reports.push(error.message) });
    const uri = ours.register(new Counter());
    const program = `
${version === 4 ? "import Pyro4 as P" : "import Pyro5.api as P"}
@P.expose
class Counter(object):
    def count(self): return 1
daemon = P.Daemon(host="127.0.0.1")
print(daemon.register(Counter, "counter"), flush=True)
daemon.requestLoop()
`;
    await using theirs = await startPython(version, ["-c", program], {
      env: { PYRO_THREADPOOL_SIZE: "1", PYRO_THREADPOOL_SIZE_MIN: "1" },
    });
    const theirUri = (await theirs.line(/^PYRO:.*/))[0];
    const seen = await runClient(
      version,
      [uri, theirUri],
      `
for uri in uris:
    with P.Proxy(uri) as one:
        show(one.count())
        show(str(attempt(lambda: P.Proxy(uri).count())).split("rejected: ")[-1])
    for attempts in range(50): # its room is free as soon as the server has noticed
        answer = attempt(lambda: P.Proxy(uri).count())
        if not isinstance(answer, str): break
        time.sleep(0.1)
    show(isinstance(answer, int))
`,
    );
    const words = "no free workers, increase server threadpool size";
    expect(seen).toEqual([1, words, true, 1, words, true]);
    expect(reports[0]).toBe(`client connection was denied: ${words}`);
  });

  test.each(["concurrent", "ordered"] as const)("oneway calls, %s", async (oneway) => {
    await using daemon = await listen({ oneway });
    const uri = daemon.register(new Counter());
    const seen = await runClient(
      version,
      [uri],
      `
with P.Proxy(uris[0]) as counter:
    counter.mark("long", 400)
    counter.mark("short", 1)
    show(counter.count())
    time.sleep(0.6)
    show(counter.marks())
`,
    );
    expect(seen).toEqual([
      1,
      oneway === "ordered"
        ? ["long starts", "long ends", "short starts", "short ends"]
        : ["long starts", "short starts", "short ends", "long ends"],
    ]);
  });

  test("a SecurityError is answered, then the connection is closed", async () => {
    await using daemon = await listen();
    const seen = await runClient(
      version,
      [daemon.register(Counter)],
      `
with P.Proxy(uris[0]) as counter:
    show([counter.count(), counter.count()])
    show(attempt(counter.forbid))
    show(attempt(counter.count).split(":")[0])
    show(counter.count())
`,
    );
    // The next call finds the connection gone, as with Pyro's own daemon; the one after it has a new session.
    expect(seen).toEqual([[1, 2], "SecurityError: not for you", "ConnectionClosedError", 1]);
  });

  test("the daemon's own object answers as Pyro's does, and can be another", async () => {
    class Telling extends DaemonObject {
      static {
        expose(this, { methods: { uptime: "uptime()", clients: "clients()" } });
      }
      uptime(): number {
        return 1;
      }
      clients(): number {
        return this.daemon.connections;
      }
    }
    await using daemon = await listen({ daemonObject: Telling });
    daemon.register(new Counter(), "counter");
    const seen = await runClient(
      version,
      [daemon.uriFor("Pyro.Daemon")],
      `
with P.Proxy(uris[0]) as daemon:
    show(daemon.registered())
    show(daemon.ping())
    show(daemon.info())
    found = daemon.get_metadata("counter")
    show({key: sorted(found[key]) for key in ("methods", "oneway", "attrs")})
    show(type(found["methods"]).__name__)
    if version == 4:
        show(type(daemon.get_metadata("counter", as_lists=True)["methods"]).__name__)
    show(attempt(daemon.get_metadata, "nobody"))
    show([daemon.uptime(), daemon.clients()])
    show(attempt(daemon.close_stream, "none"))
`,
    );
    const where = `127.0.0.1:${daemon.uriFor("counter").port}`;
    expect(seen).toEqual([
      ["Pyro.Daemon", "counter"],
      null,
      `Pyro.Daemon bound on ${where}, NAT None, 2 objects registered. Servertype: <pyro-ts on ${where}; 1 connections>`,
      { methods: ["connect", "count", "forbid", "mark", "marks"], oneway: ["mark"], attrs: [] },
      version === 4 ? "list" : "set",
      ...(version === 4 ? ["list"] : []),
      "DaemonError: unknown object",
      [1, 1],
      null,
    ]);
  });

  test("what is exposed later is seen after a reset of the metadata", async () => {
    class Growing {
      static {
        expose(this, { methods: ["first"] });
      }
      first(): number {
        return 1;
      }
      second(): number {
        return 2;
      }
    }
    await using daemon = await listen();
    const uri = daemon.register(Growing, "growing");
    const code = "with P.Proxy(uris[0]) as p:\n    p._pyroBind()\n    show(sorted(p._pyroMethods))";
    expect(await runClient(version, [uri], code)).toEqual([["first"]]);
    expose(Growing, { methods: ["first", "second"] });
    expect(await runClient(version, [uri], code)).toEqual([["first"]]);
    daemon.resetMetadataCache("growing");
    expect(await runClient(version, [uri], `${code}\n    show(p.second())`)).toEqual([["first", "second"], 2]);
  });

  test("a server that is told to stop by a call answers it; serving goes on while a condition holds", async () => {
    let going = true;
    class Stoppable {
      static {
        expose(this, { methods: ["stop", "close"] });
      }
      stop(): string {
        going = false;
        return "stopping";
      }
      close(): string {
        void second.close();
        return "closing";
      }
    }
    await using second = await listen();
    const closing = second.register(new Stoppable());
    await using daemon = await listen();
    const lines: string[] = [];
    const serving = serve(
      new Map<object, string | null>([
        [new Stoppable(), "stoppable"],
        [new Counter(), null],
      ]),
      {
        daemon,
        nameServer: false,
        while: () => going,
        log: (line) => lines.push(line),
      },
    );
    await expect.poll(() => lines.at(-1)).toBe("Pyro daemon running.");
    const code = "show(P.Proxy(uris[0]).stop())\nshow(P.Proxy(uris[1]).close())";
    expect(await runClient(version, [daemon.uriFor("stoppable"), closing], code)).toEqual(["stopping", "closing"]);
    await serving;
    await second.loop(); // it is over
  });

  test("several daemons run side by side in one process, without any loop to be combined", async () => {
    await using first = await listen();
    await using second = await listen();
    const uris = [first.register(new Counter(), "same"), second.register(new Counter(), "same")];
    const code = "one, other = P.Proxy(uris[0]), P.Proxy(uris[1])\nshow([one.count(), other.count(), one.count()])";
    expect(await runClient(version, uris, code)).toEqual([[1, 1, 2]]);
  });
});
