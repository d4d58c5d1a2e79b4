import { Kwargs } from "../contract/kwargs.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import { tuple } from "../values/python-values.ts";

/** Positional and keyword arguments of a call that ends with `kwargs({...})`; undefined for any other. */
export function keywordsOf(
  args: readonly unknown[],
): { readonly args: readonly unknown[]; readonly kwargs: Readonly<Record<string, unknown>> } | undefined {
  // By index: `at(-1)` is a call, and this is asked of every remote call.
  const last = args.length === 0 ? undefined : args[args.length - 1];
  return last instanceof Kwargs ? { args: args.slice(0, -1), kwargs: last.values } : undefined;
}

/** The arguments of one call of a batch: a tuple, and a dict. */
export function batchEntry(args: readonly unknown[]): [readonly unknown[], Readonly<Record<string, unknown>>] {
  const { args: positional, kwargs } = keywordsOf(args) ?? { args, kwargs: NO_KEYWORDS };
  return [tuple(...positional), { ...kwargs }];
}
