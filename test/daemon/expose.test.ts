/** What of a class or an object is remote, and how long it is held. */
import { expect, test } from "vitest";
import { AttributeError, expose } from "#pyro";
import { exposeAll } from "#pyro/server";
import { exposedBy } from "../../src/daemon/expose.ts";
import { memoryInUse } from "../support/memory.ts";
import { listenInMemory, proxyInMemory as proxy } from "../support/memory-host.ts";

test("a behavior that is none, and names that are none of the methods, are refused where they are written", () => {
  class Thing {
    go(): void {}
  }
  // @ts-expect-error no such mode
  expect(() => expose(Thing, { methods: ["go"] }, { instance: "forever" })).toThrow(
    "invalid instance mode: forever; it must be one of session, single, percall",
  );
  // @ts-expect-error no function
  expect(() => expose(Thing, { methods: ["go"] }, { create: 5 })).toThrow("create must be a function");
  // @ts-expect-error not exposed
  expect(() => expose(Thing, { methods: ["go"], callback: ["stay"] })).toThrow(AttributeError);
});

test("everything public of one object, with what it inherits; private names and data stay out of reach", () => {
  class Base {
    base(): void {}
    get level(): number {
      return 1;
    }
  }
  class Derived extends Base {
    data = 5;
    #own = 1;
    static make(): void {}
    static readonly registry = new Map();
    override get level(): number {
      return this.#own;
    }
    note(): void {}
    _hidden(): void {}
  }
  const object = Object.assign(new Derived(), { extra: () => 1 });
  exposeAll(object, { oneway: ["note"] });
  const exposed = exposedBy(object);
  expect([...(exposed?.methods.keys() ?? [])].toSorted()).toEqual(["base", "extra", "make", "note"]);
  expect([...(exposed?.attrs.keys() ?? [])]).toEqual(["level"]);
  expect(exposed?.methods.get("note")?.oneway).toBe(true);
  expect(exposedBy(new Derived())).toBeUndefined();
});

test("a static method is called on the class that was registered, also on a derived one", async () => {
  class Shape {
    static {
      expose(this, { statics: { describe: "describe(size)" } });
    }
    static describe(size: number): string {
      return `${this.name} of ${size}`;
    }
  }
  class Circle extends Shape {}
  await using daemon = await listenInMemory({ host: "127.0.0.1" });
  for (const [target, name] of [
    [Shape, "Shape"],
    [Circle, "Circle"],
    [new Circle(), "Circle"],
  ] as const) {
    await using shape = proxy(daemon.register(target));
    expect(await shape.describe(3)).toBe(`${name} of 3`);
  }
});

class Held {
  static {
    expose(this, { methods: ["hello"] });
  }
  hello(): string {
    return "hello";
  }
}

test("a weakly registered object is unregistered when it is garbage-collected", async () => {
  await using daemon = await listenInMemory({ host: "127.0.0.1" });
  const kept = new Held();
  daemon.register(kept, "kept", { weak: true });
  let held: Held | undefined = new Held();
  await using remote = proxy(daemon.register(held, "weak", { weak: true }));
  const first = await remote.hello();
  expect([first, held instanceof Held]).toEqual(["hello", true]);
  held = undefined; // not before: the collector may come at any time
  for (let times = 0; times < 200 && daemon.ids.length > 2; times++) await memoryInUse();
  expect(await remote.hello().catch((error: Error) => error.message)).toBe("unknown object");
  expect(daemon.ids).toEqual(["Pyro.Daemon", "kept"]);
  expect(kept.hello()).toBe("hello");
  expect(() => daemon.register(Held, "class", { weak: true })).toThrow(TypeError);
});
