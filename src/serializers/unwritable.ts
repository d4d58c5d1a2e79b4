import { SerializeError } from "../base/errors.ts";
import { tooDeep } from "./limit-texts.ts";

/**
 * A value that a serializer cannot write. The path is collected while the error propagates, so normal writing is not
 * slowed.
 */
export class Unwritable extends Error {
  readonly #path: (string | number)[] = [];

  /** Prepends the value's key in its container to the path. Returns this error, to throw it again. */
  prependKey(key: string | number): this {
    this.#path.unshift(key);
    return this;
  }

  toSerializeError(serializer: string): SerializeError {
    const path = this.#path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
    return new SerializeError(
      `${serializer} cannot write ${path === "" ? "the value" : `value${path}`}: ${this.message}`,
    );
  }
}

/** Throws an error again; adds the key if it is an Unwritable. */
export function rethrowWithKey(error: unknown, key: string | number): never {
  throw error instanceof Unwritable ? error.prependKey(key) : error;
}

/** The error for a value of a type such as `function`. */
export function unsupportedType(value: unknown): Unwritable {
  return new Unwritable(`a ${typeof value} cannot be serialized`);
}

/** The error for a container that contains itself. */
export function circularReference(): Unwritable {
  return new Unwritable("circular reference");
}

/** The error for containers that are nested deeper than `maxDepth`. */
export function nestingTooDeep(maxDepth: number): Unwritable {
  return new Unwritable(tooDeep(maxDepth));
}

/** The error for an object of an unknown class. */
export function unknownClass(value: object): Unwritable {
  const name = typeof value.constructor === "function" ? value.constructor.name : "object";
  return new Unwritable(`objects of class ${name} cannot be serialized; use registerClass or a plain object`);
}
