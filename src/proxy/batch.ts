import type { Kwargs } from "../contract/kwargs.ts";
import { BatchException } from "../serializers/pyro-classes.ts";
import { tuple } from "../values/python-values.ts";
import { batchEntry } from "./call-arguments.ts";
import type { CallSettings } from "./call-settings.ts";
import type { ProxyTarget } from "./proxy-target.ts";

/** A call in a batch, typed with its result. */
export class Queued<R> {
  /** Index of the call in the batch, starting at 0. */
  readonly index: number;
  declare readonly result: R;
  constructor(index: number) {
    this.index = index;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: only `any` matches every parameter list
type RemoteMethod = (...args: any[]) => Promise<unknown>;

/** A proxy's methods, changed to add a call to the batch instead of making it. */
export type Queueing<R> = unknown extends R
  ? // biome-ignore lint/suspicious/noExplicitAny: the untyped proxy is `any` by intent
    any
  : {
      readonly [K in keyof R & string as R[K] extends RemoteMethod ? K : never]: R[K] extends (
        ...args: infer Args
      ) => Promise<infer Result>
        ? (...args: Args) => Queued<Result>
        : never;
    };

export type ResultsOf<Calls> = Calls extends readonly Queued<unknown>[]
  ? { -readonly [I in keyof Calls]: Calls[I] extends Queued<infer R> ? R : never }
  : unknown[];

/**
 * The results of a batch. Iterating over it throws when it reaches a call that failed, as in Python. Later calls were
 * not run. `settled` has all results and does not throw.
 */
export class BatchResults<Results extends readonly unknown[] = unknown[]> implements Iterable<Results[number]> {
  readonly settled: readonly PromiseSettledResult<Results[number]>[];

  constructor(settled: readonly PromiseSettledResult<Results[number]>[]) {
    this.settled = settled;
  }

  /** The number of calls that were run, including the one that failed. */
  get length(): number {
    return this.settled.length;
  }

  /** Returns all results. @throws the exception of the call that failed. */
  all(): Results {
    return [...this] as unknown as Results;
  }

  /** The results in order; throws the error of the first call that failed. */
  *[Symbol.iterator](): Generator<Results[number], undefined> {
    for (const result of this.settled) {
      if (result.status === "rejected") throw result.reason;
      yield result.value;
    }
    return undefined;
  }
}

/** Options of a batch: those of a call, and whether anything comes back. */
export type BatchOptions = CallSettings & { readonly oneway?: boolean };

/** See `RemoteHandle.batch`. */
export async function sendBatch(
  target: ProxyTarget,
  build: (calls: never) => unknown,
  options: BatchOptions,
): Promise<BatchResults | undefined> {
  const { oneway = false, ...settings } = options;
  const entries: unknown[] = [];
  const calls = new Proxy(
    {},
    {
      get: (_target, name) => {
        if (typeof name === "symbol") return undefined;
        const method = target.wireName(name);
        return (...args: (unknown | Kwargs)[]): Queued<unknown> => {
          entries.push(tuple(method, ...batchEntry(args)));
          return new Queued(entries.length - 1);
        };
      },
    },
  );
  const selected = build(calls as never);
  const results = await target.connection.batch(entries, oneway, { ...target.settings, ...settings, raw: false });
  if (oneway) return undefined;
  const settled = (Array.isArray(results) ? (results as unknown[]) : []).map(settle);
  if (!Array.isArray(selected) || settled.at(-1)?.status === "rejected") return new BatchResults(settled);
  return new BatchResults(
    (selected as Queued<unknown>[]).map(({ index }) => settled[index] ?? { status: "fulfilled", value: undefined }),
  );
}

function settle(result: unknown): PromiseSettledResult<unknown> {
  return result instanceof BatchException
    ? { status: "rejected", reason: result.error }
    : { status: "fulfilled", value: result };
}
