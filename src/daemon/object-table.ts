import { DaemonError } from "../base/errors.ts";
import { DEFAULT_HANDSHAKE } from "../base/pyro-names.ts";
import type { Metadata } from "../session/metadata.ts";
import { ProxyState, travelAsProxy, travelByValue } from "../values/proxy-state.ts";
import type { URI } from "../values/uri.ts";
import { type Exposed, exposedBy } from "./expose.ts";

/** A Pyro object: what is called, and what of it may be. */
export interface Registration {
  readonly id: string;
  /** An object, or a class of which instances are made as they are needed; undefined when it is only held weakly. */
  readonly target: object | undefined;
  readonly weak: WeakRef<object> | undefined;
  exposed: Exposed;
  metadata: Metadata;
}

/** What is called. @throws {DaemonError} when it was held weakly and is gone. */
export function targetOf({ target, weak }: Registration): object {
  const found = target ?? weak?.deref();
  if (found === undefined) throw new DaemonError("unknown object", { code: "PYRO_UNKNOWN_OBJECT" });
  return found;
}

export interface RegisterOptions {
  /** Takes the id, or a new id for the object, even if there is one already. */
  readonly force?: boolean;
  /** Does not keep the object alive: once nobody else holds it, it is no longer registered. Not for classes. */
  readonly weak?: boolean;
}

/** The daemon's objects by id, in the order of their registration. */
export class ObjectTable {
  readonly #newId: () => string;
  readonly #uriOf: ((id: string) => URI) | undefined;
  readonly #byId = new Map<string, Registration>();
  readonly #byTarget = new WeakMap<object, Registration>();
  #gone: FinalizationRegistry<Registration> | undefined;

  /**
   * @param newId makes ids that cannot be guessed.
   * @param uriOf the URI of an object, where objects travel as proxies.
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
   * @throws {DaemonError} when the object or the id is taken (without `force`), or nothing of it is exposed.
   * @throws {TypeError} for a class that is to be held weakly.
   */
  add(target: object, id: string = this.#newId(), { force = false, weak = false }: RegisterOptions = {}): Registration {
    if (weak && typeof target === "function")
      throw new TypeError("a class cannot be registered weakly: nobody else holds it for as long as it is needed");
    if (!force && this.#byTarget.has(target)) {
      throw new DaemonError("object or class already has a Pyro id", { code: "PYRO_ALREADY_REGISTERED" });
    }
    if (!force && this.#byId.has(id)) {
      throw new DaemonError("an object or class is already registered with that id", { code: "PYRO_ID_TAKEN" });
    }
    const shown = shownBy(target);
    this.remove(target);
    this.remove(id);
    const held = weak ? { target: undefined, weak: new WeakRef(target) } : { target, weak: undefined };
    const registration: Registration = { id, ...held, ...shown };
    this.#byId.set(id, registration);
    this.#byTarget.set(target, registration);
    if (weak) this.#forgetWith(target, registration);
    this.#publish(target, registration);
    return registration;
  }

  /** Looks again at what an object or a class exposes: something was exposed after it was registered. */
  refresh(registration: Registration): void {
    Object.assign(registration, shownBy(targetOf(registration)));
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

  /** Takes a weakly held object out of service once it is gone. */
  #forgetWith(target: object, registration: Registration): void {
    this.#gone ??= new FinalizationRegistry((one) => {
      if (this.#byId.get(one.id) === one) this.#byId.delete(one.id);
    });
    this.#gone.register(target, registration);
  }

  /** Lets the object travel as a proxy to itself: Pyro's autoproxy. Of a class only instances would travel. */
  #publish(target: object, registration: Registration): void {
    if (this.#uriOf === undefined || typeof target === "function") return;
    travelAsProxy(target, stateMaker(this.#uriOf, registration));
  }
}

/** Apart from where the object is at hand: nothing here may hold one that is registered weakly. */
function stateMaker(uriOf: (id: string) => URI, registration: Registration): () => ProxyState {
  return () =>
    new ProxyState({
      uri: uriOf(registration.id),
      ...registration.metadata,
      handshake: DEFAULT_HANDSHAKE,
      serializer: null,
    });
}

function shownBy(target: object): Pick<Registration, "exposed" | "metadata"> {
  const exposed = exposedBy(target);
  if (exposed === undefined || exposed.methods.size + exposed.attrs.size === 0) {
    const name = typeof target === "function" ? target.name : target.constructor?.name;
    throw new DaemonError(`nothing of ${name} is exposed; name its remote members with expose()`, {
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
