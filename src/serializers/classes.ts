/**
 * The class step: dicts that carry `__class__` to objects, and objects to such dicts, per protocol version.
 * (stub: see the contract; to be completed)
 */

/** Which Pyro's class names are spoken: `Pyro4.core.URI` or `Pyro5.core.URI`. */
export type PyroVersion = 4 | 5;

/**
 * What a serializer needs of the class step. `serializers/` knows the interface; URIs, proxies and errors are
 * registered by the rooms that own them.
 */
export interface ClassCodec {
  readonly version: PyroVersion;
  /**
   * An object that is no plain value → what is written in its place: a `PyClassDict`, or a plain value.
   * Undefined when nobody registered its class (the writer then refuses it, with the path).
   */
  toWire(value: object): unknown;
  /**
   * A value fresh from the parser, with class dicts still plain dicts, → the value with every class dict converted
   * (outermost first, as Python's dict_to_class walk does it). Called only when the parser met a `__class__` key.
   */
  revive(value: unknown): unknown;
}
