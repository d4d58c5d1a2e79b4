import { Contract, type Exposure, type RemoteMethod } from "../contract.ts";

/** How long an instance of a registered class lives: a connection, the daemon's life, one call. */
export type InstanceMode = "session" | "single" | "percall";

/** How a registered class is instantiated (Python's `@behavior`). A registered object serves everyone by itself. */
export interface Behavior<T> {
  /** Default "session". */
  readonly instance?: InstanceMode;
  /** Makes an instance; default: `new Class()`. */
  readonly create?: () => T;
}

/** What a class or object exposes, by wire name, with everything that it inherits. */
export interface Exposed {
  readonly methods: ReadonlyMap<string, RemoteMethod>;
  /** Wire name to member name. */
  readonly attrs: ReadonlyMap<string, string>;
  readonly behavior: Behavior<object>;
}

// biome-ignore lint/suspicious/noExplicitAny: a constructor of any parameters
type Class<T> = abstract new (...args: any[]) => T;

const contracts = new WeakMap<object, { contract: Contract; behavior: Behavior<object> }>();
let resolved = new WeakMap<object, Exposed>();

/**
 * Makes members of a class, or of one object, callable from outside. Nothing is exposed without it.
 *
 *     class Warehouse {
 *       static { expose(this, { methods: { listContents: "list_contents()", take: "take(name, item)" } }); }
 *     }
 *
 * Private members cannot be named: `#x` and `private` ones are refused by the compiler, `_x` at run time. A subclass
 * inherits what its parents expose, and may add to it.
 *
 * @throws {AttributeError} for a private name, or a name that is no member.
 */
export function expose<T, C extends T & object>(
  target: Class<C> | C,
  contract: Contract<T>,
  behavior?: Behavior<C>,
): void;
export function expose<T extends object>(target: Class<T> | T, exposure: Exposure<T>, behavior?: Behavior<T>): void;
export function expose(target: object, exposure: Exposure<unknown> | Contract, behavior: Behavior<object> = {}): void {
  const contract = exposure instanceof Contract ? exposure : new Contract(exposure);
  contracts.set(target, { contract, behavior });
  resolved = new WeakMap(); // subclasses inherit the change
}

/** Everything between an object, or a class's prototype, and its root, nearest first. */
function lineage(target: object): object[] {
  const chain: object[] = typeof target === "function" ? [] : [target];
  let prototype: unknown = typeof target === "function" ? target.prototype : Object.getPrototypeOf(target);
  while (typeof prototype === "object" && prototype !== null && prototype !== Object.prototype) {
    const Class = prototype.constructor;
    if (typeof Class === "function") chain.push(Class);
    prototype = Object.getPrototypeOf(prototype);
  }
  return chain;
}

/** What `target`, an object or a class, exposes; undefined when nobody ever exposed anything of it. */
export function exposedBy(target: object): Exposed | undefined {
  const holder = contracts.has(target) || typeof target === "function" ? target : (target.constructor ?? target);
  const known = resolved.get(holder);
  if (known !== undefined) return known;
  const methods = new Map<string, RemoteMethod>();
  const attrs = new Map<string, string>();
  let behavior: Behavior<object> | undefined;
  // Root first, so that a subclass's own words win.
  for (const one of lineage(target).reverse()) {
    const spec = contracts.get(one);
    if (spec === undefined) continue;
    for (const method of spec.contract.methods.values()) methods.set(method.signature.name, method);
    for (const [key, name] of spec.contract.attrs) attrs.set(name, key);
    behavior = { ...behavior, ...spec.behavior };
  }
  if (behavior === undefined) return undefined;
  const exposed: Exposed = { methods, attrs, behavior };
  resolved.set(holder, exposed);
  return exposed;
}
