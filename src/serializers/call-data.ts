import { SerializeError } from "../base/errors.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import { isPyDict, pyDict } from "../values/py-dict.ts";
import type { CallData } from "./serializer.ts";

/** The parts of an INVOKE payload, checked. @throws {SerializeError} for parts that make no call. */
export function toCallData(object: unknown, method: unknown, args: unknown, kwargs: unknown): CallData {
  if (typeof object !== "string" || typeof method !== "string") {
    throw new SerializeError("a call names its object and its method with text");
  }
  if (!Array.isArray(args)) throw new SerializeError("a call's arguments are a list or a tuple");
  return { object, method, args, kwargs: keywords(kwargs) };
}

function keywords(value: unknown): Readonly<Record<string, unknown>> | null {
  if (value === NO_KEYWORDS) return NO_KEYWORDS;
  if (value === null || value === undefined) return null;
  if (isPyDict(value)) return value;
  const words = pyDict();
  if (!(value instanceof Map)) throw new SerializeError("a call's keyword arguments are a dict");
  for (const [key, one] of value) {
    if (typeof key !== "string") throw new SerializeError("a keyword argument is named by text");
    words[key] = one;
  }
  return words;
}
