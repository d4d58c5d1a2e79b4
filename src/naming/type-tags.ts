/**
 * The tags that tell of which class an object is: `class:module.Name` for its class and those that it extends, as
 * Pyro's `type_meta` makes them (`Pyro5 5.15, core.py`), for the metadata of a registration.
 *
 * @param target an object or a class.
 * @param module what stands before each name: where Python would have the class.
 */
export function typeTags(target: object, module: string): Set<string> {
  const tags = new Set<string>();
  let at: unknown = typeof target === "function" ? target.prototype : Object.getPrototypeOf(target);
  while (typeof at === "object" && at !== null && at !== Object.prototype) {
    const { name } = at.constructor;
    if (name !== "") tags.add(`class:${module}.${name}`);
    at = Object.getPrototypeOf(at);
  }
  return tags;
}
