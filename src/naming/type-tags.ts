/**
 * Returns metadata tags for an object's class and its superclasses: `class:module.Name`, as Pyro's `type_meta` does
 * (`Pyro5 5.15, core.py`).
 *
 * @param target an object or a class.
 * @param module the module name to put before each class name, as in Python.
 */
export function typeTags(target: object, module: string): Set<string> {
  const tags = new Set<string>();
  let prototype: unknown = typeof target === "function" ? target.prototype : Object.getPrototypeOf(target);
  while (typeof prototype === "object" && prototype !== null && prototype !== Object.prototype) {
    const { name } = prototype.constructor;
    if (name !== "") tags.add(`class:${module}.${name}`);
    prototype = Object.getPrototypeOf(prototype);
  }
  return tags;
}
