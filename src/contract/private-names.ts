/** Dunder names that cannot be called remotely (`Pyro5 5.15, server.py`; Pyro4 adds the last three). */
const PRIVATE_DUNDERS: ReadonlySet<string> = new Set(
  (
    "init init_subclass class module weakref call new del repr str format nonzero bool coerce cmp eq ne hash ge gt " +
    "le lt dir enter exit copy deepcopy sizeof getattr setattr hasattr getattribute delattr instancecheck " +
    "subclasscheck getinitargs getnewargs getstate setstate reduce reduce_ex subclasshook unicode " +
    "getstate_for_dict setstate_from_dict"
  )
    .split(" ")
    .map((name) => `__${name}__`),
);

/**
 * Whether a wire name is private: it starts with an underscore, and is not a dunder name that Pyro allows (`__len__`,
 * `__getitem__`, `__iter__`, `__contains__` ...).
 */
export function isPrivateName(name: string): boolean {
  if (!name.startsWith("_")) return false;
  const isDunder = name.length > 4 && name.startsWith("__") && name.endsWith("__");
  return !isDunder || PRIVATE_DUNDERS.has(name);
}
