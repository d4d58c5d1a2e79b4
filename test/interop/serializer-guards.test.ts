/** Which serializer is spoken, who chooses it, and what each refuses: cycles, depth, pickle; with Python of both versions. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callContext, configure, Daemon, expose, proxy, remote } from "#pyro";
import type { SerializedBlob } from "#pyro/values";
import { type PythonProcess, startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

const SERVER = `
try:
    import Pyro5.api as P
except ImportError:
    import Pyro4 as P
@P.expose
class Echo(object):
    def echo(self, value): return value
    def number(self): return P.current_context.serializer_id
    def shown(self, value): return repr(value)
    def cycle(self):
        value = []
        value.append(value)
        return {"inside": value}
    def deep(self, levels):
        value = None
        for _ in range(levels):
            value = [value]
        return value
d = P.Daemon(port=0)
print(d.register(Echo()), flush=True)
d.requestLoop()
`;
const SERIALIZERS = ["serpent", "json", "marshal", "msgpack"] as const;
const NUMBERS = {
  4: { serpent: 1, json: 2, marshal: 3, msgpack: 6 },
  5: { serpent: 1, marshal: 2, json: 3, msgpack: 4 },
} as const;

function nested(levels: number): unknown {
  let value: unknown = null;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

class Echo {
  static {
    expose(this, { methods: ["echo", "cycle", "spoken", "deep", "opened"] });
  }
  echo(value: unknown): unknown {
    return value;
  }
  spoken(): string | undefined {
    return callContext()?.serializer;
  }
  cycle(): unknown {
    const value: unknown[] = [];
    value.push(value);
    return { inside: value };
  }
  opened(blob: SerializedBlob): unknown {
    return blob.deserialized();
  }
  deep(levels: number): unknown {
    return nested(levels);
  }
}

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("with Pyro%i", (version) => {
  let server: PythonProcess;
  let uri: string;
  let daemon: Daemon;
  let ours: string;

  beforeAll(async () => {
    const env = version === 4 ? { PYRO_SERIALIZERS_ACCEPTED: SERIALIZERS.join(",") } : {};
    server = await startPython(version, ["-c", SERVER], { env });
    uri = (await server.line(/^PYRO:.*/))[0];
    daemon = await Daemon.listen();
    ours = String(daemon.register(new Echo()));
  });
  afterAll(async () => {
    await daemon.close();
    await server[Symbol.asyncDispose]();
  });

  test("each proxy speaks the serializer it was told, and one call another", async () => {
    for (const serializer of SERIALIZERS) {
      await using echo = proxy(uri, { serializer });
      expect(await echo.number()).toBe(NUMBERS[version][serializer]);
      const inJson = remote(echo).with({ serializer: "json" });
      expect(await inJson.number()).toBe(NUMBERS[version].json);
    }
  });

  test("a big int as an argument in msgpack is an ExtType in Python, and right in marshal", async () => {
    await using echo = proxy(uri, { serializer: "msgpack" });
    expect(await echo.shown(2n ** 70n)).toMatch(/^ExtType\(code=49/);
    const inMarshal = remote(echo).with({ serializer: "marshal" });
    expect(await inMarshal.shown(2n ** 70n)).toBe(String(2n ** 70n));
  });

  test("a Python client chooses for each proxy, and is answered in kind", async () => {
    const code = `
for name in ["serpent", "json", "marshal", "msgpack"]:
    p = P.Proxy(uris[0])
    p._pyroSerializer = name
    show(p.spoken())
`;
    expect(await runClient(version, [ours], code)).toEqual([...SERIALIZERS]);
  });

  test.each(SERIALIZERS)("a cycle in an argument is refused before it is sent, with %s", async (serializer) => {
    await using echo = proxy(uri, { serializer });
    const cycle: unknown[] = [];
    cycle.push({ back: cycle });
    await expect(echo.echo(cycle)).rejects.toThrow(/\[0\]\.back: circular reference$/);
    // The same value twice is no cycle.
    const twice = [1];
    expect(await echo.echo([twice, twice])).toEqual([[1], [1]]);
  });

  test.each(SERIALIZERS)("a cycle that a Python server gives is an error, with %s", async (serializer) => {
    await using echo = proxy(uri, { serializer });
    // Python's marshal does write it, as a reference to itself.
    const error = (await echo.cycle().catch((one: unknown) => one)) as Error;
    expect(error).toBeInstanceOf(Error);
    if (serializer === "marshal") expect(error.message).toContain("marshal: circular reference");
    expect(await echo.echo("still fine")).toBe("still fine");
  });

  test.each(SERIALIZERS)(
    "a Python client is told of a cycle and of depth, and goes on, with %s",
    async (serializer) => {
      const code = `
p = P.Proxy(uris[0])
show(attempt(p.cycle))
show(attempt(p.deep, 300))
value = []
value.append(value)
show(attempt(p.echo, value))
deep = None
for _ in range(300):
    deep = [deep]
show(attempt(p.echo, deep))
show(p.echo("still fine"))
`;
      const [cycle, deep, sentCycle, sentDeep, fine] = await runClient(version, [ours], code, { serializer });
      expect(cycle).toMatch(/cannot write value\.inside\[0\]: circular reference$/);
      expect(deep).toMatch(/nesting depth exceeds 200 \(limits\.maxDepth\)$/);
      // Python itself stops all but marshal's.
      expect(sentCycle).toMatch(serializer === "marshal" ? /^SerializeError: marshal: circular reference/ : /Error: /);
      expect(sentDeep).toMatch(/Error: /);
      expect(fine).toBe("still fine");
    },
  );

  test.each(SERIALIZERS)("depth is refused before it is sent, and when it arrives, with %s", async (serializer) => {
    await using echo = proxy(uri, { serializer });
    await expect(echo.echo(nested(300))).rejects.toThrow("nesting depth exceeds 200");
    expect(await echo.echo(nested(60))).toEqual(nested(60));
    await expect(echo.deep(300)).rejects.toThrow(/nest|deep|depth|recursion/i);
    expect(await echo.echo("still fine")).toBe("still fine");
  });
});

describe.skipIf(whyNoPython() !== undefined)("serializers of one version", () => {
  test.each(["pickle", "dill", "cloudpickle"])("%s is refused, and Pyro4's client is told why", async (serializer) => {
    await using daemon = await Daemon.listen();
    const at = daemon.register(new Echo());
    // Under the number of the one that Python may lack: what is sent is pickle in each case, and not looked at.
    const code = `
from Pyro4 import util
real = util.get_serializer("pickle")
class Named(type(real)):
    serializer_id = {"pickle": 4, "dill": 5, "cloudpickle": 7}["${serializer}"]
util._serializers["pickle"] = Named()
p = P.Proxy(uris[0])
p._pyroSerializer = "pickle"
show(attempt(p._pyroBind))
`;
    const [text] = await runClient(4, [at], code);
    expect(text).toContain(`serializer ${serializer} is refused: reading it would run the sender's code`);
    expect(text).toContain("accepted: serpent, json, marshal, msgpack");
  });

  test("bytes that we write as b'...' are bytes in Pyro5, not the dict that they are else", async () => {
    await using server = await startPython(5, ["-c", SERVER]);
    const uri = (await server.line(/^PYRO:.*/))[0];
    const bytes = Uint8Array.of(0, 39, 92, 255);
    try {
      configure({ serpentBytesRepr: true });
      await using echo = proxy(uri);
      expect(await echo.shown(bytes)).toBe('b"\\x00\'\\\\\\xff"');
      expect(await echo.echo(bytes)).toEqual(bytes);
    } finally {
      configure({ serpentBytesRepr: false });
    }
    await using usual = proxy(uri);
    expect(await usual.shown(bytes)).toBe("{'data': 'ACdc/w==', 'encoding': 'base64'}");
  });

  test("a daemon that takes only serpent still takes blobs, whose addresses are in marshal", async () => {
    await using daemon = await Daemon.listen({ serializers: ["serpent"] });
    const at = daemon.register(new Echo());
    for (const version of [4, 5] as const) {
      const code = `show(P.Proxy(uris[0]).opened(SerializedBlob("info", [1, 2])))`;
      expect(await runClient(version, [at], code)).toEqual([[1, 2]]);
    }
  });

  test("what a daemon accepts can come from the configuration", async () => {
    try {
      configure({ serializersAccepted: ["serpent"] });
      await using daemon = await Daemon.listen();
      const at = daemon.register(new Echo());
      const code = "show(attempt(lambda: P.Proxy(uris[0]).echo(1)))";
      for (const version of [4, 5] as const) {
        expect(await runClient(version, [at], code)).toEqual([1]);
        const [text] = await runClient(version, [at], code, { serializer: "json" });
        expect(text).toMatch(/not accepted: \d \(serializer json is not accepted here; accepted: serpent\)$/);
      }
    } finally {
      configure({ serializersAccepted: SERIALIZERS });
    }
  });
});
