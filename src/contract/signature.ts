/** A parameter of a remote method, by its name in Python. */
export interface Parameter {
  readonly name: string;
  readonly required: boolean;
}

/** The name and the parameters of a remote method. */
export interface Signature {
  /** The name on the wire. */
  readonly name: string;
  /** Undefined: not declared, so all positional arguments are passed on unchecked. */
  readonly parameters: readonly Parameter[] | undefined;
  /** Parameters after a `*`, which can only be passed by name. */
  readonly keywordOnly: readonly Parameter[];
  /** `*args`: accepts additional positional arguments. */
  readonly rest: boolean;
  /** `**options`: accepts additional keyword arguments. */
  readonly options: boolean;
}

const SHAPE = /^([\p{L}_][\p{L}\p{N}_]*)(?:\((.*)\))?$/su;
const PARAMETER = /^(\*{0,2})([\p{L}_][\p{L}\p{N}_]*)(=.*)?$/su;

/**
 * Parses a Python signature: `take(name, item)`, `lookup(name, return_metadata=False)`, `log(level, *words)`,
 * `light(colour, *, brightness=5, **options)`. A name without parentheses does not declare parameters. The value after
 * `=` only marks a parameter as optional; the default is that of the TypeScript method.
 *
 * The method receives the named parameters in this order, including those after a `*`, then the dict of `**options`,
 * then the items of `*words`.
 *
 * @throws {TypeError} for an invalid signature.
 */
export function parseSignature(text: string): Signature {
  const shape = SHAPE.exec(text.trim());
  const name = shape?.[1];
  if (shape === null || name === undefined) {
    throw new TypeError(`invalid signature '${text}'; write a name, or a name with parameters: take(name, item)`);
  }
  if (shape[2] === undefined) return { name, parameters: undefined, keywordOnly: [], rest: true, options: false };
  const parameters: Parameter[] = [];
  const keywordOnly: Parameter[] = [];
  let rest = false;
  let options = false;
  let keywordsOnly = false; // the following parameters are keyword-only
  for (const part of shape[2].split(",").map((one) => one.trim())) {
    if (part === "") continue;
    if (part === "*" && !keywordsOnly) {
      keywordsOnly = true;
      continue;
    }
    const found = PARAMETER.exec(part);
    const parameter = found?.[2];
    const stars = found?.[1]?.length ?? 0;
    if (parameter === undefined || options || (stars === 1 && keywordsOnly)) {
      throw new TypeError(
        `invalid parameter '${part}' in '${text}'; write name, name=default, then * or *names, then **names`,
      );
    }
    const required = found?.[3] === undefined;
    if (stars === 2) options = true;
    else if (stars === 1) {
      rest = true;
      keywordsOnly = true;
    } else if (keywordsOnly) keywordOnly.push({ name: parameter, required });
    else if (required && parameters.at(-1)?.required === false) {
      throw new TypeError(`'${parameter}' in '${text}' has no default, but follows a parameter that has one`);
    } else parameters.push({ name: parameter, required });
  }
  return { name, parameters, keywordOnly, rest, options };
}

/**
 * The keyword arguments of a call without any. Readers return this object, so that it can be recognized by identity.
 */
export const NO_KEYWORDS: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));
const NONE: readonly string[] = [];

/** Lists names in Python's format: `'a' and 'b'`, `'a', 'b', and 'c'`. */
function quotedList(names: readonly string[]): string {
  const all = names.map((one) => `'${one}'`);
  const last = all.pop() ?? "";
  if (all.length === 0) return last;
  return `${all.join(", ")}${all.length > 1 ? "," : ""} and ${last}`;
}
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * Puts positional and keyword arguments in the order of the parameters, like a call in Python.
 *
 * @throws {TypeError} with Python's text for missing, unknown, duplicate or too many arguments.
 */
export function bindArguments(
  signature: Signature,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> | null,
): readonly unknown[] {
  const { name, parameters } = signature;
  const keywords = kwargs === null || kwargs === NO_KEYWORDS ? NONE : Object.keys(kwargs);
  const onlyPositional = signature.keywordOnly.length === 0 && !signature.options;
  // The fast path: only positional arguments. Optional parameters are the last ones.
  if (keywords.length === 0 && onlyPositional && parameters !== undefined && args.length <= parameters.length) {
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
  if (args.length > parameters.length && !signature.rest) throw tooManyArguments(name, parameters, args.length);
  return bindKeywords(signature, parameters, args, keywords, kwargs ?? {});
}

function bindKeywords(
  { name, keywordOnly, options, rest }: Signature,
  parameters: readonly Parameter[],
  args: readonly unknown[],
  keywords: readonly string[],
  kwargs: Readonly<Record<string, unknown>>,
): unknown[] {
  const all = [...parameters, ...keywordOnly];
  const positional = args.slice(0, parameters.length);
  const bound: unknown[] = [...positional];
  const extraKeywords: Record<string, unknown> = Object.create(null);
  for (const keyword of keywords) {
    const at = all.findIndex((one) => one.name === keyword);
    if (at < 0) {
      if (!options) throw new TypeError(`${name}() got an unexpected keyword argument '${keyword}'`);
      extraKeywords[keyword] = kwargs[keyword];
    } else if (at < positional.length) throw new TypeError(`${name}() got multiple values for argument '${keyword}'`);
    else {
      while (bound.length <= at) bound.push(undefined);
      bound[at] = kwargs[keyword];
    }
  }
  const missing = (list: readonly Parameter[], from: number): string[] =>
    list.filter((one, at) => one.required && at >= from && !keywords.includes(one.name)).map((one) => one.name);
  checkNoneMissing(name, "positional", missing(parameters, positional.length));
  checkNoneMissing(name, "keyword-only", missing(keywordOnly, 0));
  const hasRest = rest && args.length > parameters.length;
  if (options || hasRest) while (bound.length < all.length) bound.push(undefined);
  if (options) bound.push(extraKeywords);
  if (hasRest) bound.push(...args.slice(parameters.length));
  return bound;
}

function checkNoneMissing(name: string, kind: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new TypeError(
    `${name}() missing ${plural(missing.length, `required ${kind} argument`)}: ${quotedList(missing)}`,
  );
}

function tooManyArguments(name: string, parameters: readonly Parameter[], count: number): TypeError {
  const min = parameters.filter((one) => one.required).length;
  const max = parameters.length;
  const takes = min === max ? plural(max, "positional argument") : `from ${min} to ${max} positional arguments`;
  return new TypeError(`${name}() takes ${takes} but ${count} ${count === 1 ? "was" : "were"} given`);
}
