import { type Registration, targetOf } from "./object-table.ts";

type Constructor = new () => object;

/** Instances of registered classes. The daemon has one cache (mode "single"), each connection another ("session"). */
export class InstanceCache {
  readonly #instances = new Map<Registration, object>();

  /** The instance of a registration, created on first use. */
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

/** The instance that serves a call to a registered class, by the class's instance mode. */
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
