/** What of a class or an object is remote, and how long it is held. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AttributeError, expose, exposeAll } from "#pyro";
import { exposedBy } from "../../src/daemon/expose.ts";
import { listenInMemory, proxyInMemory as proxy } from "../support/memory-host.ts";

const ROOT = join(import.meta.dirname, "../..");

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

const WEAK = `
import { Daemon, expose, proxy } from "#pyro";
class Thing {
  static { expose(this, { methods: ["hello"] }); }
  hello() { return "hello"; }
}
await using daemon = await Daemon.listen({ host: "127.0.0.1" });
const kept = new Thing();
daemon.register(kept, "kept", { weak: true });
let held = new Thing();
const uri = daemon.register(held, "weak", { weak: true });
await using remote = proxy(uri);
const first = await remote.hello();
held = undefined; // not before: the collector may come at any time
for (let times = 0; times < 200 && daemon.ids.length > 2; times++) {
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const then = await remote.hello().catch((error) => error.message);
let refused;
try { daemon.register(Thing, "class", { weak: true }); } catch (error) { refused = error.constructor.name; }
console.log(JSON.stringify([first, then, daemon.ids, kept.hello(), refused]));
`;

test("an object that is registered weakly goes when nobody else holds it, and its registration with it", () => {
  const args = ["--expose-gc", "--input-type=module-typescript", "-e", WEAK];
  const output = execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8", timeout: 60_000 });
  expect(JSON.parse(output)).toEqual(["hello", "unknown object", ["Pyro.Daemon", "kept"], "hello", "TypeError"]);
});
