import { describe, expect, test } from "vitest";
import { callContext, Daemon, expose, proxy, remote } from "#pyro";
import type { RawReply } from "#pyro/client";
import { type PythonProcess, type PythonPyro, startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

const large = "compressible ".repeat(1_000);

/** The same bit in both versions. */
const COMPRESSED = 0x02;

/** Counts what Python inflates, whichever of its modules does it. */
const COUNTING = `
import zlib
inflated = []
_inflate = zlib.decompress
def _counted(data, *args):
    result = _inflate(data, *args)
    inflated.append(len(result))
    return result
zlib.decompress = _counted
`;

const daemonProgram = (version: PythonPyro): string => `
${COUNTING}
${version === 4 ? "import Pyro4 as P" : "import Pyro5.api as P"}
@P.expose
class Echo(object):
    def echo(self, value):
        return value
    def inflated(self):
        return list(inflated)
d = P.Daemon(host="127.0.0.1")
print("uri", d.register(Echo(), "echo"), flush=True)
d.requestLoop()
`;

async function startDaemon(version: PythonPyro, env: Record<string, string>): Promise<[PythonProcess, string]> {
  const daemon = await startPython(version, ["-c", daemonProgram(version)], { env });
  return [daemon, (await daemon.line(/^uri (.*)/))[1] as string];
}

interface EchoApi {
  echo(value: string): Promise<string>;
  inflated(): Promise<number[]>;
}

/** Whether each message that came in was compressed. */
const came: boolean[] = [];

class Echo {
  echo(value: unknown): unknown {
    came.push(((callContext()?.flags ?? 0) & COMPRESSED) !== 0);
    return value;
  }
}
expose(Echo, { methods: ["echo"] });

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("compression with Pyro%i", (version) => {
  test.for(["serpent", "json", "marshal", "msgpack"] as const)(
    "a large argument in %s goes to its daemon compressed, a small one does not",
    async (serializer) => {
      const accepted = version === 4 ? { PYRO_SERIALIZERS_ACCEPTED: "serpent,json,marshal,msgpack" } : {};
      const [python, uri] = await startDaemon(version, accepted);
      await using _ = python;
      const peer = proxy<EchoApi>(uri, { compression: true, serializer });
      expect(await peer.echo(large)).toBe(large);
      expect(await peer.echo("small")).toBe("small");
      const counts = await peer.inflated();
      expect(counts).toEqual([expect.any(Number)]);
      expect(counts[0]).toBeGreaterThan(large.length);
      await remote(peer).release();
      const plain = proxy<EchoApi>(uri, { serializer });
      expect(await plain.echo(large)).toBe(large);
      expect(await plain.inflated()).toHaveLength(1);
      await remote(plain).release();
    },
  );

  test("a reply that its daemon compressed is read, whatever the proxy's own setting", async () => {
    const [python, uri] = await startDaemon(version, { PYRO_COMPRESSION: "on" });
    await using _ = python;
    const compressed: boolean[] = [];
    for (const compression of [false, true]) {
      const peer = proxy<EchoApi>(uri, { compression });
      const seen = remote(peer).with({
        onReply: (reply) => compressed.push(((reply as RawReply).flags & COMPRESSED) !== 0),
      });
      expect(await seen.echo(large)).toBe(large);
      expect(await seen.echo("small")).toBe("small");
      await remote(peer).release();
    }
    expect(compressed).toEqual([true, false, true, false]);
  });

  test("its client and our daemon, with compression on one side, both or none", async () => {
    for (const daemonOn of [false, true]) {
      await using daemon = await Daemon.listen({ host: "127.0.0.1", compression: daemonOn });
      const uri = daemon.register(new Echo(), "echo");
      for (const clientOn of [false, true]) {
        came.length = 0;
        const shown = await runClient(
          version,
          [uri],
          `${COUNTING}
P.config.COMPRESSION = ${clientOn ? "True" : "False"}
with P.Proxy(uris[0]) as echo:
    echo._pyroBind()
    del inflated[:]
    show(echo.echo("compressible " * 1000) == "compressible " * 1000)
    show(echo.echo("small"))
    show(len(inflated))
`,
        );
        expect(shown).toEqual([true, "small", daemonOn ? 1 : 0]);
        expect(came).toEqual([clientOn, false]);
      }
    }
  });
});
