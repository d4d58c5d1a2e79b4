import { PyroError } from "../errors.ts";
import { pyRepr } from "../pyrepr.ts";

/** JavaScript throws anything, also what has no text of its own. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new PyroError(`thrown: ${pyRepr(thrown)}`);
}

export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
