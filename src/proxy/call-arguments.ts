import { Kwargs } from "../contract/kwargs.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import { tuple } from "../values/python-values.ts";

/** The positional and keyword arguments of a call whose last argument is `kwargs({...})`; undefined for other calls. */
export function keywordsOf(
  args: readonly unknown[],
): { readonly args: readonly unknown[]; readonly kwargs: Readonly<Record<string, unknown>> } | undefined {
  // Indexed, because `at(-1)` is slower and every remote call runs this.
  const last = args.length === 0 ? undefined : args[args.length - 1];
  return last instanceof Kwargs ? { args: args.slice(0, -1), kwargs: last.values } : undefined;
}

/** The arguments of one call in a batch: a tuple and a dict. */
export function batchEntry(args: readonly unknown[]): [readonly unknown[], Readonly<Record<string, unknown>>] {
  const { args: positional, kwargs } = keywordsOf(args) ?? { args, kwargs: NO_KEYWORDS };
  return [tuple(...positional), { ...kwargs }];
}
