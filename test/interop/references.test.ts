/** Proxies, URIs and served objects as values: both ways, with Python of both versions. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Daemon, expose, isRemote, proxy, type Remote, sameRemote, typed, URI, uriOf } from "#pyro";
import { contract } from "../../src/contract.ts";
import { whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";
import { type PythonShop, startPythonShop } from "../support/python-shop.ts";

class Listener {
  readonly heard: string[] = [];
  static {
    expose(this, { methods: { hear: "hear(text)", heardAll: "heard_all()" } });
  }
  hear(text: string): string {
    this.heard.push(text);
    return `heard ${text}`;
  }
  heardAll(): string[] {
    return this.heard;
  }
}

interface Prices {
  price(thing: string): string;
}
const prices = contract<Prices>({ methods: ["price"] });

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("with Pyro%i", (version) => {
  let python: PythonShop;
  let daemon: Daemon;

  beforeAll(async () => {
    python = await startPythonShop(version);
    daemon = await Daemon.listen();
  });
  afterAll(async () => {
    await daemon.close();
    await python[Symbol.asyncDispose]();
  });

  test.each(["serpent", "json", "msgpack"] as const)(
    "a Python server calls back our object, with %s",
    async (serializer) => {
      await using shop = proxy(python.shop, { serializer });
      const listener = new Listener();
      daemon.register(listener);
      expect(await shop.call(listener, "hear", "news")).toBe("heard news");
      expect(listener.heard).toEqual(["news"]);
      daemon.unregister(listener);
      await expect(shop.call(listener, "hear", "more")).rejects.toThrow("objects of class Listener do not travel");
    },
  );

  test.each(["serpent", "json", "msgpack"] as const)(
    "a served object of theirs arrives as a live proxy, with %s",
    async (serializer) => {
      await using shop = proxy(python.shop, { serializer });
      await using itself = (await shop.itself()) as Remote<unknown> &
        AsyncDisposable & { price(thing: string): Promise<string> };
      expect([isRemote(itself), sameRemote(itself, shop)]).toEqual([true, true]);
      expect(await itself.price("chair")).toBe("chair 1 EUR");
      const { shops } = (await shop.nested()) as { shops: object[] };
      await using other = typed(shops[0] as object, prices);
      expect(await other.price("bike")).toBe("bike 1 EUR");
    },
  );

  test("proxies and URIs as arguments and results", async () => {
    await using shop = proxy(python.shop);
    await using iterable = proxy(python.iterable);
    expect(await shop.kind(iterable)).toBe("Proxy");
    expect(await shop.kind(uriOf(iterable))).toBe("URI");
    expect(await shop.call(shop, "price", "couch")).toBe("couch 1 EUR");
    const back = await shop.echo(iterable);
    expect([isRemote(back), String(uriOf(back as object))]).toEqual([true, python.iterable]);
    const where = await shop.where();
    expect(where).toBeInstanceOf(URI);
    expect(String(where)).toBe(python.shop);
  });

  test("our server hands out its objects and calls those of a Python client", async () => {
    class Office {
      readonly listener = new Listener();
      static {
        expose(this, { methods: { open: "open()", all: "all()", tell: "tell(listener, text)", where: "where()" } });
      }
      open(): Listener {
        if (daemon.metadataOf(this.listener) === undefined) daemon.register(this.listener);
        return this.listener;
      }
      all(): unknown {
        return { listeners: [this.open()] };
      }
      tell(listener: Remote<Listener>, text: string): Promise<string> {
        return listener.hear(text);
      }
      where(): URI {
        return daemon.uriFor(this);
      }
    }
    const office = new Office();
    const uri = daemon.register(office);
    const code = `
@P.expose
class Ear(object):
    def hear(self, text):
        return "python heard " + text
own = P.Daemon(port=0)
ear = Ear()
own.register(ear)
threading.Thread(target=own.requestLoop, daemon=True).start()
p = P.Proxy(uris[0])
listener = p.open()
show([type(listener).__name__, listener.hear("one")])
show(p.all()["listeners"][0].hear("two"))
show(p.tell(ear, "three"))
show([type(p.where()).__name__, str(p.where()) == uris[0]])
`;
    expect(await runClient(version, [uri], code)).toEqual([
      ["Proxy", "heard one"],
      "heard two",
      "python heard three",
      ["URI", true],
    ]);
    expect(office.listener.heard).toEqual(["one", "two"]);
  });
});

test("a daemon makes proxies of what it serves", async () => {
  await using daemon = await Daemon.listen();
  const listener = new Listener();
  expect(() => daemon.proxyFor(listener)).toThrow("isn't registered");
  const uri = daemon.register(listener);
  await using remote = daemon.proxyFor(listener) as Remote<Listener>;
  expect(await remote.hear("x")).toBe("heard x");
  expect(uriOf(remote).equals(uri)).toBe(true);
});

test("without autoproxy an object travels as what it is; a served object literal is a proxy, another a dict", async () => {
  class Echo {
    static {
      expose(this, { methods: ["echo"] });
    }
    echo(value: unknown): unknown {
      return value;
    }
  }
  await using daemon = await Daemon.listen();
  const literal = { hear: (text: string): string => text };
  expose(literal, { methods: ["hear"] });
  await using echo = proxy(daemon.register(new Echo()));
  expect(await echo.echo({ a: 1 })).toEqual({ a: 1 });
  daemon.register(literal);
  expect(isRemote(await echo.echo(literal))).toBe(true);
  await using plain = await Daemon.listen({ autoproxy: false });
  const listener = new Listener();
  plain.register(listener);
  await expect(echo.echo(listener)).rejects.toThrow("do not travel");
});
