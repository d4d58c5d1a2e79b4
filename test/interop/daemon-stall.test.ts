/** One slow or silent client stalls all others of Pyro's multiplex server, and none of ours: side by side. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { callContext, Daemon, expose, URI } from "#pyro";
import { startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";
import { rawPyro4, rawPyro5, ScriptedPeer } from "../support/scripted-peer.ts";

class Service {
  static {
    expose(this, { methods: { quick: "quick()", slow: "slow(seconds)" } });
  }
  quick(): string {
    return "served";
  }
  slow(seconds: number): Promise<string> {
    return sleep(seconds * 1_000, "at last", { signal: callContext()?.signal });
  }
}

const PROGRAM = (version: 4 | 5): string => `
import time
${version === 4 ? "import Pyro4 as P" : "import Pyro5.api as P"}
@P.expose
class Service(object):
    def quick(self): return "served"
    def slow(self, seconds):
        time.sleep(seconds)
        return "at last"
daemon = P.Daemon(host="127.0.0.1")
print(daemon.register(Service, "service"), flush=True)
daemon.requestLoop()
`;

const HEAD = "# serpent utf-8 python3.2\n";

interface Nuisance {
  readonly what: string;
  /** Does whatever it does to the server at that port, and is there when this resolves. */
  start(port: number, version: 4 | 5): Promise<AsyncDisposable>;
}

const raw = (version: 4 | 5): typeof rawPyro5 => (version === 4 ? rawPyro4 : rawPyro5);

const NUISANCES: Nuisance[] = [
  {
    what: "a client that connects and says nothing",
    start: (port) => ScriptedPeer.connect(port),
  },
  {
    what: "a client that sends the half of a call",
    async start(port, version) {
      const peer = await ScriptedPeer.connect(port);
      peer.send(raw(version)({ type: 1, payload: `${HEAD}{'handshake':'hello','object':'service'}` }));
      await peer.receivedAtLeast(41);
      const call = raw(version)({ type: 4, payload: `${HEAD}('service','quick',(),{})` });
      peer.send(call.subarray(0, call.length - 5));
      return peer;
    },
  },
  {
    what: "a client whose call takes its time",
    async start(port, version) {
      const peer = await ScriptedPeer.connect(port);
      peer.send(raw(version)({ type: 1, payload: `${HEAD}{'handshake':'hello','object':'service'}` }));
      await peer.receivedAtLeast(41);
      peer.send(raw(version)({ type: 4, payload: `${HEAD}('service','slow',(30.0,),{})` }));
      return peer;
    },
  },
];

/** Whether a client is served within so many seconds. */
const served = async (version: 4 | 5, uri: URI, seconds: number): Promise<string> => {
  const code = `
P.config.COMMTIMEOUT = ${seconds}
answer = attempt(lambda: P.Proxy(uris[0]).quick())
show(answer if answer == "served" else answer.split(":")[0])
`;
  return String((await runClient(version, [uri], code))[0]);
};

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("beside Pyro%d's multiplex server", (version) => {
  test.each(NUISANCES)("$what", async ({ start }) => {
    await using theirs = await startPython(version, ["-c", PROGRAM(version)], {
      env: { PYRO_SERVERTYPE: "multiplex" },
    });
    const theirUri = URI.parse((await theirs.line(/^PYRO:.*/))[0]);
    await using ours = await Daemon.listen({ host: "127.0.0.1" });
    const ourUri = ours.register(new Service(), "service");
    expect(await served(version, theirUri, 20)).toBe("served");
    await using _theirNuisance = await start(theirUri.port as number, version);
    await using _ourNuisance = await start(ourUri.port as number, version);
    expect(await served(version, theirUri, 1)).toMatch(/^(TimeoutError|CommunicationError)$/);
    expect(await served(version, ourUri, 20)).toBe("served");
  });
});
