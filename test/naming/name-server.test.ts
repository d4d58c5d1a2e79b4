import { expect, test } from "vitest";
import { expose, keepRegistered, locateNameServer, NamingError, startNameServer, URI } from "#pyro";
import {
  type LocateOptions,
  type RegistrationEvent,
  type ResolveOptions,
  type RunningNameServer,
  resolve as resolveUri,
} from "#pyro/naming";
import { compilePattern } from "../../src/naming/pattern.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { listenInMemory, memoryHostIn, proxyIn } from "../support/memory-host.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

const environment = new VirtualEnvironment();
const here = memoryHostIn(environment);
const proxy = proxyIn(here);
const resolve = (uri: string, options: ResolveOptions = {}): Promise<URI> => resolveUri(uri, { ...here, ...options });

async function started(port = 0): Promise<{ running: RunningNameServer; where: LocateOptions & { port: number } }> {
  const running = await startNameServer({ ...here, host: "127.0.0.1", port });
  return { running, where: { ...here, host: "127.0.0.1", port: running.uri.port as number } };
}

for (const protocol of [4, 5] as const) {
  test(`the method table, as a Pyro${protocol} client sees it`, async () => {
    const { running } = await started();
    await using _ = running;
    // lossless: tuples and sets are told apart, dicts come as Maps.
    await using names = proxy(running.uri, { protocol, lossless: true });
    const tags = (...all: string[]): unknown => (protocol === 4 ? all : all.length === 0 ? [] : new Set(all));
    expect(await names.ping()).toBeNull();
    expect(await names.count()).toBe(1);
    await names.register("a.1", "PYRO:x@h:1", false, ["one", "two"]);
    await names.register("a.2", URI.parse("PYRONAME:other@h:2"), false, new Set(["two"]));
    await names.register("b", "PYRO:y@h:3");
    expect(await names.lookup("a.1")).toEqual(URI.parse("PYRO:x@h:1"));
    const [uri, metadata] = await names.lookup("a.1", true);
    expect(String(uri)).toBe("PYRO:x@h:1");
    expect(metadata).toEqual(tags("one", "two"));
    expect([...(await names.list("a."))]).toEqual([
      ["a.1", "PYRO:x@h:1"],
      ["a.2", "PYRONAME:other@h:2"],
    ]);
    expect([...(await names.list(null, ".*2$")).keys()]).toEqual(["a.2"]);
    expect([...(await names.list(null, "a")).keys()]).toEqual(["a.1", "a.2"]); // anchored at the start only
    expect((await names.list("")).size).toBe(4);
    expect([...(await names.yplookup(["one", "two"])).keys()]).toEqual(["a.1"]);
    expect([...(await names.yplookup(null, ["one", "two"], false)).values()]).toEqual([
      "PYRO:x@h:1",
      "PYRONAME:other@h:2",
    ]);
    expect((await names.yplookup()).size).toBe(0);
    const own = protocol === 4 ? "class:Pyro4.naming.NameServer" : "class:Pyro5.nameserver.NameServer";
    const all = protocol === 4 ? await names.list(null, null, null, null, true) : await names.list(null, null, true);
    expect(all.get("Pyro.NameServer")[1]).toEqual(tags(own));
    expect([...all.get("b")[1]]).toEqual([]);
    if (protocol === 4) expect([...(await names.list(null, null, ["two"])).keys()]).toEqual(["a.1", "a.2"]);
    await names.set_metadata("b", ["three"]);
    expect((await names.lookup("b", true))[1]).toEqual(tags("three"));
    await names.set_metadata("b", []);
    expect([...(await names.lookup("b", true))[1]]).toEqual([]);

    await expect(names.lookup("nobody")).rejects.toThrow("unknown name: nobody");
    await expect(names.register("b", "PYRO:z@h:3", true)).rejects.toThrow("name already registered: b");
    await expect(names.register("c", "nonsense")).rejects.toThrow("invalid uri");
    await expect(names.register("c", 42)).rejects.toThrow("only URIs or strings can be registered");
    await expect(names.register(42, "PYRO:z@h:3")).rejects.toThrow("name must be a str");
    await expect(names.register("c", "PYRO:z@h:3", false, "tag")).rejects.toThrow("metadata should not be a str");
    await expect(names.set_metadata("nobody", [])).rejects.toThrow("unknown name: nobody");
    await expect(names.list("a", "b")).rejects.toMatchObject({ message: "you can only filter on one thing at a time" });
    await expect(names.yplookup(["a"], ["b"])).rejects.toThrow("you can't use meta_all or meta_any at the same time");
    await expect(names.yplookup("tag")).rejects.toThrow("metadata_all should not be a str");
    await expect(names.list(null, "(")).rejects.toThrow(NamingError);

    expect(await names.remove("nobody")).toBe(0);
    expect(await names.remove("b")).toBe(1);
    expect(await names.remove(null, "a.")).toBe(2);
    expect(await names.count()).toBe(1);
  });
}

test("the reserved name is protected against everything", async () => {
  const { running } = await started();
  await using _ = running;
  await using names = proxy(running.uri);
  expect(await names.remove("Pyro.NameServer")).toBe(0);
  expect(await names.remove(null, "Pyro.")).toBe(0);
  expect(await names.remove(null, null, ".*")).toBe(0);
  await expect(names.register("Pyro.NameServer", "PYRO:evil@h:1")).rejects.toThrow("reserved");
  await expect(names.set_metadata("Pyro.NameServer", ["x"])).rejects.toThrow("reserved");
  expect(String(await names.lookup("Pyro.NameServer"))).toBe(String(running.uri));
});

test("names like __proto__, constructor and 2 are names like others", async () => {
  const { running, where } = await started();
  await using _ = running;
  await using names = await locateNameServer(where);
  for (const name of ["__proto__", "constructor", "2", "1"]) await names.register(name, "PYRO:x@h:1");
  expect([...(await names.list()).keys()]).toEqual(["1", "2", "Pyro.NameServer", "__proto__", "constructor"]);
  expect(String(await names.lookup("__proto__"))).toBe("PYRO:x@h:1");
  expect(await names.remove("constructor")).toBe(1);
});

test("patterns from the network are Python's, anchored at the start, and cannot hang the name server", () => {
  // What Python's re.match says of these.
  const table: [string, string, boolean][] = [
    ["app", "app2", true],
    ["app", "my.app", false],
    ["app$", "app2", false],
    ["a.c", "abc", true],
    ["(?P<x>a+)b", "aab", true],
    ["(?i)APP", "app", true],
    ["\\Aapp\\Z", "app", true],
    ["\\Aapp\\Z", "app2", false],
    ["[^.]+\\.b", "a.b", true],
    ["a{2,3}$", "aaa", true],
    ["x|app", "app", true],
    ["\\d+", "12a", true],
    ["", "anything", true],
  ];
  for (const [pattern, name, expected] of table)
    expect(compilePattern(pattern)(name), `${pattern} ${name}`).toBe(expected);
  const started = cpuMs();
  expect(compilePattern("(a+)+$")(`${"a".repeat(10_000)}!`)).toBe(false);
  expect(compilePattern("(x+x+)+y")("x".repeat(10_000))).toBe(false);
  // A backtracking engine would need longer than the universe has been there; the bound is far from what it takes.
  expect(cpuMs() - started).toBeLessThan(5_000);
  for (const bad of [
    "(",
    "a**",
    "(?=x)",
    "(?<!x)y",
    "(a)\\1",
    "(?P<a>x)(?P=a)",
    "((a{1,100}){1,100}){1,100}",
    "a".repeat(1_001),
  ]) {
    expect(() => compilePattern(bad), bad).toThrow(/^invalid regex: /);
  }
});

class Thing {
  static {
    expose(this, { methods: ["here"] });
  }
  here(): string {
    return "here";
  }
}

/** Collects events. `next` lets the time of one check pass, and finds the next event of a kind. */
function recorder(everyMs: number): {
  onEvent: (event: RegistrationEvent) => void;
  next: (type: string) => Promise<RegistrationEvent>;
} {
  const events: RegistrationEvent[] = [];
  return {
    onEvent: (event) => void events.push(event),
    async next(type) {
      await environment.advance(everyMs);
      const at = events.findIndex((event) => event.type === type);
      const found = events[at];
      if (found === undefined) throw new Error(`no event '${type}' in ${JSON.stringify(events)}`);
      events.splice(0, at + 1);
      return found;
    },
  };
}

test("a kept name waits for the name server, comes back after its restart, and goes when its owner goes", async () => {
  const { running: first, where } = await started();
  await first.close();
  await using daemon = await listenInMemory({ ...here, host: "127.0.0.1" });
  const uri = daemon.register(new Thing());
  const seen = recorder(50);
  const kept = keepRegistered("thing", uri, { ...where, everyMs: 50, onEvent: seen.onEvent });
  expect(await seen.next("waiting")).toMatchObject({ reason: expect.stringContaining("connection refused") });

  const { running: second } = await started(where.port);
  expect(await seen.next("registered")).toMatchObject({ again: false });
  expect(await proxy(`PYRONAME:thing@127.0.0.1:${where.port}`).here()).toBe("here");
  await second.close();
  await seen.next("lost");

  const { running: third } = await started(where.port);
  await using _ = third;
  expect(await seen.next("registered")).toMatchObject({ again: true });
  expect(String(await resolve(`PYRONAME:thing@127.0.0.1:${where.port}`))).toBe(String(uri));

  // Someone else's registration is respected, until it is gone.
  await using names = await locateNameServer(where);
  await names.register("thing", "PYRO:other@h:1");
  expect(await seen.next("taken")).toMatchObject({ by: URI.parse("PYRO:other@h:1") });
  await names.remove("thing");
  await seen.next("registered");
  await kept[Symbol.asyncDispose]();
  await expect(names.lookup("thing")).rejects.toThrow("unknown name");
});

test("a kept name is checked every everyMs, and four times a second while it is not registered", async () => {
  const { running: first, where } = await started();
  await first.close();
  const times: string[] = [];
  const onEvent = ({ type }: RegistrationEvent): void => void times.push(`${type} ${environment.now() - start}`);
  const start = environment.now();
  await using _ = keepRegistered("thing", URI.parse("PYRO:x@h:1"), { ...where, everyMs: 5_000, onEvent });
  await environment.advance(1_100);
  const { running: second } = await started(where.port);
  await environment.advance(149);
  expect(times).toEqual(["waiting 0"]);
  await environment.advance(1);
  expect(times).toEqual(["waiting 0", "registered 1250"]);
  await second.close();
  await environment.advance(10_000);
  expect(times.at(-1)).toBe("lost 6250");
});

test("a name that is registered later is looked up every 500 ms, until delayMs is over", async () => {
  const { running, where } = await started();
  await using _ = running;
  await using names = await locateNameServer(where);
  const start = environment.now();
  const uri = `PYRONAME:late@127.0.0.1:${where.port}`;
  const outcomes: string[] = [];
  const note = (text: string): void => void outcomes.push(`${text} ${environment.now() - start}`);
  void resolve(uri, { delayMs: 1_200 }).then(String).then(note);
  void resolve(uri, { delayMs: 700 }).catch((error: Error) => note(error.message));
  await environment.advance(900);
  await names.register("late", "PYRO:x@h:1");
  await environment.advance(1_000);
  expect(outcomes).toEqual(["unknown name: late 700", "PYRO:x@h:1 1000"]);
});

test("PYRONAME and PYROMETA are resolved; what is not there is said clearly", async () => {
  const { running, where } = await started();
  await using _ = running;
  await using names = await locateNameServer(where);
  await names.register("one", "PYRO:x@h:1", { metadata: ["red", "round"] });
  await names.register("two", "PYRO:y@h:2", { metadata: ["red"] });
  const at = `@127.0.0.1:${where.port}`;
  expect(String(await resolve(`PYRONAME:two${at}`))).toBe("PYRO:y@h:2");
  expect(String(await resolve(`PYROMETA:red,round${at}`))).toBe("PYRO:x@h:1");
  expect(["PYRO:x@h:1", "PYRO:y@h:2"]).toContain(String(await resolve(`PYROMETA:red${at}`)));
  await expect(resolve(`PYROMETA:blue${at}`)).rejects.toThrow(
    "no registrations available with desired metadata properties {'blue'}",
  );
  await expect(resolve(`PYRONAME:three${at}`)).rejects.toThrow("unknown name: three");
  await running.close();
  await expect(resolve(`PYRONAME:two${at}`)).rejects.toMatchObject({
    code: "PYRO_NO_NAME_SERVER",
    message: expect.stringContaining("Failed to locate the nameserver: cannot connect"),
  });
});
