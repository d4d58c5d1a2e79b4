/** Our proxies' connections to Python servers of both versions: how they begin, break, come back and end. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proxy, remote, TimeoutError } from "#pyro";
import { resolve } from "#pyro/naming";
import { startPython, whyNoPython } from "../support/python.ts";
import { type PythonShop, startPythonShop } from "../support/python-shop.ts";

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("a Python server, Pyro%i", (version) => {
  let python: PythonShop;

  beforeAll(async () => {
    python = await startPythonShop(version);
  });
  afterAll(() => python[Symbol.asyncDispose]());

  test("a call whose connection breaks fails, or is made again as often as maxRetries says", async () => {
    await using own = await startPythonShop(version);
    await using once = proxy(own.shop);
    await expect(once.drop_once()).rejects.toMatchObject({ code: "PYRO_CONNECTION_CLOSED" });
    expect(await once.drop_once()).toBe(2); // the next call connects anew
    await using other = await startPythonShop(version);
    await using again = proxy(other.shop, { maxRetries: 2 });
    expect(await again.drop_once()).toBe(2); // it ran twice
  });

  test("time-outs of a proxy and of a call; the proxy goes on", async () => {
    await using shop = proxy(python.shop, { timeoutMs: 20_000 });
    await expect(remote(shop).with({ timeoutMs: 50 }).slow(1)).rejects.toThrow(TimeoutError);
    await using impatient = proxy(python.shop, { timeoutMs: 50 });
    await expect(impatient.slow(1)).rejects.toThrow(TimeoutError);
    expect(await shop.slow(0.01)).toBe("done");
  });

  test("connect, release, reconnect; the server sees where we come from", async () => {
    await using shop = proxy(python.shop);
    expect(remote(shop).localAddress).toBeUndefined();
    await remote(shop).connect();
    expect(remote(shop).localAddress).toMatchObject({ kind: "tcp" });
    await remote(shop).release();
    expect(remote(shop).localAddress).toBeUndefined();
    await remote(shop).reconnect({ tries: 1 });
    expect(remote(shop).localAddress).toBeDefined();
    await using nobody = proxy("PYRO:shop@127.0.0.1:1");
    await expect(remote(nobody).reconnect({ tries: 2, delayMs: 10 })).rejects.toThrow("failed to reconnect");
  });

  test("handshake data, its answer, and who refuses whom", async () => {
    const answers: unknown[] = [];
    await using shop = proxy(python.shop, {
      handshake: { me: 1 },
      validateHandshake: (answer) => answers.push(answer),
    });
    await remote(shop).connect();
    expect(answers).toEqual([{ welcome: { me: 1 } }]);
    await using wrong = proxy(python.shop, { handshake: "wrong" });
    await expect(remote(wrong).connect()).rejects.toMatchObject({
      code: "PYRO_REJECTED",
      message: expect.stringContaining("not you"),
    });
    const refuse = (): never => {
      throw new Error("not them");
    };
    await using picky = proxy(python.shop, { validateHandshake: refuse });
    await expect(remote(picky).connect()).rejects.toMatchObject({ code: "PYRO_REFUSED" });
  });

  test("metadata by call, copies with a connection of their own, equality by URI", async () => {
    await using shop = proxy(python.shop);
    const metadata = await remote(shop).fetchMetadata();
    expect([...metadata.methods]).toEqual(expect.arrayContaining(["price", "note", "__len__"]));
    expect([[...metadata.oneway], [...metadata.attrs].sort()]).toEqual([["note"], ["name", "size"]]);
    await using copy = remote(shop).copy();
    expect(await copy.price("chair")).toBe("chair 1 EUR");
    expect(remote(copy).localAddress).not.toEqual(remote(shop).localAddress);
    await using other = proxy(python.iterable);
    expect([remote(shop).equals(copy), remote(shop).equals(other), remote(shop).equals(1)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("PYRONAME and PYROMETA by a real name server; bind stays with what was found", async () => {
    const module = version === 4 ? "Pyro4.naming" : "Pyro5.nameserver";
    await using names = await startPython(version, ["-m", module, "-n", "127.0.0.1", "-p", "0", "-x"]);
    const [, port = ""] = await names.line(/^URI = PYRO:Pyro\.NameServer@127\.0\.0\.1:(\d+)/);
    const at = `127.0.0.1:${port}`;
    await using server = proxy(`PYRO:Pyro.NameServer@${at}`);
    await server.register("shop.one", python.shop);
    await server.set_metadata("shop.one", ["shop", "open"]);
    await server.register("shop.two", python.iterable);
    await server.set_metadata("shop.two", ["shop", "closed"]);
    expect(String(await resolve(`PYRONAME:shop.one@${at}`))).toBe(python.shop);
    expect(String(await resolve(`PYROMETA:shop,open@${at}`))).toBe(python.shop);
    const picked = new Set<string>();
    while (picked.size < 2) picked.add(String(await resolve(`PYROMETA:shop@${at}`)));
    expect([...picked].sort()).toEqual([python.shop, python.iterable].sort());
    await using shop = proxy(`PYRONAME:shop.one@${at}`);
    expect(await shop.price("chair")).toBe("chair 1 EUR");
    expect(String(remote(shop).uri)).toBe(`PYRONAME:shop.one@${at}`);
    await remote(shop).bind();
    expect(String(remote(shop).uri)).toBe(python.shop);

    // A name and tags that are not registered yet are waited for, but not forever.
    const later = [
      resolve(`PYRONAME:shop.late@${at}`, { delayMs: 60_000 }),
      resolve(`PYROMETA:late@${at}`, { delayMs: 60_000 }),
    ];
    await expect(resolve(`PYRONAME:shop.late@${at}`)).rejects.toThrow("unknown name: shop.late");
    await expect(resolve(`PYROMETA:late@${at}`, { delayMs: 10 })).rejects.toThrow("no registrations available");
    await server.register("shop.late", python.shop);
    await server.set_metadata("shop.late", ["late"]);
    expect((await Promise.all(later)).map(String)).toEqual([python.shop, python.shop]);
  });
});

/** What Python closes its connection for: an answer that cannot travel, and what its object raises of these kinds. */
const FAULTY = `
import sys
try:
    import Pyro5.api as P
    import Pyro5.errors as errors
except ImportError:
    import Pyro4 as P
    import Pyro4.errors as errors

@P.expose
class Faulty(object):
    def unwritable(self):
        return sys
    def fail(self, name):
        raise getattr(errors, name)("on purpose")
    def echo(self, value):
        return value

daemon = P.Daemon(port=0)
print(daemon.register(Faulty(), "faulty"), flush=True)
daemon.requestLoop()
`;

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("errors of a Python server, Pyro%i", (version) => {
  test.each(["SerializeError", "SecurityError"])("after a %s the next call works, 50 times of 50", async (name) => {
    await using python = await startPython(version, ["-c", FAULTY]);
    await using faulty = proxy((await python.line(/^PYRO:\S+$/))[0]);
    for (let times = 0; times < 50; times++) {
      await expect(faulty.fail(name)).rejects.toMatchObject({ name });
      expect(await faulty.echo(times)).toBe(times);
    }
  });

  test.each(["CommunicationError", "ProtocolError", "TimeoutError"])(
    "after a %s, for which Python closes the connection without an answer, the next call works",
    async (name) => {
      await using python = await startPython(version, ["-c", FAULTY]);
      await using faulty = proxy((await python.line(/^PYRO:\S+$/))[0]);
      for (let times = 0; times < 5; times++) {
        await expect(faulty.fail(name)).rejects.toMatchObject({ code: "PYRO_CONNECTION_CLOSED" });
        expect(await faulty.echo(times)).toBe(times);
      }
    },
  );

  test("after an answer that cannot be written the next call works, in every serializer", async () => {
    const env = version === 4 ? { PYRO_SERIALIZERS_ACCEPTED: "serpent,json,marshal,msgpack" } : {};
    await using python = await startPython(version, ["-c", FAULTY], { env });
    const [uri = ""] = await python.line(/^PYRO:\S+$/);
    for (const serializer of ["serpent", "json", "marshal", "msgpack"] as const) {
      await using faulty = proxy(uri, { serializer });
      for (let times = 0; times < 10; times++) {
        await faulty.unwritable().catch(() => undefined);
        expect(await faulty.echo(times)).toBe(times);
      }
    }
  });

  test("other errors keep the connection", async () => {
    await using python = await startPython(version, ["-c", FAULTY]);
    await using faulty = proxy((await python.line(/^PYRO:\S+$/))[0]);
    await faulty.echo(1);
    const before = remote(faulty).localAddress;
    await expect(faulty.fail("NamingError")).rejects.toMatchObject({ name: "NamingError" });
    expect(remote(faulty).localAddress).toEqual(before);
  });
});
