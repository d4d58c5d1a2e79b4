import { AttributeError, PYRO_ERRORS, PyroError } from "../base/errors.ts";
import type { VersionNames } from "../base/pyro-version.ts";
import { isPlainObject } from "../values/py-dict.ts";
import { pyText } from "../values/py-repr.ts";
import { builtinException } from "../values/python-exceptions.ts";
import { asTuple, PyClassDict } from "../values/python-values.ts";
import { exceptionText, RemoteError } from "../values/remote-error.ts";

/** The Python class for each JavaScript error class. */
const PYTHON_CLASSES: ReadonlyMap<string, string> = new Map([
  ["TypeError", "TypeError"],
  ["RangeError", "ValueError"],
  ["ReferenceError", "NameError"],
  ["SyntaxError", "SyntaxError"],
  ["URIError", "ValueError"],
  // Thrown by AbortSignal.timeout().
  ["TimeoutError", "TimeoutError"],
]);

/**
 * Converts an error to a class dict. Pyro's errors keep their names, JavaScript's errors become the matching Python
 * builtin, and a RemoteError keeps its remote class. All other errors become a RuntimeError, because a Python peer
 * refuses unknown classes. The stack is sent as the remote traceback.
 */
export function errorToWire(error: Error, names: VersionNames): PyClassDict {
  return exceptionDict(error, toPythonException(error, names));
}

/** A Python exception: `className(*args)`, with `attributes` set on it. */
export interface PythonException {
  readonly className: string;
  readonly args: readonly unknown[];
  readonly attributes: Iterable<readonly [string, unknown]>;
}

/** The class dict of a Python exception, with the traceback of `error`. */
export function exceptionDict(error: Error, { className, args, attributes }: PythonException): PyClassDict {
  return new PyClassDict(
    className,
    new Map<unknown, unknown>([
      ["__exception__", true],
      ["args", asTuple([...args])],
      ["attributes", new Map<unknown, unknown>([...attributes, ["_pyroTraceback", traceback(error, className)]])],
    ]),
  );
}

function toPythonException(error: Error, { errorsModule }: VersionNames): PythonException {
  if (error instanceof RemoteError) {
    return { className: error.remoteType, args: error.remoteArgs, attributes: error.remoteAttributes };
  }
  const attributes = attributesOf(error);
  if (error instanceof AttributeError)
    return { className: "builtins.AttributeError", args: [error.message], attributes };
  if (error instanceof PyroError) {
    return { className: errorsModule + pyroName(error), args: [error.message], attributes };
  }
  const builtin = PYTHON_CLASSES.get(error.name) ?? PYTHON_CLASSES.get(error.constructor.name);
  if (builtin !== undefined) return { className: `builtins.${builtin}`, args: [error.message], attributes };
  const name = error.name === "Error" ? error.constructor.name : error.name;
  const text = name === "Error" ? error.message : `${name}: ${error.message}`;
  return { className: "builtins.RuntimeError", args: [text], attributes };
}

/** The name of the nearest base class that Pyro defines. */
function pyroName(error: PyroError): string {
  let ctor: unknown = error.constructor;
  while (typeof ctor === "function") {
    if (PYRO_ERRORS.get(ctor.name) === ctor) return ctor.name;
    ctor = Object.getPrototypeOf(ctor);
  }
  return PyroError.name;
}

/**
 * The fields of an error that are sent as attributes: its own fields that have plain values. Python assigns each to the
 * exception, so `args` would replace its arguments, and names like `__class__` would fail.
 */
export function attributesOf(error: Error): [string, unknown][] {
  const attributes = new Map(error instanceof PyroError ? error.remoteAttributes : undefined);
  for (const [key, value] of Object.entries(error)) {
    const isReserved = /^(?:name|message|stack|cause|args|_pyroTraceback)$|^__/.test(key);
    const isPyroCode = key === "code" && error instanceof PyroError;
    if (!isReserved && !isPyroCode && isPlain(value, 0)) attributes.set(key, value);
  }
  return [...attributes];
}

const MAX_ATTRIBUTE_DEPTH = 10;

function isPlain(value: unknown, depth: number): boolean {
  if (value === null || ["string", "number", "boolean", "bigint"].includes(typeof value)) return true;
  if (typeof value !== "object" || depth === MAX_ATTRIBUTE_DEPTH) return false;
  if (Array.isArray(value)) return value.every((one) => isPlain(one, depth + 1));
  return isPlainObject(value) && isPlain(Object.values(value), depth);
}

/** The stack as a Python traceback: lines that end with a line feed, with the exception last. */
function traceback(error: Error, className: string): string[] {
  const name = className.replace(/^builtins\./, "");
  const earlier = remoteTracebackOf(error);
  const frames = (error.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  return [
    ...(earlier === undefined ? [] : [earlier]),
    "Traceback (most recent call last):\n",
    ...frames.toReversed().map((line) => `  ${line.trim()}\n`),
    `${name}: ${error.message}\n`,
  ];
}

/** The traceback that the peer sent with an error, if any. */
function remoteTracebackOf(error: Error): string | undefined {
  const text: unknown = Reflect.get(error, "remoteTraceback");
  return typeof text === "string" ? text : undefined;
}

/** The error for an exception's class dict; undefined if its class is neither Pyro's nor a Python builtin. */
export function knownException(
  className: string,
  fields: ReadonlyMap<unknown, unknown>,
  { errorsModule, otherExceptions }: VersionNames,
): Error | undefined {
  const pyroClass = className.startsWith(errorsModule)
    ? PYRO_ERRORS.get(className.slice(errorsModule.length))
    : undefined;
  if (pyroClass !== undefined) {
    const error = withTraceback(new pyroClass(exceptionText(className, argsOf(fields))), fields);
    const attributes = exceptionAttributes(fields);
    if (attributes.size > 0) Object.defineProperty(error, "remoteAttributes", { value: attributes });
    return error;
  }
  if (className.startsWith(errorsModule)) return undefined;
  const builtin = builtinException(className);
  if (builtin !== undefined || otherExceptions.has(className) || /^sqlite3\.\w*Error$/.test(className)) {
    return remoteException(builtin === undefined ? className : `builtins.${builtin}`, fields);
  }
  return undefined;
}

/** An exception of any class as a RemoteError with its arguments, attributes and traceback. */
export function remoteException(className: string, fields: ReadonlyMap<unknown, unknown>): RemoteError {
  return withTraceback(new RemoteError(className, argsOf(fields), exceptionAttributes(fields)), fields);
}

/** The exception's arguments; empty if they are not a list. */
export function argsOf(fields: ReadonlyMap<unknown, unknown>): readonly unknown[] {
  const args = fields.get("args");
  return Array.isArray(args) ? args : [];
}

/** The exception's instance variables except the traceback. */
export function exceptionAttributes(fields: ReadonlyMap<unknown, unknown>): Map<string, unknown> {
  const attributes = new Map(entriesOf(fields.get("attributes")));
  attributes.delete("_pyroTraceback");
  return attributes;
}

function entriesOf(dict: unknown): [string, unknown][] {
  if (dict instanceof Map) return [...(dict as Map<string, unknown>)];
  return typeof dict === "object" && dict !== null ? Object.entries(dict) : [];
}

/** Sets `remoteTraceback` of an error to the traceback in its class dict. */
export function withTraceback<E extends Error>(error: E, fields: ReadonlyMap<unknown, unknown>): E {
  const lines = new Map(entriesOf(fields.get("attributes"))).get("_pyroTraceback");
  if (Array.isArray(lines)) {
    const value = lines.map(pyText).join("");
    Object.defineProperty(error, "remoteTraceback", { value, writable: true, configurable: true, enumerable: false });
  }
  return error;
}
