/** What Python clients of both versions may call, and how: keyword arguments, batches, properties, static methods. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Daemon, expose } from "#pyro";
import { exposeAll } from "#pyro/server";
import { whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

class Lamp {
  static {
    expose(this, {
      methods: {
        light: "light(name, *, colour='red', **options)",
        both: "both(a, b=2, *rest, c, d=4, **others)",
        two: "two(a, b, c=1)",
        bare: "bare",
        note: "note(text)",
        notes: "notes()",
        fail: "fail(text)",
        forever: "forever()",
        size: "__len__()",
        at: "__getitem__(index)",
        has: "__contains__(value)",
      },
      statics: { kinds: "kinds()" },
      attrs: { level: "level", watts: "watts" },
      oneway: ["note"],
    });
  }

  static kinds(): string[] {
    return [`kinds of ${this.name}`];
  }

  level = 1;
  readonly #notes: string[] = [];
  get watts(): number {
    return 60;
  }
  light(name: string, colour = "red", options?: Record<string, unknown>): unknown {
    return [name, colour, options];
  }
  both(...all: unknown[]): unknown[] {
    return all.map((one) => (one === undefined ? "default" : one));
  }
  two(a: number, b: number, c = 1): number {
    return a + b + c;
  }
  bare(...args: unknown[]): unknown[] {
    return args;
  }
  async note(text: string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, text === "slow" ? 300 : 0));
    this.#notes.push(text);
  }
  notes(): string[] {
    return this.#notes.splice(0);
  }
  async fail(text: string): Promise<never> {
    await Promise.resolve();
    throw new RangeError(text);
  }
  forever(): Generator<number> {
    return (function* () {
      yield 1;
    })();
  }
  size(): number {
    return 3;
  }
  at(index: number): string {
    if (index >= 3) throw new RangeError("index");
    return `item ${index}`;
  }
  has(value: unknown): boolean {
    return value === "bulb";
  }
}

class Everything {
  #secret = 1;
  plain = "never exposed";
  static make(): string {
    return "made";
  }
  get shown(): number {
    return this.#secret;
  }
  greet(name: string): string {
    return `hello ${name}`;
  }
  _hidden(): string {
    return "hidden";
  }
}
class More extends Everything {
  extra(): string {
    return "extra";
  }
}

let daemon: Daemon;
beforeAll(async () => {
  daemon = await Daemon.listen({ host: "127.0.0.1" });
  daemon.register(new Lamp(), "lamp");
  exposeAll(More);
  daemon.register(More, "all");
});
afterAll(() => daemon.close());

const SERIALIZERS = ["serpent", "json", "marshal", "msgpack"];
const BOTH = [4, 5] as const;

describe.skipIf(whyNoPython() !== undefined).each(BOTH)("a Pyro%d client", (version) => {
  const run = (id: string, code: string, serializer?: string): Promise<unknown[]> =>
    runClient(version, [daemon.uriFor(id)], code, serializer === undefined ? {} : { serializer });

  test.each(SERIALIZERS)("gives keyword arguments, with %s", async (serializer) => {
    const seen = await run(
      "lamp",
      `
with P.Proxy(uris[0]) as lamp:
    show(lamp.light("desk"))
    show(lamp.light("desk", colour="blue", bright=7))
    show(lamp.light(name="desk"))
    show(lamp.both(1, c=3))
    show(lamp.both(1, 2, 5, 6, c=3, e=7))
    show(lamp.both(b=1, a=2, d=5, c=3))
    show(lamp.two(1, b=5))
    show(lamp.bare(1, "x"))
`,
      serializer,
    );
    expect(seen).toEqual([
      ["desk", "red", {}],
      ["desk", "blue", { bright: 7 }],
      ["desk", "red", {}],
      [1, "default", 3, "default", {}],
      [1, 2, 3, "default", { e: 7 }, 5, 6],
      [2, 1, 3, 5, {}],
      7,
      [1, "x"],
    ]);
  });

  test("hears in Python's words which arguments do not fit", async () => {
    const seen = await run(
      "lamp",
      `
with P.Proxy(uris[0]) as lamp:
    show(attempt(lamp.light))
    show(attempt(lamp.light, "desk", "blue"))
    show(attempt(lamp.both, 1))
    show(attempt(lamp.two))
    show(attempt(lamp.two, 1, 2, 3, 4))
    show(attempt(lamp.two, 1, 2, z=3))
    show(attempt(lamp.two, 1, 2, a=3))
    show(attempt(lamp.bare, x=1, y=2))
`,
    );
    expect(seen).toEqual([
      "TypeError: light() missing 1 required positional argument: 'name'",
      "TypeError: light() takes 1 positional argument but 2 were given",
      "TypeError: both() missing 1 required keyword-only argument: 'c'",
      "TypeError: two() missing 2 required positional arguments: 'a' and 'b'",
      "TypeError: two() takes from 2 to 3 positional arguments but 4 were given",
      "TypeError: two() got an unexpected keyword argument 'z'",
      "TypeError: two() got multiple values for argument 'a'",
      'TypeError: bare() takes no keyword arguments: its parameters are not declared; expose it as "bare(x, y)"',
    ]);
  });

  test.each(SERIALIZERS.filter((one) => one !== "marshal"))("makes batches, with %s", async (serializer) => {
    const seen = await run(
      "lamp",
      `
with P.Proxy(uris[0]) as lamp:
    calls = batch(lamp)
    calls.two(1, 2)
    calls.light("desk", colour="blue")
    calls.bare()
    show(list(calls()))
    calls.two(1, 2)
    calls.fail("no light")
    calls.note("never made")
    results = calls()
    show(next(results))
    show(attempt(next, results))
    show(lamp.notes())
    show(list(calls()))
    calls.note("made")
    calls.nothing()
    calls.note("not made")
    show(attempt(calls))
    show(lamp.notes())
    calls = batch(lamp)
    calls._private()
    show(attempt(calls))
    calls = batch(lamp)
    calls.forever()
    show(attempt(calls).split(":")[0])
`,
      serializer,
    );
    expect(seen).toEqual([
      [4, ["desk", "blue", {}], []],
      4,
      "ValueError: no light",
      [],
      [],
      "AttributeError: 'Lamp' object has no attribute 'nothing'",
      ["made"],
      "AttributeError: attempt to access private attribute '_private'",
      // As from Pyro itself: there are no streams in batches.
      serializer === "serpent" ? "TypeError" : "SerializeError",
    ]);
  });

  test("cannot make batches with marshal, whoever serves it", async () => {
    // The client's own serializer fails on kwargs that are None.
    expect(
      await run("lamp", "calls = batch(P.Proxy(uris[0]))\ncalls.two(1, 2)\nshow(attempt(calls))", "marshal"),
    ).toEqual(["AttributeError: 'NoneType' object has no attribute 'items'"]);
  });

  test("makes oneway batches, which are over before the next call starts", async () => {
    const seen = await run(
      "lamp",
      `
with P.Proxy(uris[0]) as lamp:
    lamp.notes()
    calls = batch(lamp)
    calls.note("slow")
    calls.note("after")
    show(calls(oneway=True))
    show(lamp.notes())
`,
    );
    expect(seen).toEqual([null, ["slow", "after"]]);
  });

  test("reads and writes properties, calls static methods and those with two underscores", async () => {
    const seen = await run(
      "lamp",
      `
with P.Proxy(uris[0]) as lamp:
    show(lamp.level)
    lamp.level = 5
    show(lamp.level)
    lamp.level = 1
    show(lamp.watts)
    show(attempt(setattr, lamp, "watts", 3))
    show(lamp.kinds())
    show(len(lamp) if version == 5 else lamp.__len__())
    show(lamp[1] if version == 5 else lamp.__getitem__(1))
    show(lamp.__contains__("bulb"))
`,
    );
    expect(seen).toEqual([
      1,
      5,
      60,
      "AttributeError: attempt to access unexposed or unknown remote attribute 'watts'",
      ["kinds of Lamp"],
      3,
      "item 1",
      true,
    ]);
  });

  test("reaches everything public of a class that is exposed as a whole, inherited and static members too", async () => {
    const seen = await run(
      "all",
      `
with P.Proxy(uris[0]) as thing:
    thing._pyroBind()
    show(sorted(thing._pyroMethods))
    show(sorted(thing._pyroAttrs))
    show([thing.greet("you"), thing.extra(), thing.make(), thing.shown])
    thing._pyroMethods.add("_hidden")
    thing._pyroAttrs.add("plain")
    show(attempt(thing._pyroInvoke, "_hidden", (), {}))
    show(attempt(getattr, thing, "plain"))
`,
    );
    expect(seen).toEqual([
      ["extra", "greet", "make"],
      ["shown"],
      ["hello you", "extra", "made", 1],
      "AttributeError: attempt to access private attribute '_hidden'",
      "AttributeError: attempt to access unexposed or unknown remote attribute 'plain'",
    ]);
  });
});
