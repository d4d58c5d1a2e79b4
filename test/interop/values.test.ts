import { describe, expect, test } from "vitest";
import { Daemon, expose, proxy, RemoteError, tuple } from "#pyro";
import { PyClassDict, PyComplex, PyFloat } from "#pyro/values";
import { startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

/** A server of that Pyro which gives back what it gets, and tells what it saw. */
const program = (version: 4 | 5): string => `
${version === 4 ? "import Pyro4 as P\nexpose = P.expose\nDaemon = P.Daemon" : "import Pyro5.api as P\nexpose = P.expose\nDaemon = P.Daemon"}
class Thing(object):
    def __init__(self):
        self.size = 3
class OwnError(Exception):
    pass
@expose
class Echo(object):
    def echo(self, value): return value
    def kind(self, value): return type(value).__name__
    def shown(self, value): return repr(value)
    def thing(self): return Thing()
    def fail(self, name, *args):
        if name == "own":
            raise OwnError(*args)
        error = getattr(__import__("builtins"), name)(*args)
        error.detail = {"why": "because"}
        raise error
d = Daemon(host="127.0.0.1")
print(d.register(Echo(), "echo"), flush=True)
d.requestLoop()
`;

const VALUES: [string, unknown, string][] = [
  ["null", null, "NoneType"],
  ["a boolean", true, "bool"],
  ["an integer", 42, "int"],
  ["a negative integer", -7, "int"],
  ["the largest safe integer", Number.MAX_SAFE_INTEGER, "int"],
  ["a bigint", 123456789012345678901234567890n, "int"],
  ["a float", 1.5, "float"],
  ["a float that is integral", new PyFloat(1), "float"],
  ["minus zero", new PyFloat(-0), "float"],
  ["a tiny float", 5e-324, "float"],
  ["a large float", 1.7976931348623157e308, "float"],
  ["infinity", new PyFloat(Infinity), "float"],
  ["text", 'it\'s "quoted" \\ \n\t\u0000\u00a0\u2028 héé 日本 😀', "str"],
  ["empty text", "", "str"],
  ["a list", [1, [2, ["three"]], null], "list"],
  ["a tuple", tuple(1, tuple("a"), []), "tuple"],
  ["an empty tuple", tuple(), "tuple"],
  ["a set", new Set([1, "two", 3.5]), "set"],
  [
    "a dict",
    new Map<unknown, unknown>([
      ["b", 1],
      ["a", 2],
    ]),
    "dict",
  ],
  [
    "a dict with keys of many kinds",
    new Map<unknown, unknown>([
      [1, "a"],
      [tuple(1, 2), "b"],
      ["c", new Map()],
    ]),
    "dict",
  ],
  [
    "integer-like keys in their order",
    new Map([
      ["2", 1],
      ["1", 2],
    ]),
    "dict",
  ],
  ["a complex number", new PyComplex(1.5, -2), "complex"],
];

for (const version of [4, 5] as const) {
  const skipped = whyNoPython();
  test.skipIf(skipped !== undefined)(`values go to Python's Pyro${version} and come back the same`, async () => {
    await using server = await startPython(version, ["-c", program(version)]);
    const uri = (await server.line(/^PYRO:.*/))[0];
    await using echo = proxy(uri, { lossless: true, timeoutMs: 5_000 });
    for (const [name, value, kind] of VALUES) {
      expect(await echo.kind(value), name).toBe(kind);
      const back: unknown = await echo.echo(value);
      // Read losslessly, every float is a PyFloat.
      const wanted = typeof value === "number" && !Number.isSafeInteger(value) ? new PyFloat(value) : value;
      if (value instanceof Set)
        expect(new Set([...(back as Set<unknown>)].map(Number)), name).toEqual(new Set([...value].map(Number)));
      else expect(back, name).toStrictEqual(wanted);
    }
    expect(Number.isNaN((await echo.echo(Number.NaN)).value)).toBe(true);
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    expect(new Uint8Array(await echo.echo(bytes))).toEqual(bytes);
    const large = new Uint8Array(1 << 20).fill(7);
    expect(Buffer.compare(await echo.echo(large), large)).toBe(0);
    expect(await echo.shown(new Date(Date.UTC(2020, 1, 3, 4, 5, 6, 7)))).toBe("'2020-02-03T04:05:06.007000+00:00'");
    // Python has no empty set that travels: it arrives as the empty tuple.
    expect(await echo.kind(new Set())).toBe("tuple");
    const objects = proxy(uri);
    expect(await objects.echo({ a: 1, nested: { b: [1.5] } })).toEqual({ a: 1, nested: { b: [1.5] } });
    await objects[Symbol.asyncDispose]();
  });

  test.skipIf(skipped !== undefined)(`exceptions of Python's Pyro${version} arrive with all they carry`, async () => {
    await using server = await startPython(version, ["-c", program(version)]);
    const uri = (await server.line(/^PYRO:.*/))[0];
    await using echo = proxy(uri, { timeoutMs: 5_000 });
    const key = (await echo.fail("KeyError", "couch").catch((error: unknown) => error)) as RemoteError;
    expect(key).toBeInstanceOf(RemoteError);
    expect(key).toMatchObject({
      remoteType: "builtins.KeyError",
      name: "KeyError",
      message: "'couch'",
      remoteArgs: ["couch"],
    });
    expect(key.is("LookupError") && key.is("KeyError") && key.is("builtins.KeyError") && !key.is("ValueError")).toBe(
      true,
    );
    expect(key.remoteAttributes.get("detail")).toEqual({ why: "because" });
    expect(key.remoteTraceback).toMatch(/^Traceback \(most recent call last\):\n[\s\S]*KeyError: 'couch'\n$/);
    const own = (await echo.fail("own", 1, "two").catch((error: unknown) => error)) as RemoteError;
    expect(own).toBeInstanceOf(RemoteError);
    expect(own).toMatchObject({ remoteType: "__main__.OwnError", message: "(1, 'two')" });
    const thing: unknown = await echo.thing();
    expect(thing).toBeInstanceOf(PyClassDict);
    expect(thing).toMatchObject({ className: "__main__.Thing", fields: new Map([["size", 3]]) });
    await expect(echo.echo(() => 1)).rejects.toThrow("serpent cannot write value[0]: a function cannot be serialized");
    await expect(echo.nothing()).rejects.toMatchObject({ code: "PYRO_NO_SUCH_MEMBER" });
    expect(await echo.echo("still fine")).toBe("still fine");
  });

  test.skipIf(skipped !== undefined)(`json carries values to Python's Pyro${version} and back`, async () => {
    await using server = await startPython(version, ["-c", program(version)]);
    const uri = (await server.line(/^PYRO:.*/))[0];
    await using echo = proxy(uri, { serializer: "json", lossless: true, timeoutMs: 5_000 });
    const plain = [
      null,
      true,
      1,
      10n ** 30n,
      new PyFloat(1),
      new PyFloat(0.1),
      "é'\"\n\u2028😀",
      [1, [2]],
      new Map([
        ["2", 1],
        ["1", 2],
      ]),
    ];
    for (const value of plain) expect(await echo.echo(value)).toStrictEqual(value);
    expect((await echo.echo(Infinity)).value).toBe(Infinity);
    expect(Number.isNaN((await echo.echo(Number.NaN)).value)).toBe(true);
    expect(await echo.kind(tuple(1))).toBe("list");
    await expect(echo.echo(new Uint8Array(3))).rejects.toMatchObject({ code: "PYRO_SERIALIZE" });
    await expect(echo.fail("ValueError", "bad")).rejects.toMatchObject({
      remoteType: "builtins.ValueError",
      message: "bad",
    });
  });
}

class Echo {
  static {
    expose(this, { methods: { echo: "echo(value)" } });
  }
  echo(value: unknown): unknown {
    return value;
  }
}

describe.skipIf(whyNoPython() !== undefined).for([4, 5] as const)("a Python client of Pyro%i", (version) => {
  const VALUES = `show([repr(P.Proxy(uris[0]).echo(value)) for value in [1.0, [2.0, 3], {"2": 1, "1": 2.0}]])`;

  test("gets the very same values back from a lossless daemon: floats stay floats, dicts keep their order", async () => {
    await using daemon = await Daemon.listen({ host: "127.0.0.1", lossless: true });
    const shown = await runClient(version, [daemon.register(new Echo())], VALUES);
    expect(shown).toEqual([["1.0", "[2.0, 3]", "{'2': 1, '1': 2.0}"]]);
  });

  test("gets from another daemon what JavaScript makes of them", async () => {
    await using daemon = await Daemon.listen({ host: "127.0.0.1" });
    const shown = await runClient(version, [daemon.register(new Echo())], VALUES);
    expect(shown).toEqual([["1", "[2, 3]", "{'1': 2, '2': 1}"]]);
  });
});
