/** A parameter of a remote method, by its name in Python. */
export interface Parameter {
  readonly name: string;
  readonly required: boolean;
}

/** How a method is called from outside. */
export interface Signature {
  /** The name on the wire. */
  readonly name: string;
  /** Undefined: not declared, so whatever comes is handed on. */
  readonly parameters: readonly Parameter[] | undefined;
  /** `*args`: further positional arguments are welcome. */
  readonly rest: boolean;
}

const SHAPE = /^([\p{L}_][\p{L}\p{N}_]*)(?:\((.*)\))?$/su;
const PARAMETER = /^(\*?)([\p{L}_][\p{L}\p{N}_]*)(=.*)?$/su;

/**
 * Reads a signature as Python would write it: `take(name, item)`, `lookup(name, return_metadata=False)`,
 * `log(level, *words)`. A bare name says nothing about its parameters. The value behind `=` only marks a parameter
 * as optional; the method's own default counts.
 *
 * @throws {TypeError} for text of another shape.
 */
export function parseSignature(text: string): Signature {
  const shape = SHAPE.exec(text.trim());
  const name = shape?.[1];
  if (shape === null || name === undefined) {
    throw new TypeError(`'${text}' is no signature; write a name, or a name with parameters: take(name, item)`);
  }
  if (shape[2] === undefined) return { name, parameters: undefined, rest: true };
  const parameters: Parameter[] = [];
  let rest = false;
  for (const part of shape[2]
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")) {
    const found = PARAMETER.exec(part);
    const parameter = found?.[2];
    if (found === null || parameter === undefined || rest) {
      throw new TypeError(`'${part}' in '${text}' is no parameter; write name, name=default, or *names as the last`);
    }
    const required = found[3] === undefined;
    if (found[1] === "*") rest = true;
    else if (required && parameters.at(-1)?.required === false) {
      throw new TypeError(`'${parameter}' in '${text}' has no default, but follows a parameter that has one`);
    } else parameters.push({ name: parameter, required });
  }
  return { name, parameters, rest };
}

/** The keyword arguments of a call that has none: readers that give this very object save looking into it. */
export const NO_KEYWORDS: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));
const NONE: readonly string[] = [];

const quoted = (names: readonly string[]): string => names.map((one) => `'${one}'`).join(", ");
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * Puts positional and keyword arguments in the order of the parameters, as Python's call does.
 *
 * @throws {TypeError} in Python's words for what is missing, too much, unknown or given twice.
 */
export function bindArguments(
  signature: Signature,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> | null,
): readonly unknown[] {
  const { name, parameters, rest } = signature;
  const keywords = kwargs === null || kwargs === NO_KEYWORDS ? NONE : Object.keys(kwargs);
  // Nearly every call: in the order of the parameters, of which those that may be missing are the last.
  if (keywords.length === 0 && parameters !== undefined && args.length <= parameters.length) {
    const next = parameters[args.length];
    if (next === undefined || !next.required) return args;
  }
  if (parameters === undefined) {
    if (keywords.length > 0) throw new TypeError(`${name}() takes no keyword arguments`);
    return args;
  }
  if (args.length > parameters.length && !rest) {
    throw new TypeError(
      `${name}() takes ${plural(parameters.length, "positional argument")} but ${args.length} ${args.length === 1 ? "was" : "were"} given`,
    );
  }
  const bound: unknown[] = [...args];
  for (const keyword of keywords) {
    const at = parameters.findIndex((one) => one.name === keyword);
    if (at < 0) throw new TypeError(`${name}() got an unexpected keyword argument '${keyword}'`);
    if (at < args.length) throw new TypeError(`${name}() got multiple values for argument '${keyword}'`);
    while (bound.length <= at) bound.push(undefined);
    bound[at] = kwargs?.[keyword];
  }
  const missing = parameters
    .filter((one, at) => one.required && at >= args.length && !keywords.includes(one.name))
    .map((one) => one.name);
  if (missing.length > 0) {
    throw new TypeError(
      `${name}() missing ${plural(missing.length, "required positional argument")}: ${quoted(missing)}`,
    );
  }
  return bound;
}
