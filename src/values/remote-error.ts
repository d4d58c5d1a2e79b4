import { PyroError } from "../base/errors.ts";
import { pyRepr, pyText } from "./py-repr.ts";
import { isPythonSubclass } from "./python-exceptions.ts";

/**
 * A Python exception of any class, with its arguments and attributes. A method can throw one to raise a Python
 * exception in the caller: `throw new RemoteError("ValueError", ["there is no couch"])`.
 */
export class RemoteError extends PyroError {
  static override readonly defaultCode: string = "PYRO_REMOTE";
  /** Python's class, as sent: `builtins.ValueError`, `my.module.NoSuchThing`. */
  readonly remoteType: string;
  readonly remoteArgs: readonly unknown[];
  /** The exception's instance variables except the traceback. */
  override readonly remoteAttributes: ReadonlyMap<string, unknown>;

  /**
   * @param type Python's class; a name without a module is a builtin.
   * @param args The arguments of the exception, usually one text.
   */
  constructor(type: string, args: readonly unknown[], attributes: ReadonlyMap<string, unknown> = new Map()) {
    super(exceptionText(type, args));
    this.remoteType = type.includes(".") ? type : `builtins.${type}`;
    this.name = type.slice(type.lastIndexOf(".") + 1);
    this.remoteArgs = args;
    this.remoteAttributes = attributes;
  }

  /**
   * Whether this exception has that class, like Python's `except`. Accepts the full or the bare name, and for builtins
   * also the name of a base class (a KeyError is a LookupError).
   */
  is(type: string): boolean {
    return type === this.remoteType || type === this.name || isPythonSubclass(this.remoteType, type);
  }
}

/** Python's `str(exception)`. */
export function exceptionText(type: string, args: readonly unknown[]): string {
  if (args.length === 0) return "";
  if (args.length > 1) {
    if (isPythonSubclass(type, "OSError") && args.length === 2) return `[Errno ${pyRepr(args[0])}] ${pyText(args[1])}`;
    return `(${args.map(pyRepr).join(", ")})`;
  }
  const [arg] = args;
  return typeof arg === "string" && !isPythonSubclass(type, "KeyError") ? arg : pyRepr(arg);
}
