import { Buffer } from "node:buffer";
import { PyComplex, type PyDict, PyEllipsis, PyFloat, PyTuple } from "../../values.ts";
import { base64Bytes } from "./literals.ts";

/** Bytes that came as a dict: in Python they are one, and so no key. */
const cameAsDict = new WeakSet<Uint8Array>();

/**
 * What two values have in common that are the same key to Python (`1`, `1.0` and `True` are); undefined for values
 * that Python cannot hash.
 */
export function hashKey(value: unknown): unknown {
  switch (typeof value) {
    case "string":
      return `s${value}`;
    case "boolean":
    case "number":
      return `n${Number(value)}`;
    case "bigint":
      return BigInt(Number(value)) === value ? `n${Number(value)}` : `i${value}`;
    case "object":
      break;
    default:
      return undefined;
  }
  if (value === null || value instanceof PyEllipsis) return value;
  if (value instanceof PyFloat) return `n${value.value}`;
  if (value instanceof PyComplex) return value.im === 0 ? `n${value.re}` : `c${value.re},${value.im}`;
  if (value instanceof Uint8Array)
    return cameAsDict.has(value) ? undefined : `b${Buffer.from(value).toString("latin1")}`;
  if (!(value instanceof PyTuple)) return undefined;
  const parts = value.map(hashKey);
  return parts.includes(undefined) ? undefined : `t${JSON.stringify(parts)}`;
}

/** Collects the pairs of one dict: a plain object as long as all keys are text, else a Map. */
export class DictBuilder {
  size = 0;
  hasClass = false;
  #object: PyDict | undefined;
  #map: Map<unknown, unknown> | undefined;
  /** For a Map: hash to the key that came first. */
  #keys: Map<unknown, unknown> | undefined;

  constructor(lossless: boolean) {
    if (lossless) this.#map = new Map();
    else this.#object = Object.create(null) as PyDict;
  }

  /** False when the key is one that Python cannot hash. */
  add(key: unknown, value: unknown): boolean {
    this.size++;
    if (typeof key === "string") {
      if (key === "__class__") this.hasClass = true;
      if (this.#object !== undefined) {
        this.#object[key] = value;
        return true;
      }
      this.#map?.set(key, value);
      return true;
    }
    const hash = hashKey(key);
    if (hash === undefined) return false;
    const map = this.#asMap();
    this.#keys ??= new Map();
    const known = this.#keys.get(hash);
    if (known === undefined && !this.#keys.has(hash)) this.#keys.set(hash, key);
    map.set(known ?? key, value);
    return true;
  }

  #asMap(): Map<unknown, unknown> {
    this.#map ??= new Map(Object.entries(this.#object ?? {}));
    this.#object = undefined;
    return this.#map;
  }

  #get(key: string): unknown {
    return this.#object === undefined ? this.#map?.get(key) : this.#object[key];
  }

  /** The dict, or what it stands for: bytes, or a float that has no literal. */
  value(): unknown {
    if (this.size === 2) {
      const data = this.#get("data");
      if (typeof data === "string" && this.#get("encoding") === "base64") {
        const bytes = base64Bytes(data);
        if (bytes !== undefined) {
          cameAsDict.add(bytes);
          return bytes;
        }
      }
      if (this.hasClass && this.#get("__class__") === "float") return this.#float(this.#get("value"));
    }
    return this.#object ?? this.#map;
  }

  #float(text: unknown): unknown {
    const known: Record<string, number> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };
    const value = typeof text === "string" ? (known[text] ?? Number(text)) : Number.NaN;
    this.hasClass = false;
    return this.#object === undefined ? new PyFloat(value) : value;
  }
}
