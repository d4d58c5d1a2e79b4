import { DaemonError } from "../errors.ts";
import { ProxyState, publish, unpublish } from "../references.ts";
import type { Metadata } from "../session/metadata.ts";
import type { URI } from "../uri.ts";
import { type Exposed, exposedBy } from "./expose.ts";

/** A Pyro object: what is called, and what of it may be. */
export interface Registration {
  readonly id: string;
  /** An object, or a class of which instances are made as they are needed. */
  readonly target: object;
  readonly exposed: Exposed;
  readonly metadata: Metadata;
}

/** An id that nobody can guess, as Pyro makes them. */
function newObjectId(): string {
  // Loaded when it is needed: 6 ms of the start of a program that names its objects itself.
  return `obj_${process.getBuiltinModule("node:crypto").randomBytes(16).toString("hex")}`;
}

/** The daemon's objects by id, in the order of their registration. */
export class ObjectTable {
  readonly #uriOf: ((id: string) => URI) | undefined;
  readonly #byId = new Map<string, Registration>();
  readonly #byTarget = new Map<object, Registration>();

  /** @param uriOf under which URI an object is served, if it is to travel as a proxy. */
  constructor(uriOf?: (id: string) => URI) {
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

  /** @throws {DaemonError} when the object or the id is taken (without `force`), or nothing of it is exposed. */
  add(target: object, id: string = newObjectId(), force = false): Registration {
    if (!force && this.#byTarget.has(target)) {
      throw new DaemonError("object or class already has a Pyro id", { code: "PYRO_ALREADY_REGISTERED" });
    }
    if (!force && this.#byId.has(id)) {
      throw new DaemonError("an object or class is already registered with that id", { code: "PYRO_ID_TAKEN" });
    }
    const exposed = exposedBy(target);
    if (exposed === undefined || exposed.methods.size + exposed.attrs.size === 0) {
      const name = typeof target === "function" ? target.name : target.constructor?.name;
      throw new DaemonError(`nothing of ${name} is exposed; name its remote members with expose()`, {
        code: "PYRO_NOTHING_EXPOSED",
      });
    }
    this.remove(target);
    this.remove(id);
    const methods = [...exposed.methods.values()];
    const registration: Registration = {
      id,
      target,
      exposed,
      metadata: {
        methods: new Set(methods.map((one) => one.signature.name)),
        oneway: new Set(methods.filter((one) => one.oneway).map((one) => one.signature.name)),
        attrs: new Set(exposed.attrs.keys()),
      },
    };
    this.#byId.set(id, registration);
    this.#byTarget.set(target, registration);
    this.#publish(registration);
    return registration;
  }

  remove(target: object | string): void {
    const registration = this.find(target);
    if (registration === undefined) return;
    this.#byId.delete(registration.id);
    this.#byTarget.delete(registration.target);
    if (this.#uriOf !== undefined) unpublish(registration.target);
  }

  /** Lets the object travel as a proxy to itself: Pyro's autoproxy. Of a class only instances would travel. */
  #publish({ id, target, metadata }: Registration): void {
    const uriOf = this.#uriOf;
    if (uriOf === undefined || typeof target === "function") return;
    publish(target, () => new ProxyState({ uri: uriOf(id), ...metadata, handshake: "hello", serializer: null }));
  }
}
