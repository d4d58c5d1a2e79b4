import { SerializeError } from "../base/errors.ts";

/** A value that a serializer cannot write. Its path grows on the way out, so writing pays nothing for it. */
export class Unwritable extends Error {
  readonly #path: (string | number)[] = [];

  /** Notes where in its container the value stands; gives itself, to be thrown on. */
  at(key: string | number): this {
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

/** Throws an Unwritable on, with the key added; everything else as it is. */
export function rethrowAt(error: unknown, key: string | number): never {
  throw error instanceof Unwritable ? error.at(key) : error;
}

/** Why an object of a class that nobody knows is refused. */
export function unknownClass(value: object): Unwritable {
  const name = typeof value.constructor === "function" ? value.constructor.name : "object";
  return new Unwritable(`objects of class ${name} do not travel; give a plain object, an array, a Map or a Set`);
}
