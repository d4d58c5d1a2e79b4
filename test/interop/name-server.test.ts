/** Our name server with Python clients, and Python's with ours. */
import { describe, expect, test } from "vitest";
import { locateNameServer, startNameServer } from "#pyro";
import { resolve, typeTags } from "#pyro/naming";
import { startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

class Furniture {}
class Chair extends Furniture {}

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("with Pyro%i", (version) => {
  test("register, look up, remove: a Python client at our name server", async () => {
    await using names = await startNameServer({ port: 0 });
    await using own = await locateNameServer({ host: "localhost", port: Number(/\d+$/.exec(String(names.uri))?.[0]) });
    await own.register("shop.chair", "PYRO:chair@localhost:1", { metadata: typeTags(new Chair(), "shop") });
    const filtered =
      version === 4 ? "n.list(metadata_all={'a','b'})" : "n.yplookup(meta_all={'a','b'}, return_metadata=False)";
    const any =
      version === 4 ? "n.list(metadata_any={'b','z'})" : "n.yplookup(meta_any={'b','z'}, return_metadata=False)";
    const code = `
n = P.Proxy(uris[0])
n.register("x.one", "PYRO:one@localhost:1", metadata={"a", "b"})
n.register("x.two", "PYRO:two@localhost:2", metadata=["b"])
n.register("y.one", P.URI("PYRO:three@localhost:3"))
show(attempt(n.register, "x.one", "PYRO:other@localhost:9", safe=True))
show([str(n.lookup("y.one")), type(n.lookup("y.one")).__name__])
uri, meta = n.lookup("x.one", return_metadata=True)
show([str(uri), sorted(meta), type(meta).__name__])
show(sorted(n.list(prefix="x.")))
show(sorted(n.list(regex="[xy]\\\\.one")))
show([sorted(${filtered}), sorted(${any})])
n.set_metadata("x.two", {"c"})
show(sorted(n.lookup("x.two", return_metadata=True)[1]))
show(sorted(n.lookup("shop.chair", return_metadata=True)[1]))
show([n.count(), n.remove("x.one"), n.remove(prefix="x."), n.remove(regex="y.*"), n.remove("nothing"), n.count()])
show(attempt(n.lookup, "x.one"))
n.ping()
`;
    const shown = await runClient(version, [names.uri], code);
    expect(shown).toEqual([
      "NamingError: name already registered: x.one",
      ["PYRO:three@localhost:3", "URI"],
      ["PYRO:one@localhost:1", ["a", "b"], version === 4 ? "list" : "set"],
      ["x.one", "x.two"],
      ["x.one", "y.one"],
      [["x.one"], ["x.one", "x.two"]],
      ["c"],
      ["class:shop.Chair", "class:shop.Furniture"],
      [5, 1, 1, 1, 0, 2],
      "NamingError: unknown name: x.one",
    ]);
  });

  test("our client at Python's name server", async () => {
    const module = version === 4 ? "Pyro4.naming" : "Pyro5.nameserver";
    await using server = await startPython(version, ["-m", module, "-n", "127.0.0.1", "-p", "0", "-x"]);
    const [, port = ""] = await server.line(/^URI = PYRO:Pyro\.NameServer@127\.0\.0\.1:(\d+)/);
    await using names = await locateNameServer({ host: "127.0.0.1", port: Number(port) });
    await names.register("x.one", "PYRO:one@localhost:1", { metadata: ["a", "b"] });
    await names.register("x.two", "PYRO:two@localhost:2");
    expect(String(await names.lookup("x.one"))).toBe("PYRO:one@localhost:1");
    expect([...(await names.list({ prefix: "x." })).keys()]).toEqual(["x.one", "x.two"]);
    expect([...(await names.list({ metadataAll: ["a", "b"] })).keys()]).toEqual(["x.one"]);
    await names.setMetadata("x.two", ["c"]);
    expect([...((await names.list({ prefix: "x.two" })).get("x.two")?.metadata ?? [])]).toEqual(["c"]);
    expect(await names.remove({ prefix: "x." })).toBe(2);
    await expect(names.lookup("x.one")).rejects.toThrow("unknown name: x.one");
  });

  test("a name that is not there yet is waited for", async () => {
    const module = version === 4 ? "Pyro4.naming" : "Pyro5.nameserver";
    await using server = await startPython(version, ["-m", module, "-n", "127.0.0.1", "-p", "0", "-x"]);
    const [, port = ""] = await server.line(/^URI = PYRO:Pyro\.NameServer@127\.0\.0\.1:(\d+)/);
    await using names = await locateNameServer({ host: "127.0.0.1", port: Number(port) });
    const late = resolve(`PYRONAME:late@127.0.0.1:${port}`, { delayMs: 20_000 });
    await expect(resolve(`PYRONAME:late@127.0.0.1:${port}`)).rejects.toThrow("unknown name: late");
    await names.register("late", "PYRO:late@localhost:1");
    expect(String(await late)).toBe("PYRO:late@localhost:1");
  });
});
