import type { Kwargs } from "../contract/kwargs.ts";
import type { RemoteStream } from "./remote-stream.ts";

// biome-ignore lint/suspicious/noExplicitAny: only `any` matches every parameter list
type AnyMethod = (...args: any[]) => unknown;

/**
 * A remote object, as its caller sees it: methods give promises, attributes are promises. Private members vanish.
 * For `any`, `any`: a proxy without types takes every name, and asks the server's metadata at run time.
 */
// biome-ignore lint/suspicious/noExplicitAny: the untyped proxy is `any` by intent
export type Remote<T> = 0 extends 1 & T ? any : RemoteMembers<T> & AsyncDisposable;

type RemoteMembers<T> = {
  readonly [K in keyof T & string]: T[K] extends AnyMethod
    ? (...args: CallArguments<Parameters<T[K]>>) => Promise<Result<Awaited<ReturnType<T[K]>>>>
    : Promise<T[K]>;
};

/** The parameters of a method, or the first of them and `kwargs({...})` for others. */
export type CallArguments<P extends readonly unknown[]> = P | [...Leading<Required<P>>, Kwargs];

type Leading<P extends readonly unknown[]> = P extends readonly [infer First, ...infer Rest]
  ? [] | [First, ...Leading<Rest>]
  : P extends readonly []
    ? []
    : P;

/** What comes back: iterators arrive as streams of their items, everything else as it is. */
export type Result<R> = 0 extends 1 & R
  ? R
  : R extends AsyncIterable<infer Item>
    ? RemoteStream<Item>
    : R extends Iterator<infer Item, unknown, never>
      ? RemoteStream<Item>
      : R;
