import { SerializeError } from "../errors.ts";
import type { CallData } from "./serializer.ts";

/** The parts of an INVOKE payload, checked. @throws {SerializeError} for parts that make no call. */
export function callFrom(object: unknown, method: unknown, args: unknown, kwargs: unknown): CallData {
  if (typeof object !== "string" || typeof method !== "string") {
    throw new SerializeError("a call names its object and its method with text");
  }
  if (!Array.isArray(args)) throw new SerializeError("a call's arguments are a list or a tuple");
  return { object, method, args, kwargs: keywords(kwargs) };
}

function keywords(value: unknown): Readonly<Record<string, unknown>> | null {
  if (value === null || value === undefined) return null;
  const words = Object.create(null) as Record<string, unknown>;
  const plain = typeof value === "object" && Object.getPrototypeOf(value) === null;
  if (!plain && !(value instanceof Map)) throw new SerializeError("a call's keyword arguments are a dict");
  for (const [key, one] of value instanceof Map ? value : Object.entries(value)) {
    if (typeof key !== "string") throw new SerializeError("a keyword argument is named by text");
    words[key] = one;
  }
  return words;
}
