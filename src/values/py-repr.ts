import { inspect } from "node:util";
import { isPlainObject } from "./py-dict.ts";
import { PyClassDict, PyComplex, PyEllipsis, PyFloat, PyTuple } from "./python-values.ts";

// Characters that Python's repr escapes: Unicode's categories C and Z except the space, and the backslash.
const ESCAPED = /[\p{C}\p{Zl}\p{Zp}\p{Zs}\\]/gu;
const NOT_PLAIN = /[^\x20-\x7e]|[\\']/;
const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\\", "\\\\"],
  [" ", " "],
]);

function escapeCharacter(character: string): string {
  const short = SHORT.get(character);
  if (short !== undefined) return short;
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x100) return `\\x${point.toString(16).padStart(2, "0")}`;
  if (point < 0x10000) return `\\u${point.toString(16).padStart(4, "0")}`;
  return `\\U${point.toString(16).padStart(8, "0")}`;
}

/** Python's `repr` of a str: in single quotes, unless the text contains single quotes and no double quotes. */
export function pyStringRepr(text: string): string {
  if (!NOT_PLAIN.test(text)) return `'${text}'`;
  const body = text.replace(ESCAPED, escapeCharacter);
  if (!body.includes("'")) return `'${body}'`;
  return body.includes('"') ? `'${body.replaceAll("'", "\\'")}'` : `"${body}"`;
}

/** Python's `repr` of a float: with a point or an exponent, or `inf`, `-inf`, `nan`. */
export function pyFloatRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits = "", exponent = "0"] = value.toExponential().split("e");
    const sign = exponent.startsWith("-") ? "-" : "+";
    return `${digits}e${sign}${exponent.slice(1).padStart(2, "0")}`;
  }
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/**
 * Formats a value like Python's `repr`: `['chair', 'bike']`, `{'a': 1}`, `None`. For display only; it cannot be parsed
 * back. A circular reference is shown as `[...]`, `(...)` or `{...}`.
 */
export function pyRepr(value: unknown): string {
  return repr(value, []);
}

/** Formats a value like Python's `str`: text unchanged, other values as their `repr`. */
export function pyText(value: unknown): string {
  return typeof value === "string" ? value : pyRepr(value);
}

function repr(value: unknown, open: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return pyStringRepr(value);
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : pyFloatRepr(value);
    case "boolean":
      return value ? "True" : "False";
    case "undefined":
      return "None";
    case "object":
      return value === null ? "None" : objectRepr(value, open);
    case "function":
      return `<function ${value.name}>`;
    default:
      return String(value);
  }
}

function objectRepr(value: object, open: readonly object[]): string {
  if (value instanceof Uint8Array) return `b${bytesRepr(value)}`;
  if (value instanceof PyFloat) return pyFloatRepr(value.value);
  if (value instanceof PyComplex) return complexRepr(value);
  if (value instanceof PyEllipsis) return "Ellipsis";
  const isCycle = open.includes(value);
  const inside = [...open, value];
  const items = (all: Iterable<unknown>): string => Array.from(all, (one) => repr(one, inside)).join(", ");
  const pairs = (all: Iterable<readonly [unknown, unknown]>): string =>
    isCycle ? "..." : Array.from(all, ([key, one]) => `${repr(key, inside)}: ${repr(one, inside)}`).join(", ");
  if (value instanceof PyTuple) return isCycle ? "(...)" : `(${items(value)}${value.length === 1 ? "," : ""})`;
  if (Array.isArray(value)) return isCycle ? "[...]" : `[${items(value)}]`;
  if (value instanceof Set) return value.size === 0 ? "set()" : `{${isCycle ? "..." : items(value)}}`;
  if (value instanceof Map) return `{${pairs(value)}}`;
  if (value instanceof PyClassDict) return `<${value.className} {${pairs(value.fields)}}>`;
  if (value instanceof Error) return `${value.name}(${items(argsOf(value))})`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (isPlainObject(value)) return `{${pairs(Object.entries(value))}}`;
  return otherRepr(value, prototype as object);
}

/** The arguments of a Python exception; the message of any other error. */
function argsOf(error: Error): readonly unknown[] {
  const args: unknown = Reflect.get(error, "remoteArgs");
  return Array.isArray(args) ? args : [error.message];
}

/** Objects of other classes. Their members are not read, because reading a member of a proxy is a remote call. */
function otherRepr(value: object, prototype: object): string {
  const hasToString = prototype.toString !== Object.prototype.toString && typeof prototype.toString === "function";
  return hasToString ? `<${prototype.constructor.name} ${pyStringRepr(String(value))}>` : inspect(value, { depth: 0 });
}

function complexRepr({ re, im }: PyComplex): string {
  const part = (value: number): string => pyFloatRepr(value).replace(/\.0$/, "");
  if (Object.is(re, 0)) return `${part(im)}j`;
  return `(${part(re)}${im < 0 || Object.is(im, -0) ? "" : "+"}${part(im)}j)`;
}

function bytesRepr(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text +=
      byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? character : (SHORT.get(character) ?? escapeCharacter(character));
  }
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}
