/** Our proxies at Python servers of both versions: every way to call. */
import { Buffer } from "node:buffer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Daemon, expose, kwargs, proxy, RemoteError, remote } from "#pyro";
import { RawReply, type Reply } from "#pyro/client";
import { correlationText, newCorrelationId } from "#pyro/diagnostics";
import { whyNoPython } from "../support/python.ts";
import { type PythonShop, startPythonShop } from "../support/python-shop.ts";

const SERIALIZERS = ["serpent", "json", "marshal", "msgpack"] as const;

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("a Python server, Pyro%i", (version) => {
  let python: PythonShop;

  beforeAll(async () => {
    python = await startPythonShop(version);
  });
  afterAll(() => python[Symbol.asyncDispose]());

  test.each(SERIALIZERS)("positional and keyword arguments, with %s", async (serializer) => {
    await using shop = proxy(python.shop, { serializer });
    expect(await shop.price("chair")).toBe("chair 1 EUR");
    expect(await shop.price("chair", 2, "CHF")).toBe("chair 2 CHF");
    expect(await shop.price("chair", kwargs({ currency: "CHF" }))).toBe("chair 1 CHF");
    expect(await shop.price(kwargs({ thing: "bike", count: 3 }))).toBe("bike 3 EUR");
    expect(await shop.anything(1, "two", kwargs({ three: 3 }))).toEqual([[1, "two"], { three: 3 }]);
    expect(await shop.anything()).toEqual([[], {}]);
    await expect(shop.price(kwargs({ colour: "red" }))).rejects.toMatchObject({ remoteType: "builtins.TypeError" });
  });

  test.each(SERIALIZERS)("batches: results one by one, an exception at its place, with %s", async (serializer) => {
    await using shop = proxy(python.shop, { serializer });
    const good = await remote(shop).batch((calls) => [calls.divide(6, 2), calls.price("bike", kwargs({ count: 4 }))]);
    expect(good.all()).toEqual([3, "bike 4 EUR"]);
    // Python's marshal cannot write an exception inside a list.
    if (serializer === "marshal") return;
    const results = await remote(shop).batch((calls) => {
      calls.divide(1, 2);
      calls.divide(1, 0);
      calls.divide(4, 2);
    });
    const seen: unknown[] = [];
    expect(() => {
      for (const one of results) seen.push(one);
    }).toThrow(RemoteError);
    expect(seen).toEqual([0.5]);
    expect(results.settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(results.settled[1]).toMatchObject({ reason: { remoteType: "builtins.ZeroDivisionError" } });
    expect((await remote(shop).batch(() => undefined)).length).toBe(0);
  });

  test("batches: what may not be called fails the whole; a oneway batch gives nothing, and runs in order", async () => {
    await using shop = proxy(python.shop);
    await expect(remote(shop).batch((calls) => [calls.divide(1, 1), calls._secret()])).rejects.toMatchObject({
      remoteType: "builtins.AttributeError",
    });
    const before = ((await shop.notes()) as string[]).length;
    const sent = await remote(shop).batch((calls) => [calls.note("a"), calls.note("b")], { oneway: true });
    expect(sent).toBeUndefined();
    expect(((await shop.notes()) as string[]).slice(before)).toEqual(["a", "b"]);
  });

  test("oneway methods give undefined at once", async () => {
    await using shop = proxy(python.shop);
    expect(await shop.note("oneway")).toBeUndefined();
    await expect.poll(() => shop.notes()).toContain("oneway");
  });

  test("attributes are read and written; a read-only one and an unknown one are refused", async () => {
    await using shop = proxy(python.shop);
    expect(await shop.name).toBe("corner");
    await remote(shop).setAttribute("name", "new");
    expect(await shop.name).toBe("new");
    await remote(shop).setAttribute("name", "corner");
    await expect(remote(shop).setAttribute("size", 3)).rejects.toThrow("size");
    await expect(remote(shop).setAttribute("nothing", 3)).rejects.toMatchObject({ code: "PYRO_NO_SUCH_MEMBER" });
  });

  test("len, index, set, delete, in and iteration, by index or by __iter__", async () => {
    await using shop = proxy(python.shop);
    expect(await remote(shop).length()).toBe(3);
    expect(await remote(shop).getItem(1)).toBe("bike");
    expect(await remote(shop).getItem(-1)).toBe("couch");
    await expect(remote(shop).getItem(7)).rejects.toMatchObject({ remoteType: "builtins.IndexError" });
    await remote(shop).setItem(0, "stool");
    expect([await remote(shop).contains("stool"), await remote(shop).contains("chair")]).toEqual([true, false]);
    const found: unknown[] = [];
    for await (const thing of shop) found.push(thing);
    expect(found).toEqual(["stool", "bike", "couch"]);
    await remote(shop).deleteItem(2);
    expect(await remote(shop).length()).toBe(2);
    await remote(shop).setItem(0, "chair");

    await using iterable = proxy(python.iterable);
    const letters: unknown[] = [];
    for await (const letter of iterable) letters.push(letter);
    expect(letters).toEqual(["a", "b"]);
  });

  test("names are checked before the wire, unless metadata is not wanted", async () => {
    await using shop = proxy(python.shop);
    await shop.notes();
    expect(() => shop._secret).toThrow("private");
    await expect(shop.nothing()).rejects.toMatchObject({ code: "PYRO_NO_SUCH_MEMBER" });
    await using unchecked = proxy(python.shop, { metadata: false });
    await expect(unchecked.nothing()).rejects.toMatchObject({ remoteType: "builtins.AttributeError" });
    expect(await unchecked.price("chair")).toBe("chair 1 EUR");
  });

  test("annotations and correlation ids go and come", async () => {
    const correlationId = newCorrelationId();
    await using shop = proxy(python.shop, { annotations: new Map([["XYZZ", Buffer.from("hello")]]) });
    const replies: Reply[] = [];
    const listening = remote(shop).with({ correlationId, onReply: (reply) => replies.push(reply) });
    expect(await listening.tell()).toEqual([correlationText(correlationId), "hello"]);
    await expect(listening.divide(1, 0)).rejects.toThrow(RemoteError);
    expect(replies.map(({ annotations }) => Buffer.from(annotations.get("BACK") ?? []).toString())[0]).toBe("to you");
    expect(replies).toHaveLength(2);
  });

  test("a call that is made for a call keeps its correlation id", async () => {
    await using shop = proxy(python.shop);
    class Relay {
      static {
        expose(this, { methods: ["ask"] });
      }
      async ask(): Promise<unknown> {
        await Promise.resolve();
        return ((await shop.tell()) as unknown[])[0];
      }
    }
    await using daemon = await Daemon.listen();
    const correlationId = newCorrelationId();
    await using relay = proxy(daemon.register(new Relay()));
    expect(await remote(relay).with({ correlationId }).ask()).toBe(correlationText(correlationId));
  });

  test("raw replies are left to the caller, and a call can have a serializer of its own", async () => {
    await using shop = proxy(python.shop);
    const raw = (await remote(shop).with({ raw: true }).price("chair")) as unknown as RawReply;
    expect(raw).toBeInstanceOf(RawReply);
    expect(Buffer.from(raw.payload).toString()).toContain("'chair 1 EUR'");
    const batched = await remote(remote(shop).with({ raw: true })).batch((calls) => [calls.price("chair")]);
    expect(batched.all()).toEqual(["chair 1 EUR"]);
    const marshalled = (await remote(shop).with({ raw: true, serializer: "marshal" }).price("bike")) as RawReply;
    expect(marshalled.serializerId).toBe(version === 4 ? 3 : 2);
    expect(
      await remote(shop)
        .with({ serializer: "msgpack" })
        .echo({ a: [1, "b"] }),
    ).toEqual({ a: [1, "b"] });
  });
});
