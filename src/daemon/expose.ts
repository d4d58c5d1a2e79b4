import { Contract, type Exposure, type RemoteMethod } from "../contract/contract.ts";
import { isPrivateName } from "../contract/private-names.ts";

/** How long an instance of a registered class lives: as long as the connection, as long as the daemon, or one call. */
export type InstanceMode = "session" | "single" | "percall";

// biome-ignore lint/suspicious/noExplicitAny: a constructor of any parameters
type Class<T> = abstract new (...args: any[]) => T;
// biome-ignore lint/suspicious/noExplicitAny: a constructor of any parameters
type MakingClass<T> = new (...args: any[]) => T;

/** How a registered class is instantiated (Python's `@behavior`). A registered object serves all clients itself. */
export interface Behavior<T> {
  /** Default "session". */
  readonly instance?: InstanceMode;
  /** Creates an instance of the registered class or a subclass of it; default: `new Class()`. */
  readonly create?: (Class: MakingClass<T>) => T;
}

/** What a class or object exposes, by wire name, including inherited members. */
export interface Exposed {
  readonly methods: ReadonlyMap<string, RemoteMethod>;
  /** Wire name to member name. */
  readonly attrs: ReadonlyMap<string, string>;
  readonly behavior: Behavior<object>;
}

const MODES: readonly string[] = ["session", "single", "percall"] satisfies InstanceMode[];
const contracts = new WeakMap<object, { contract: Contract; behavior: Behavior<object> }>();
// Module state, because classes are exposed when their modules are loaded, before there is a daemon. Replaced by an empty one
// when something is exposed: what derived classes expose may have changed.
let resolved = new WeakMap<object, Exposed>();

/**
 * Makes members of a class, or of one object, callable by clients. Nothing is exposed without it.
 *
 *     class Warehouse {
 *       static { expose(this, { methods: { listContents: "list_contents()", take: "take(name, item)" } }); }
 *     }
 *
 * Private members cannot be exposed: the compiler rejects `#x` and `private` members, `_x` fails at run time. A subclass
 * inherits what its parents expose, and can add to it.
 *
 * @throws {AttributeError} for a private name; {TypeError} for an invalid behavior.
 */
export function expose<T, C extends T & object>(
  target: Class<C> | C,
  contract: Contract<T>,
  behavior?: Behavior<C>,
): void;
export function expose<T extends object>(target: Class<T> | T, exposure: Exposure<T>, behavior?: Behavior<T>): void;
export function expose(target: object, exposure: Exposure<unknown> | Contract, behavior: Behavior<object> = {}): void {
  const { instance, create } = behavior;
  if (instance !== undefined && !MODES.includes(instance)) {
    throw new TypeError(`invalid instance mode: ${instance}; it must be one of ${MODES.join(", ")}`);
  }
  if (create !== undefined && typeof create !== "function") throw new TypeError("create must be a function");
  const contract = exposure instanceof Contract ? exposure : new Contract(exposure);
  contracts.set(target, { contract, behavior });
  resolved = new WeakMap(); // subclasses inherit the change
}

/**
 * Exposes all public members of a class or an object, inherited ones too: methods, static methods, and properties with
 * a getter or setter. This is Pyro4 with REQUIRE_EXPOSE off, and as unsafe: TypeScript's `private` does not exist at run
 * time, so only `#x` and `_x` are not exposed. Wire names are the members' names; methods take no keyword arguments.
 * Plain data fields are never exposed.
 *
 * @param which the names of oneway and callback methods.
 */
export function exposeAll<T extends object>(
  target: Class<T> | T,
  which: Pick<Exposure<T>, "oneway" | "callback"> = {},
  behavior: Behavior<T> = {},
): void {
  const methods = new Set<string>();
  const statics = new Set<string>();
  const attrs = new Set<string>();
  const seen = new Set(["constructor"]);
  for (const owner of owners(target)) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (seen.has(name) || isPrivateName(name)) continue;
      const isStatic = typeof owner === "function";
      if (typeof member.value === "function") (isStatic ? statics : methods).add(name);
      else if (!isStatic && (member.get ?? member.set) !== undefined) attrs.add(name);
      else continue;
      seen.add(name);
    }
  }
  const all: unknown = { methods: [...methods], statics: [...statics], attrs: [...attrs], ...which };
  expose<T>(target, all as Exposure<T>, behavior);
}

/** All objects that hold members of a class or object: the object itself, its prototypes, its classes. */
function owners(target: object): object[] {
  return lineage(target).flatMap((one) => (typeof one === "function" ? [one.prototype as object, one] : [one]));
}

/** An object and its classes, or a class and its parent classes; nearest first. */
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

/** What `target`, an object or a class, exposes; undefined if `expose` was never called for it or a parent class. */
export function exposedBy(target: object): Exposed | undefined {
  const holder = contracts.has(target) || typeof target === "function" ? target : (target.constructor ?? target);
  const known = resolved.get(holder);
  if (known !== undefined) return known;
  const methods = new Map<string, RemoteMethod>();
  const attrs = new Map<string, string>();
  let behavior: Behavior<object> | undefined;
  // Root first, so that a subclass overrides its parents.
  for (const one of lineage(target).reverse()) {
    const spec = contracts.get(one);
    if (spec === undefined) continue;
    for (const method of spec.contract.methods.values())
      methods.set(method.signature.name, heldBy(method, target, one));
    for (const [key, name] of spec.contract.attrs) attrs.set(name, key);
    behavior = { ...behavior, ...spec.behavior };
  }
  if (behavior === undefined) return undefined;
  const exposed: Exposed = { methods, attrs, behavior };
  resolved.set(holder, exposed);
  return exposed;
}

/** A static method is called on the registered class, or on the class of the registered object. */
function heldBy(method: RemoteMethod, target: object, spec: object): RemoteMethod {
  if (!method.isStatic) return method;
  const holder = [target, target.constructor, spec].find((one) => typeof one === "function");
  return { ...method, holder };
}
