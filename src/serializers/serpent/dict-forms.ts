import { Buffer } from "node:buffer";
import { dictValue, type PyDict, PyFloat } from "../../values/python-values.ts";
import { decodeBase64 } from "./base64.ts";

/**
 * What a dict stands for that has two keys and is no dict at heart: bytes, or a float that has no literal. Null for
 * bytes that are no base64, undefined for any other dict.
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
  const value = floatOf(text);
  return lossless && value !== undefined ? new PyFloat(value) : value;
}

/** Python's `float(text)`; undefined where that raises. */
function floatOf(text: string): number | undefined {
  const known = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i.exec(text);
  if (known !== null) return known[2] !== undefined ? Number.NaN : known[1] === "-" ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
