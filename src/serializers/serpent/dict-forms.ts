import { Buffer } from "node:buffer";
import { dictValue, type PyDict, PyFloat } from "../../values/python-values.ts";
import { decodeBase64 } from "./base64.ts";

/**
 * Converts a dict with two keys that is serpent's form of another value: bytes, or a float without a literal. Returns
 * null for bytes with invalid base64, and undefined for any other dict.
 */
export function valueOfDictForm(
  dict: PyDict | Map<unknown, unknown>,
  lossless: boolean,
): Uint8Array | number | PyFloat | null | undefined {
  if ((dict instanceof Map ? dict.size : Object.keys(dict).length) !== 2) return undefined;
  const data = dictValue(dict, "data");
  if (typeof data === "string" && dictValue(dict, "encoding") === "base64") {
    const text = Buffer.from(data, "utf8");
    return decodeBase64(text, 0, text.length) ?? null;
  }
  const text = dictValue(dict, "value");
  if (dictValue(dict, "__class__") !== "float" || typeof text !== "string") return undefined;
  const value = parseFloatText(text);
  return lossless && value !== undefined ? new PyFloat(value) : value;
}

/** Python's `float(text)`; undefined if that raises an error. */
function parseFloatText(text: string): number | undefined {
  const constant = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i.exec(text);
  if (constant !== null) return constant[2] !== undefined ? Number.NaN : constant[1] === "-" ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
