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
  /** Behind a `*`: they can be given by their name only. */
  readonly keywordOnly: readonly Parameter[];
  /** `*args`: further positional arguments are welcome. */
  readonly rest: boolean;
  /** `**options`: further keyword arguments are welcome. */
  readonly options: boolean;
}

const SHAPE = /^([\p{L}_][\p{L}\p{N}_]*)(?:\((.*)\))?$/su;
const PARAMETER = /^(\*{0,2})([\p{L}_][\p{L}\p{N}_]*)(=.*)?$/su;

/**
 * Reads a signature as Python would write it: `take(name, item)`, `lookup(name, return_metadata=False)`,
 * `log(level, *words)`, `light(colour, *, brightness=5, **options)`. A bare name says nothing about its parameters. The
 * value behind `=` only marks a parameter as optional; the method's own default counts.
 *
 * The method gets the named parameters in the order in which they stand here, those behind a `*` too, then the dict of
 * `**options`, then the items of `*words`.
 *
 * @throws {TypeError} for text of another shape.
 */
export function parseSignature(text: string): Signature {
  const shape = SHAPE.exec(text.trim());
  const name = shape?.[1];
  if (shape === null || name === undefined) {
    throw new TypeError(`'${text}' is no signature; write a name, or a name with parameters: take(name, item)`);
  }
  if (shape[2] === undefined) return { name, parameters: undefined, keywordOnly: [], rest: true, options: false };
  const parameters: Parameter[] = [];
  const keywordOnly: Parameter[] = [];
  let rest = false;
  let options = false;
  let named = false; // only names from here on
  for (const part of shape[2].split(",").map((one) => one.trim())) {
    if (part === "") continue;
    if (part === "*" && !named) {
      named = true;
      continue;
    }
    const found = PARAMETER.exec(part);
    const parameter = found?.[2];
    const stars = found?.[1]?.length ?? 0;
    if (parameter === undefined || options || (stars === 1 && named)) {
      throw new TypeError(
        `'${part}' in '${text}' is no parameter here; write name, name=default, then * or *names, then **names`,
      );
    }
    const required = found?.[3] === undefined;
    if (stars === 2) options = true;
    else if (stars === 1) {
      rest = true;
      named = true;
    } else if (named) keywordOnly.push({ name: parameter, required });
    else if (required && parameters.at(-1)?.required === false) {
      throw new TypeError(`'${parameter}' in '${text}' has no default, but follows a parameter that has one`);
    } else parameters.push({ name: parameter, required });
  }
  return { name, parameters, keywordOnly, rest, options };
}

/** The keyword arguments of a call that has none: readers that give this very object save looking into it. */
export const NO_KEYWORDS: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));
const NONE: readonly string[] = [];

/** As Python lists them: `'a' and 'b'`, `'a', 'b', and 'c'`. */
function quoted(names: readonly string[]): string {
  const all = names.map((one) => `'${one}'`);
  const last = all.pop() ?? "";
  if (all.length === 0) return last;
  return `${all.join(", ")}${all.length > 1 ? "," : ""} and ${last}`;
}
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
  const { name, parameters } = signature;
  const keywords = kwargs === null || kwargs === NO_KEYWORDS ? NONE : Object.keys(kwargs);
  const plain = signature.keywordOnly.length === 0 && !signature.options;
  // Nearly every call: in the order of the parameters, of which those that may be missing are the last.
  if (keywords.length === 0 && plain && parameters !== undefined && args.length <= parameters.length) {
    const next = parameters[args.length];
    if (next === undefined || !next.required) return args;
  }
  if (parameters === undefined) {
    if (keywords.length > 0) {
      throw new TypeError(
        `${name}() takes no keyword arguments: its parameters are not declared; expose it as "${name}(${keywords.join(", ")})"`,
      );
    }
    return args;
  }
  if (args.length > parameters.length && !signature.rest) throw tooMany(name, parameters, args.length);
  return bindSlowly(signature, parameters, args, keywords, kwargs ?? {});
}

function bindSlowly(
  { name, keywordOnly, options, rest }: Signature,
  parameters: readonly Parameter[],
  args: readonly unknown[],
  keywords: readonly string[],
  kwargs: Readonly<Record<string, unknown>>,
): unknown[] {
  const all = [...parameters, ...keywordOnly];
  const given = args.slice(0, parameters.length);
  const bound: unknown[] = [...given];
  const others: Record<string, unknown> = Object.create(null);
  for (const keyword of keywords) {
    const at = all.findIndex((one) => one.name === keyword);
    if (at < 0) {
      if (!options) throw new TypeError(`${name}() got an unexpected keyword argument '${keyword}'`);
      others[keyword] = kwargs[keyword];
    } else if (at < given.length) throw new TypeError(`${name}() got multiple values for argument '${keyword}'`);
    else {
      while (bound.length <= at) bound.push(undefined);
      bound[at] = kwargs[keyword];
    }
  }
  const absent = (list: readonly Parameter[], from: number): string[] =>
    list.filter((one, at) => one.required && at >= from && !keywords.includes(one.name)).map((one) => one.name);
  refuseMissing(name, "positional", absent(parameters, given.length));
  refuseMissing(name, "keyword-only", absent(keywordOnly, 0));
  const behind = rest && args.length > parameters.length;
  if (options || behind) while (bound.length < all.length) bound.push(undefined);
  if (options) bound.push(others);
  if (behind) bound.push(...args.slice(parameters.length));
  return bound;
}

function refuseMissing(name: string, kind: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new TypeError(`${name}() missing ${plural(missing.length, `required ${kind} argument`)}: ${quoted(missing)}`);
}

function tooMany(name: string, parameters: readonly Parameter[], given: number): TypeError {
  const least = parameters.filter((one) => one.required).length;
  const most = parameters.length;
  const takes = least === most ? plural(most, "positional argument") : `from ${least} to ${most} positional arguments`;
  return new TypeError(`${name}() takes ${takes} but ${given} ${given === 1 ? "was" : "were"} given`);
}
