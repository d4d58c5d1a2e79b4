import { SerializeError } from "../base/errors.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import { isPyDict, pyDict } from "../values/py-dict.ts";
import type { CallData } from "./serializer.ts";

/** Checks the parts of an INVOKE payload. @throws {SerializeError} if a part has the wrong type. */
export function toCallData(object: unknown, method: unknown, args: unknown, kwargs: unknown): CallData {
  if (typeof object !== "string" || typeof method !== "string") {
    throw new SerializeError("invalid call: object id and method name must be text");
  }
  if (!Array.isArray(args)) throw new SerializeError("invalid call: arguments must be a list or a tuple");
  return { object, method, args, kwargs: toKeywords(kwargs) };
}

function toKeywords(value: unknown): Readonly<Record<string, unknown>> | null {
  if (value === NO_KEYWORDS) return NO_KEYWORDS;
  if (value === null || value === undefined) return null;
  if (isPyDict(value)) return value;
  const keywords = pyDict();
  if (!(value instanceof Map)) throw new SerializeError("invalid call: keyword arguments must be a dict");
  for (const [key, one] of value) {
    if (typeof key !== "string") throw new SerializeError("invalid call: names of keyword arguments must be text");
    keywords[key] = one;
  }
  return keywords;
}
