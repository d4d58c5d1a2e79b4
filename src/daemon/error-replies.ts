import { PyroError, SerializeError } from "../base/errors.ts";
import { pyRepr, pyText } from "../values/py-repr.ts";

/** JavaScript code can throw any value, even one without a text. */
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
 * The error for a result that cannot be written. With serpent it is a TypeError, as in Python: on a SerializeError a
 * Python client closes its connection, and the session's instances are lost.
 */
export function unwritableResult(thrown: unknown, serializer: string): Error {
  const error = asError(thrown);
  const plain = serializer === "serpent" && error instanceof SerializeError;
  return plain ? new TypeError(error.message, { cause: error }) : error;
}

/** The error sent instead of an exception that cannot be written; the text is Pyro's. */
export function unwritableError(reason: unknown, error: Error): PyroError {
  const original = `<class '${error.name}'>: ${error.message}`;
  return new PyroError(`Error serializing exception: ${reasonOf(reason)}. Original exception: ${original}`);
}
