import { DaemonError } from "../base/errors.ts";
import { DEFAULT_HANDSHAKE } from "../base/pyro-names.ts";
import type { Metadata } from "../session/metadata.ts";
import { ProxyState, travelAsProxy, travelByValue } from "../values/proxy-state.ts";
import type { URI } from "../values/uri.ts";
import { type Exposed, exposedBy } from "./expose.ts";

/** A Pyro object: the target of its calls, and the members that can be called. */
export interface Registration {
  readonly id: string;
  /** An object, or a class that is instantiated as its instance mode says; undefined if it is held weakly. */
  readonly target: object | undefined;
  readonly weak: WeakRef<object> | undefined;
  exposed: Exposed;
  metadata: Metadata;
}

/** The target of a registration. @throws {DaemonError} if it was held weakly and has been collected. */
export function targetOf({ target, weak }: Registration): object {
  const found = target ?? weak?.deref();
  if (found === undefined) throw new DaemonError("unknown object", { code: "PYRO_UNKNOWN_OBJECT" });
  return found;
}

/** Options of `Daemon.register`. */
export interface RegisterOptions {
  /** Registers even if the id is taken or the object is registered; the older registration is removed. */
  readonly force?: boolean;
  /** Does not keep the object alive; when it is garbage-collected, it is unregistered. Not for classes. */
  readonly weak?: boolean;
}

/** The daemon's objects by id, in the order of their registration. */
export class ObjectTable {
  readonly #newId: () => string;
  readonly #uriOf: ((id: string) => URI) | undefined;
  readonly #byId = new Map<string, Registration>();
  readonly #byTarget = new WeakMap<object, Registration>();
  #collected: FinalizationRegistry<Registration> | undefined;

  /**
   * @param newId makes ids that cannot be guessed.
   * @param uriOf the URI of an object, by its id. With it, registered objects are sent as proxies.
   */
  constructor(newId: () => string, uriOf?: (id: string) => URI) {
    this.#newId = newId;
    this.#uriOf = uriOf;
  }

  get size(): number {
    return this.#byId.size;
  }

  get ids(): string[] {
    return [...this.#byId.keys()];
  }

  get(id: string): Registration | undefined {
    return this.#byId.get(id);
  }

  /** The registration of an object, or of an id. */
  find(target: object | string): Registration | undefined {
    return typeof target === "string" ? this.#byId.get(target) : this.#byTarget.get(target);
  }

  /**
   * @throws {DaemonError} if the object or the id is registered (without `force`), or the object exposes no members.
   * @throws {TypeError} for a class with `weak`.
   */
  add(target: object, id: string = this.#newId(), { force = false, weak = false }: RegisterOptions = {}): Registration {
    if (weak && typeof target === "function")
      throw new TypeError("a class cannot be registered with weak: true; register an object instead");
    if (!force && this.#byTarget.has(target)) {
      throw new DaemonError("object or class already has a Pyro id", { code: "PYRO_ALREADY_REGISTERED" });
    }
    if (!force && this.#byId.has(id)) {
      throw new DaemonError("an object or class is already registered with that id", { code: "PYRO_ID_TAKEN" });
    }
    const exposure = exposureOf(target);
    this.remove(target);
    this.remove(id);
    const held = weak ? { target: undefined, weak: new WeakRef(target) } : { target, weak: undefined };
    const registration: Registration = { id, ...held, ...exposure };
    this.#byId.set(id, registration);
    this.#byTarget.set(target, registration);
    if (weak) this.#removeWhenCollected(target, registration);
    this.#publish(target, registration);
    return registration;
  }

  /** Reads again what a target exposes, for members that were exposed after it was registered. */
  refresh(registration: Registration): void {
    Object.assign(registration, exposureOf(targetOf(registration)));
  }

  remove(target: object | string): void {
    const registration = this.find(target);
    if (registration === undefined) return;
    this.#byId.delete(registration.id);
    const object = registration.target ?? registration.weak?.deref();
    if (object === undefined) return;
    this.#byTarget.delete(object);
    if (this.#uriOf !== undefined) travelByValue(object);
  }

  /** Unregisters a weakly held object when it is garbage-collected. */
  #removeWhenCollected(target: object, registration: Registration): void {
    this.#collected ??= new FinalizationRegistry((one) => {
      if (this.#byId.get(one.id) === one) this.#byId.delete(one.id);
    });
    this.#collected.register(target, registration);
  }

  /** Sends the object as a proxy to itself from now on: Pyro's autoproxy. Classes are never sent. */
  #publish(target: object, registration: Registration): void {
    if (this.#uriOf === undefined || typeof target === "function") return;
    travelAsProxy(target, stateMaker(this.#uriOf, registration));
  }
}

/** Outside of `#publish`, so that the closure does not capture the object: it may be held weakly. */
function stateMaker(uriOf: (id: string) => URI, registration: Registration): () => ProxyState {
  return () =>
    new ProxyState({
      uri: uriOf(registration.id),
      ...registration.metadata,
      handshake: DEFAULT_HANDSHAKE,
      serializer: null,
    });
}

function exposureOf(target: object): Pick<Registration, "exposed" | "metadata"> {
  const exposed = exposedBy(target);
  if (exposed === undefined || exposed.methods.size + exposed.attrs.size === 0) {
    const name = typeof target === "function" ? target.name : target.constructor?.name;
    throw new DaemonError(`${name} exposes no members; list its remote members with expose()`, {
      code: "PYRO_NOTHING_EXPOSED",
    });
  }
  const methods = [...exposed.methods.values()];
  const metadata: Metadata = {
    methods: new Set(methods.map((one) => one.signature.name)),
    oneway: new Set(methods.filter((one) => one.oneway).map((one) => one.signature.name)),
    attrs: new Set(exposed.attrs.keys()),
  };
  return { exposed, metadata };
}
