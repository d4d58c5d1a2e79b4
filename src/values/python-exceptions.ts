/** The base class of each of Python's builtin exceptions (`CPython 3.11`, Exception hierarchy). */
const BASE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries({
    BaseException: "BaseExceptionGroup GeneratorExit KeyboardInterrupt SystemExit Exception",
    Exception:
      "AssertionError AttributeError BufferError EOFError ExceptionGroup ImportError LookupError MemoryError NameError " +
      "OSError ReferenceError RuntimeError StopAsyncIteration StopIteration SyntaxError SystemError TypeError " +
      "ValueError Warning ArithmeticError",
    ArithmeticError: "FloatingPointError OverflowError ZeroDivisionError",
    ImportError: "ModuleNotFoundError",
    LookupError: "IndexError KeyError",
    NameError: "UnboundLocalError",
    OSError:
      "BlockingIOError ChildProcessError ConnectionError FileExistsError FileNotFoundError InterruptedError " +
      "IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError",
    ConnectionError: "BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError",
    RuntimeError: "NotImplementedError RecursionError",
    SyntaxError: "IndentationError",
    IndentationError: "TabError",
    ValueError: "UnicodeError",
    UnicodeError: "UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError",
    Warning:
      "BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning PendingDeprecationWarning " +
      "ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning",
  }).flatMap(([base, names]) => names.split(" ").map((name): [string, string] => [name, base])),
);

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["IOError", "OSError"],
  ["EnvironmentError", "OSError"],
  ["WindowsError", "OSError"],
]);

/** The bare name of a builtin exception (`builtins.X`, Python 2's `exceptions.X`, or `X`); undefined for others. */
export function builtinException(type: string): string | undefined {
  const bare = /^(?:(?:builtins|exceptions)\.)?([A-Za-z]+)$/.exec(type)?.[1] ?? "";
  const name = ALIASES.get(bare) ?? bare;
  return BASE_OF.has(name) || name === "BaseException" ? name : undefined;
}

/** Whether `type` is a builtin exception that is `base` or derives from it. */
export function isPythonSubclass(type: string, base: string): boolean {
  const baseName = builtinException(base);
  let name = builtinException(type);
  while (name !== undefined && baseName !== undefined) {
    if (name === baseName) return true;
    name = BASE_OF.get(name);
  }
  return false;
}
