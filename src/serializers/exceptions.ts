import { AttributeError, PYRO_ERRORS, PyroError } from "../errors.ts";
import type { PyroVersion } from "../pyro-version.ts";
import { builtinException } from "../python-exceptions.ts";
import { RemoteError } from "../remote-error.ts";
import { PyClassDict, tuple } from "../values.ts";

/** The Python class that an error of JavaScript's own travels as. */
const PYTHON_OF: ReadonlyMap<string, string> = new Map([
  ["TypeError", "TypeError"],
  ["RangeError", "ValueError"],
  ["ReferenceError", "NameError"],
  ["SyntaxError", "SyntaxError"],
  ["URIError", "ValueError"],
]);

const errorsModule = (version: PyroVersion): string => `Pyro${version}.errors.`;

/**
 * An error as its class dict: Pyro's own under their names, JavaScript's as the Python builtin that means the same,
 * a RemoteError as what it was. Everything else is a RuntimeError, as a Python peer refuses classes that it does not know.
 * The stack goes along as the remote traceback.
 */
export function errorToWire(error: Error, version: PyroVersion): PyClassDict {
  const { className, args, attributes } = describe(error, version);
  return new PyClassDict(
    className,
    new Map<unknown, unknown>([
      ["__exception__", true],
      ["args", tuple(...args)],
      ["attributes", new Map<unknown, unknown>([...attributes, ["_pyroTraceback", traceback(error, className)]])],
    ]),
  );
}

interface Described {
  readonly className: string;
  readonly args: readonly unknown[];
  readonly attributes: Iterable<[string, unknown]>;
}

function describe(error: Error, version: PyroVersion): Described {
  if (error instanceof RemoteError) {
    return { className: error.remoteType, args: error.remoteArgs, attributes: error.remoteAttributes };
  }
  if (error instanceof AttributeError)
    return { className: "builtins.AttributeError", args: [error.message], attributes: [] };
  if (error instanceof PyroError) {
    const name = PYRO_ERRORS.has(error.name) ? error.name : "PyroError";
    return { className: errorsModule(version) + name, args: [error.message], attributes: [] };
  }
  const attributes = Object.entries(error).filter(([key, value]) => key !== "cause" && isPlain(value));
  const builtin = PYTHON_OF.get(error.name) ?? PYTHON_OF.get(error.constructor.name);
  if (builtin !== undefined) return { className: `builtins.${builtin}`, args: [error.message], attributes };
  const name = error.name === "Error" ? error.constructor.name : error.name;
  const text = name === "Error" ? error.message : `${name}: ${error.message}`;
  return { className: "builtins.RuntimeError", args: [text], attributes };
}

function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "boolean", "bigint"].includes(typeof value);
}

/** The stack in the form of a Python traceback: lines that each end with a line end, the exception last. */
function traceback(error: Error, className: string): string[] {
  const name = className.replace(/^builtins\./, "");
  const earlier = error instanceof PyroError && error.remoteTraceback !== undefined ? [error.remoteTraceback] : [];
  const frames = (error.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  return [
    ...earlier,
    "Traceback (most recent call last):\n",
    ...frames.toReversed().map((line) => `  ${line.trim()}\n`),
    `${name}: ${error.message}\n`,
  ];
}

/** The error in an exception's class dict; undefined when nobody here or in Pyro knows its class. */
export function knownException(
  className: string,
  fields: ReadonlyMap<unknown, unknown>,
  version: PyroVersion,
): Error | undefined {
  const module = errorsModule(version);
  const ownClass = className.startsWith(module) ? PYRO_ERRORS.get(className.slice(module.length)) : undefined;
  if (ownClass !== undefined) {
    const [first = ""] = argsOf(fields);
    return withTraceback(new ownClass(typeof first === "string" ? first : String(first)), fields);
  }
  if (className.startsWith(module)) return undefined;
  const builtin = builtinException(className);
  const struct = version === 5 && className === "struct.error";
  if (builtin !== undefined || struct || /^sqlite3\.\w*Error$/.test(className)) {
    return remoteException(builtin === undefined ? className : `builtins.${builtin}`, fields);
  }
  return undefined;
}

/** An exception of any class, with all that came with it. */
export function remoteException(className: string, fields: ReadonlyMap<unknown, unknown>): RemoteError {
  const attributes = new Map<string, unknown>();
  for (const [key, value] of entriesOf(fields.get("attributes"))) {
    if (key !== "_pyroTraceback") attributes.set(key, value);
  }
  return withTraceback(new RemoteError(className, argsOf(fields), attributes), fields);
}

function argsOf(fields: ReadonlyMap<unknown, unknown>): readonly unknown[] {
  const args = fields.get("args");
  return Array.isArray(args) ? args : [];
}

function entriesOf(dict: unknown): [string, unknown][] {
  if (dict instanceof Map) return [...(dict as Map<string, unknown>)];
  return typeof dict === "object" && dict !== null ? Object.entries(dict) : [];
}

function withTraceback<E extends PyroError>(error: E, fields: ReadonlyMap<unknown, unknown>): E {
  const lines = entriesOf(fields.get("attributes")).find(([key]) => key === "_pyroTraceback")?.[1];
  if (Array.isArray(lines)) error.remoteTraceback = lines.map(String).join("");
  return error;
}
