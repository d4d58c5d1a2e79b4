import { PyroError, SerializeError } from "../base/errors.ts";
import { pyRepr, pyText } from "../values/py-repr.ts";

/** JavaScript throws anything, also what has no text of its own. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new PyroError(`thrown: ${pyRepr(thrown)}`);
}

export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : pyText(thrown);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/**
 * What the caller hears of a result that cannot be written. With serpent it is a TypeError, as from Python: a
 * SerializeError would have a Python client drop its connection, and with it the objects of its session.
 */
export function unwritableResult(thrown: unknown, serializer: string): Error {
  const error = asError(thrown);
  const plain = serializer === "serpent" && error instanceof SerializeError;
  return plain ? new TypeError(error.message, { cause: error }) : error;
}

/** What is answered in the place of an exception that cannot travel, in Pyro's words. */
export function unwritableError(reason: unknown, error: Error): PyroError {
  const original = `<class '${error.name}'>: ${error.message}`;
  return new PyroError(`Error serializing exception: ${reasonOf(reason)}. Original exception: ${original}`);
}
