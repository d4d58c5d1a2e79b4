import { PyroError } from "../base/errors.ts";
import { pyRepr, pyText } from "./py-repr.ts";
import { isPythonSubclass } from "./python-exceptions.ts";

/**
 * An exception of the other side, whatever class it has there: nothing of it is lost. To raise one of Python's own
 * from a method: `throw new RemoteError("ValueError", ["there is no couch"])`.
 */
export class RemoteError extends PyroError {
  static override readonly defaultCode: string = "PYRO_REMOTE";
  /** Python's class, as it travelled: `builtins.ValueError`, `my.module.NoSuchThing`. */
  readonly remoteType: string;
  readonly remoteArgs: readonly unknown[];
  /** The exception's instance variables, all but the traceback. */
  override readonly remoteAttributes: ReadonlyMap<string, unknown>;

  /**
   * @param type Python's class; a bare name is one of its builtins.
   * @param args What the class is made with; a text, usually.
   */
  constructor(type: string, args: readonly unknown[], attributes: ReadonlyMap<string, unknown> = new Map()) {
    super(exceptionText(type, args));
    this.remoteType = type.includes(".") ? type : `builtins.${type}`;
    this.name = type.slice(type.lastIndexOf(".") + 1);
    this.remoteArgs = args;
    this.remoteAttributes = attributes;
  }

  /**
   * Whether this is an exception of that class, as Python's `except` asks: full or bare name, and for Python's builtins
   * any of their bases too (a KeyError is a LookupError).
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
  const [only] = args;
  return typeof only === "string" && !isPythonSubclass(type, "KeyError") ? only : pyRepr(only);
}
