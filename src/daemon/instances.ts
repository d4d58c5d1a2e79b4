import { type Registration, targetOf } from "./object-table.ts";

type Constructor = new () => object;

/** Instances of registered classes, kept as long as their mode says. One cache for the daemon, one a connection. */
export class InstanceCache {
  readonly #instances = new Map<Registration, object>();

  /** The instance of a registration, made now if there is none. */
  get(registration: Registration): object {
    let instance = this.#instances.get(registration);
    if (instance === undefined) {
      instance = createInstance(registration);
      this.#instances.set(registration, instance);
    }
    return instance;
  }
}

function createInstance(registration: Registration): object {
  const Class = targetOf(registration) as Constructor;
  const { create } = registration.exposed.behavior;
  const made: unknown = create === undefined ? new Class() : create(Class);
  if (!(made instanceof Class)) throw new TypeError("instance creator returned object of different type");
  return made as object;
}

/** The instance that a call of a registered class goes to, per the class's mode. */
export function instanceFor(registration: Registration, daemon: InstanceCache, connection: InstanceCache): object {
  const mode = registration.exposed.behavior.instance ?? "session";
  switch (mode) {
    case "session":
      return connection.get(registration);
    case "single":
      return daemon.get(registration);
    case "percall":
      return createInstance(registration);
    default:
      return mode satisfies never;
  }
}
