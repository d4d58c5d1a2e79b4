import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { configure, Daemon, expose } from "#pyro";
import type { Config } from "#pyro/diagnostics";
import type { SerializedBlob } from "#pyro/values";
import { ITEMS, WITHOUT_EFFECT } from "../../src/config/items.ts";
import { python, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

class Part {
  name(): string {
    return "part";
  }
}
expose(Part, { methods: ["name"] });

class Shop {
  readonly part = new Part();
  readonly said: string[] = [];
  /** How long `slow` waits for `quick`. */
  patienceMs = 20_000;
  #quick = (): void => undefined;
  async slow(): Promise<void> {
    this.said.push("slow begins");
    await new Promise<void>((resolve) => {
      this.#quick = resolve;
      setTimeout(resolve, this.patienceMs).unref();
    });
    this.said.push("slow ends");
  }
  quick(): string {
    this.said.push("quick");
    this.#quick();
    return "quick";
  }
  *items(): Generator<number> {
    yield 1;
  }
  take(blob: SerializedBlob): unknown {
    return blob.deserialized()[0];
  }
  itself(): unknown {
    return this.part;
  }
}
expose(Shop, { methods: ["slow", "quick", "items", "take", "itself"], oneway: ["slow"] });

const usual: Partial<Config> = {
  autoproxy: true,
  compression: false,
  iterStreaming: true,
  onewayThreaded: true,
  serializersAccepted: ["serpent", "json", "marshal", "msgpack"],
  threadpoolSize: 1_000_000,
};
afterEach(() => configure(usual));

/** What a Python client shows of a daemon that is made under these settings. */
async function shownBy(
  version: 4 | 5,
  settings: Partial<Config>,
  code: string,
  shop: Shop = new Shop(),
): Promise<unknown[]> {
  configure(settings);
  await using daemon = await Daemon.listen({ host: "127.0.0.1" });
  daemon.register(shop.part, "part");
  const uri = daemon.register(shop, "shop");
  return await runClient(version, [uri], `shop = P.Proxy(uris[0])\n${code}`);
}

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("the items of Pyro%i", (version) => {
  test("are all known, and each default is the same or differs on purpose", () => {
    const program = `
import json
from Pyro${version} import config
values = config.${version === 4 ? "asDict" : "as_dict"}()
print(json.dumps({k: sorted(v) if isinstance(v, set) else v for k, v in values.items()}))
`;
    const { command, env } = python(version);
    const theirs = JSON.parse(execFileSync(command, ["-c", program], { env, encoding: "utf8" })) as Record<
      string,
      unknown
    >;
    const ours = new Map(Object.values(ITEMS).map((item) => [item.name, item]));
    expect(Object.keys(theirs).filter((name) => !ours.has(name) && !(name in WITHOUT_EFFECT))).toEqual([]);
    const differing = Object.entries(theirs).flatMap(([name, value]) => {
      const item = ours.get(name);
      if (item === undefined) return [];
      const { kind, defaultValue } = item;
      const seconds = kind.expected.startsWith("must be seconds") ? Number(defaultValue) / 1_000 : defaultValue;
      const same = JSON.stringify(seconds ?? null) === JSON.stringify(value);
      return same ? [] : [name];
    });
    // No thread pool, all serializers, and no waiting for more of a small message.
    const onPurpose = ["NATPORT", "PREFER_IP_VERSION", "SOCK_NODELAY", "THREADPOOL_SIZE"];
    const only4 = ["BROADCAST_ADDRS", "MAX_MESSAGE_SIZE", "SERIALIZERS_ACCEPTED"];
    expect(differing.sort()).toEqual([...onPurpose, ...(version === 4 ? only4 : [])].sort());
  });

  test("THREADPOOL_SIZE bounds the connections of a daemon that says nothing else", async () => {
    const code = `
show(shop.quick())
other = P.Proxy(uris[0])
show(attempt(lambda: other.quick()))
`;
    const [first, second] = await shownBy(version, { threadpoolSize: 1 }, code);
    expect(first).toBe("quick");
    expect(second).toContain("no free workers, increase server threadpool size");
  });

  test("ITER_STREAMING off: a method that gives an iterator fails", async () => {
    const code = "show(attempt(lambda: list(shop.items())))";
    expect(await shownBy(version, {}, code)).toEqual([[1]]);
    const [refused] = await shownBy(version, { iterStreaming: false }, code);
    expect(refused).toMatch(/^ProtocolError: result of call is an iterator/);
  });

  test("AUTOPROXY off: a registered object does not travel as a proxy", async () => {
    const code = "show(type(shop.itself()).__name__)";
    expect(await shownBy(version, {}, code)).toEqual(["Proxy"]);
    const [without] = await shownBy(version, { autoproxy: false }, `show(attempt(lambda: ${code.slice(5, -1)}))`);
    expect(without).not.toBe("Proxy");
  });

  test("ONEWAY_THREADED off: what comes behind a oneway call waits for it", async () => {
    const code = "shop.slow()\nshow(shop.quick())";
    const beside = new Shop();
    await shownBy(version, {}, code, beside);
    expect(beside.said.slice(0, 2)).toEqual(["slow begins", "quick"]);
    const inOrder = new Shop();
    inOrder.patienceMs = 200;
    await shownBy(version, { onewayThreaded: false }, code, inOrder);
    expect(inOrder.said).toEqual(["slow begins", "slow ends", "quick"]);
  });

  test("SERIALIZERS_ACCEPTED is what a daemon takes that says nothing else; blobs are read all the same", async () => {
    const accepted = { serializersAccepted: ["serpent"] } as const;
    const code = "show(attempt(lambda: shop.quick()))";
    expect(await shownBy(version, accepted, code)).toEqual(["quick"]);
    const blob = "show(attempt(lambda: shop.take(SerializedBlob('info', ['data']))))";
    expect(await shownBy(version, accepted, blob)).toEqual(["data"]);
    configure(accepted);
    await using daemon = await Daemon.listen({ host: "127.0.0.1" });
    const uri = daemon.register(new Shop(), "shop");
    const [refused] = await runClient(version, [uri], `shop = P.Proxy(uris[0])\n${code}`, { serializer: "json" });
    expect(refused).toContain(`message used serializer that is not accepted: ${version === 4 ? 2 : 3}`);
  });

  test("COMPRESSION on: results are compressed", async () => {
    const code = `
import zlib
real, seen = zlib.decompress, []
zlib.decompress = lambda *a: seen.append(1) or real(*a)
P.Proxy(uris[0].replace("shop", "Pyro.Daemon"))._pyroBind()
show(len(seen) > 0)
`;
    expect(await shownBy(version, {}, code)).toEqual([false]);
    expect(await shownBy(version, { compression: true }, code)).toEqual([true]);
  });
});
