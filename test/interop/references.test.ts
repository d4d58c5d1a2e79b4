/** Proxies, URIs and served objects as values: both ways, with Python of both versions. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Daemon, expose, proxy, type Remote, remote, URI } from "#pyro";
import { isRemote } from "#pyro/client";
import { PyClassDict } from "#pyro/values";
import { contract } from "../../src/contract/contract.ts";
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
      await expect(shop.call(listener, "hear", "more")).rejects.toThrow(
        "objects of class Listener cannot be serialized",
      );
    },
  );

  test.each(["serpent", "json", "msgpack"] as const)(
    "a served object of theirs arrives as a live proxy, with %s",
    async (serializer) => {
      await using shop = proxy(python.shop, { serializer });
      await using itself = (await shop.itself()) as Remote<unknown> &
        AsyncDisposable & { price(thing: string): Promise<string> };
      expect([isRemote(itself), remote(itself).equals(shop)]).toEqual([true, true]);
      expect(await itself.price("chair")).toBe("chair 1 EUR");
      const { shops } = (await shop.nested()) as { shops: object[] };
      await using other = remote(shops[0] as object).as(prices);
      expect(await other.price("bike")).toBe("bike 1 EUR");
    },
  );

  test("proxies and URIs as arguments and results", async () => {
    await using shop = proxy(python.shop);
    await using iterable = proxy(python.iterable);
    expect(await shop.kind(iterable)).toBe("Proxy");
    expect(await shop.kind(remote(iterable).uri)).toBe("URI");
    expect(await shop.call(shop, "price", "couch")).toBe("couch 1 EUR");
    const back = await shop.echo(iterable);
    expect([isRemote(back), String(remote(back as object).uri)]).toEqual([true, python.iterable]);
    const where = await shop.where();
    expect(where).toBeInstanceOf(URI);
    expect(String(where)).toBe(python.shop);
  });

  test("an object of ours arrives with its metadata: Python need not ask for it", async () => {
    class Lamp {
      static {
        expose(this, { methods: { light: "light(colour)", off: "off()" }, attrs: ["watts"], oneway: ["off"] });
      }
      get watts(): number {
        return 60;
      }
      light(colour: string): string {
        return colour;
      }
      off(): void {}
    }
    class Room {
      readonly lamp = new Lamp();
      static {
        expose(this, { methods: ["light"] });
      }
      light(): Lamp {
        return this.lamp;
      }
    }
    const room = new Room();
    daemon.register(room.lamp);
    const code = `
lamp = p.light()
show([sorted(lamp._pyroMethods), sorted(lamp._pyroAttrs), sorted(lamp._pyroOneway), lamp._pyroConnection is None])
show([lamp.light("red"), lamp.watts, lamp.off()])
`;
    expect(await runClient(version, [daemon.register(room)], `p = P.Proxy(uris[0])\n${code}`)).toEqual([
      [["light", "off"], ["watts"], ["off"], true],
      ["red", 60, null],
    ]);
  });

  test("methods with two underscores are called by their names; other private names never leave", async () => {
    await using shop = proxy(python.shop);
    expect(await shop.__len__()).toBe(3);
    expect(await shop.__getitem__(0)).toBe("chair");
    expect(() => shop.__init__).toThrow("private");
    expect(() => shop._name).toThrow("private");
  });

  test("with marshal ours go as proxies; Python sends none of its own objects so, and no proxy inside of a value", async () => {
    await using shop = proxy(python.shop, { serializer: "marshal" });
    const listener = new Listener();
    daemon.register(listener);
    expect(await shop.kind(listener)).toBe("Proxy");
    expect(await shop.call(listener, "hear", "news")).toBe("heard news");
    expect(isRemote(await shop.echo(shop))).toBe(true);
    await expect(shop.echo([shop])).rejects.toMatchObject({ message: "unmarshallable object" });
    // It sends what its object consists of instead: a dict (Pyro4), or a class dict (Pyro5).
    const itself: unknown = await shop.itself();
    expect(isRemote(itself)).toBe(false);
    expect(
      itself instanceof PyClassDict ? itself.fields.get("things") : (itself as { things: unknown }).things,
    ).toEqual(["chair", "bike", "couch"]);
    expect(await shop.price("chair")).toBe("chair 1 EUR");
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
  await using peer = daemon.proxyFor(listener) as Remote<Listener>;
  expect(await peer.hear("x")).toBe("heard x");
  expect(remote(peer).uri.equals(uri)).toBe(true);
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
  await expect(echo.echo(listener)).rejects.toThrow("cannot be serialized");
});
