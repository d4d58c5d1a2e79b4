/** Types that must hold, and mistakes that must not compile. Nothing here runs: `types.test.ts` has it compiled. */
import {
  type Contract,
  callContext,
  contract,
  expose,
  kwargs,
  proxy,
  type Remote,
  type RemoteStream,
  remote,
} from "#pyro";
import type { Kwargs } from "#pyro/client";
import { exposeAll } from "#pyro/server";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T => true as T;

interface Warehouse {
  readonly count: number;
  listContents(): string[];
  take(name: string, item: string): Promise<void>;
  note(text: string): void;
}

declare const warehouse: Remote<Warehouse>;
holds<Equal<typeof warehouse.listContents, (...args: [] | [Kwargs]) => Promise<string[]>>>();
holds<Equal<ReturnType<typeof warehouse.take>, Promise<void>>>();
void warehouse.take("Janet", "couch");
void warehouse.take("Janet", kwargs({ item: "couch" }));
// @ts-expect-error keyword arguments come last
void warehouse.take(kwargs({ name: "Janet" }), "couch");
// @ts-expect-error too many arguments
void warehouse.take("Janet", "couch", "table");

interface Sensor {
  readings(): Generator<number, void, unknown>;
  watch(name: string): AsyncIterable<string>;
  history(): number[];
}
declare const sensor: Remote<Sensor>;
holds<Equal<ReturnType<typeof sensor.readings>, Promise<RemoteStream<number>>>>();
holds<Equal<ReturnType<typeof sensor.watch>, Promise<RemoteStream<string>>>>();
holds<Equal<ReturnType<typeof sensor.history>, Promise<number[]>>>();
async function looped(): Promise<void> {
  for await (const one of await sensor.readings()) holds<Equal<typeof one, number>>();
}
void looped;

async function inOneGo(): Promise<void> {
  const results = await remote(warehouse).batch((calls) => [calls.listContents(), calls.take("Janet", "couch")]);
  const [contents] = results.all();
  holds<Equal<typeof contents, string[]>>();
  holds<Equal<Awaited<ReturnType<typeof sent>>, undefined>>();
}
const sent = (): Promise<undefined> => remote(warehouse).batch((calls) => calls.note("x"), { oneway: true });
void inOneGo;
holds<Equal<typeof warehouse.count, Promise<number>>>();
const fast: Remote<Warehouse> = remote(warehouse).with({ timeoutMs: 5 });
void fast[Symbol.asyncDispose]();

// @ts-expect-error a name that the contract's type does not have
void warehouse.nothing();
// @ts-expect-error an argument is missing
void warehouse.take("Janet");
// @ts-expect-error a remote attribute is written with setAttribute
warehouse.count = 3;

const names: Contract<Warehouse> = contract<Warehouse>({
  methods: { listContents: "list_contents()", take: "take(name, item)", note: "note(text)" },
  attrs: ["count"],
  oneway: ["note"],
});
holds<Equal<ReturnType<typeof proxy<Warehouse>>, Remote<Warehouse>>>();
const typed: Remote<Warehouse> = proxy("PYRONAME:w", names);
void typed.listContents().then((things) => things.map((thing) => thing.toUpperCase()));
// biome-ignore lint/suspicious/noExplicitAny: without types a proxy takes every name
holds<Equal<Remote<any>, any>>();
void proxy("PYRONAME:w").anything(1, 2);

class Lamp {
  readonly watts = 60;
  light(_colour: string): void {}
}
expose(
  Lamp,
  { methods: { light: "light(*, colour)" }, callback: ["light"], statics: { make: "make()" }, attrs: ["watts"] },
  { create: (Class) => holds<Equal<InstanceType<typeof Class>, Lamp>>() && new Class() },
);
exposeAll(Lamp, { oneway: ["light"] }, { instance: "single" });
// @ts-expect-error an attribute cannot be oneway
exposeAll(Lamp, { oneway: ["watts"] });
// @ts-expect-error a creator makes what the class makes
expose(Lamp, { methods: ["light"] }, { create: () => 5 });
// @ts-expect-error a name that is no method
expose(Lamp, { methods: ["light"], callback: ["watts"] });
// @ts-expect-error resources can be closed
callContext()?.trackResource({ open: () => 1 });
callContext()?.trackResource({ close: () => Promise.resolve() });

// @ts-expect-error a method that does not exist
contract<Warehouse>({ methods: ["nothing"] });
// @ts-expect-error an attribute is no method
contract<Warehouse>({ methods: ["count"] });
// @ts-expect-error a method that gives something cannot be oneway
contract<Warehouse>({ methods: ["listContents"], oneway: ["listContents"] });

class Shed implements Warehouse {
  static {
    expose(this, names, { instance: "single", create: () => new Shed() });
    // @ts-expect-error private members cannot be named
    expose(this, { methods: ["secret"] });
    // @ts-expect-error there is no such instance mode
    expose(this, names, { instance: "sometimes" });
  }
  readonly count = 1;
  listContents(): string[] {
    return [];
  }
  async take(): Promise<void> {}
  note(): void {}
  private secret(): void {}
  use(): void {
    this.secret();
  }
}
class Unrelated {
  static {
    // @ts-expect-error the contract is another class's
    expose(this, names);
  }
}
void Shed;
void Unrelated;
