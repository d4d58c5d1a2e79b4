import { AttributeError, PYRO_ERRORS, PyroError } from "../base/errors.ts";
import type { VersionNames } from "../base/pyro-version.ts";
import { isPlainObject } from "../values/py-dict.ts";
import { pyText } from "../values/py-repr.ts";
import { builtinException } from "../values/python-exceptions.ts";
import { asTuple, PyClassDict } from "../values/python-values.ts";
import { exceptionText, RemoteError } from "../values/remote-error.ts";

/** The Python class that an error of JavaScript's own travels as. */
const PYTHON_OF: ReadonlyMap<string, string> = new Map([
  ["TypeError", "TypeError"],
  ["RangeError", "ValueError"],
  ["ReferenceError", "NameError"],
  ["SyntaxError", "SyntaxError"],
  ["URIError", "ValueError"],
  // What AbortSignal.timeout() aborts with.
  ["TimeoutError", "TimeoutError"],
]);

/**
 * An error as its class dict: Pyro's own under their names, JavaScript's as the Python builtin that means the same,
 * a RemoteError as what it was. Everything else is a RuntimeError, as a Python peer refuses classes that it does not know.
 * The stack goes along as the remote traceback.
 */
export function errorToWire(error: Error, names: VersionNames): PyClassDict {
  return exceptionDict(error, describe(error, names));
}

/** How an error is told to Python: `className(*args)`, with `attributes` set on it. */
export interface Described {
  readonly className: string;
  readonly args: readonly unknown[];
  readonly attributes: Iterable<readonly [string, unknown]>;
}

/** An error as the class dict of the exception that it is described as. */
export function exceptionDict(error: Error, { className, args, attributes }: Described): PyClassDict {
  return new PyClassDict(
    className,
    new Map<unknown, unknown>([
      ["__exception__", true],
      ["args", asTuple([...args])],
      ["attributes", new Map<unknown, unknown>([...attributes, ["_pyroTraceback", traceback(error, className)]])],
    ]),
  );
}

function describe(error: Error, { errorsModule }: VersionNames): Described {
  if (error instanceof RemoteError) {
    return { className: error.remoteType, args: error.remoteArgs, attributes: error.remoteAttributes };
  }
  const attributes = attributesOf(error);
  if (error instanceof AttributeError)
    return { className: "builtins.AttributeError", args: [error.message], attributes };
  if (error instanceof PyroError) {
    return { className: errorsModule + pyroName(error), args: [error.message], attributes };
  }
  const builtin = PYTHON_OF.get(error.name) ?? PYTHON_OF.get(error.constructor.name);
  if (builtin !== undefined) return { className: `builtins.${builtin}`, args: [error.message], attributes };
  const name = error.name === "Error" ? error.constructor.name : error.name;
  const text = name === "Error" ? error.message : `${name}: ${error.message}`;
  return { className: "builtins.RuntimeError", args: [text], attributes };
}

/** The nearest of Pyro's own classes that an error descends from. */
function pyroName(error: PyroError): string {
  let at: unknown = error.constructor;
  while (typeof at === "function") {
    if (PYRO_ERRORS.get(at.name) === at) return at.name;
    at = Object.getPrototypeOf(at);
  }
  return PyroError.name;
}

/**
 * The fields of an error that go along as attributes: its own, as far as they are plain values. Python assigns each to
 * the exception, so `args` would replace its arguments, and `__class__` and the like would fail.
 */
export function attributesOf(error: Error): [string, unknown][] {
  const own = new Map(error instanceof PyroError ? error.remoteAttributes : undefined);
  for (const [key, value] of Object.entries(error)) {
    const kept = /^(?:name|message|stack|cause|args|_pyroTraceback)$|^__/.test(key);
    const code = key === "code" && error instanceof PyroError;
    if (!kept && !code && isPlain(value, 0)) own.set(key, value);
  }
  return [...own];
}

const DEEPEST_ATTRIBUTE = 10;

function isPlain(value: unknown, depth: number): boolean {
  if (value === null || ["string", "number", "boolean", "bigint"].includes(typeof value)) return true;
  if (typeof value !== "object" || depth === DEEPEST_ATTRIBUTE) return false;
  if (Array.isArray(value)) return value.every((one) => isPlain(one, depth + 1));
  return isPlainObject(value) && isPlain(Object.values(value), depth);
}

/** The stack in the form of a Python traceback: lines that each end with a line end, the exception last. */
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

/** The traceback that the other side sent along with an error, of Pyro's or of a registered class. */
function remoteTracebackOf(error: Error): string | undefined {
  const text: unknown = Reflect.get(error, "remoteTraceback");
  return typeof text === "string" ? text : undefined;
}

/** The error in an exception's class dict; undefined when nobody here or in Pyro knows its class. */
export function knownException(
  className: string,
  fields: ReadonlyMap<unknown, unknown>,
  { errorsModule, otherExceptions }: VersionNames,
): Error | undefined {
  const ownClass = className.startsWith(errorsModule)
    ? PYRO_ERRORS.get(className.slice(errorsModule.length))
    : undefined;
  if (ownClass !== undefined) {
    const error = withTraceback(new ownClass(exceptionText(className, argsOf(fields))), fields);
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

/** An exception of any class, with all that came with it. */
export function remoteException(className: string, fields: ReadonlyMap<unknown, unknown>): RemoteError {
  return withTraceback(new RemoteError(className, argsOf(fields), exceptionAttributes(fields)), fields);
}

/** What the exception was made with; nothing when that is no list. */
export function argsOf(fields: ReadonlyMap<unknown, unknown>): readonly unknown[] {
  const args = fields.get("args");
  return Array.isArray(args) ? args : [];
}

/** The exception's instance variables, all but the traceback. */
export function exceptionAttributes(fields: ReadonlyMap<unknown, unknown>): Map<string, unknown> {
  const attributes = new Map(entriesOf(fields.get("attributes")));
  attributes.delete("_pyroTraceback");
  return attributes;
}

function entriesOf(dict: unknown): [string, unknown][] {
  if (dict instanceof Map) return [...(dict as Map<string, unknown>)];
  return typeof dict === "object" && dict !== null ? Object.entries(dict) : [];
}

/** Gives an error the traceback that came in its class dict. */
export function withTraceback<E extends Error>(error: E, fields: ReadonlyMap<unknown, unknown>): E {
  const lines = new Map(entriesOf(fields.get("attributes"))).get("_pyroTraceback");
  if (Array.isArray(lines)) {
    const value = lines.map(pyText).join("");
    Object.defineProperty(error, "remoteTraceback", { value, writable: true, configurable: true, enumerable: false });
  }
  return error;
}
