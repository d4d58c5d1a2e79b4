import type { Kwargs } from "../contract/kwargs.ts";
import type { RemoteStream } from "./remote-stream.ts";

// biome-ignore lint/suspicious/noExplicitAny: only `any` matches every parameter list
type AnyMethod = (...args: any[]) => unknown;

/**
 * The type of a remote object: methods return promises, attributes are promises, and private members are left out.
 * `Remote<any>` is `any`: an untyped proxy accepts every name and checks it at run time against the server's metadata.
 */
// biome-ignore lint/suspicious/noExplicitAny: the untyped proxy is `any` by intent
export type Remote<T> = 0 extends 1 & T ? any : RemoteMembers<T> & AsyncDisposable;

type RemoteMembers<T> = {
  readonly [K in keyof T & string]: T[K] extends AnyMethod
    ? (...args: CallArguments<Parameters<T[K]>>) => Promise<Result<Awaited<ReturnType<T[K]>>>>
    : Promise<T[K]>;
};

/** A method's parameters, or some leading parameters followed by `kwargs({...})`. */
export type CallArguments<P extends readonly unknown[]> = P | [...Leading<Required<P>>, Kwargs];

type Leading<P extends readonly unknown[]> = P extends readonly [infer First, ...infer Rest]
  ? [] | [First, ...Leading<Rest>]
  : P extends readonly []
    ? []
    : P;

/** The result type of a call: an iterator becomes a stream of its items, any other type stays the same. */
export type Result<R> = 0 extends 1 & R
  ? R
  : R extends AsyncIterable<infer Item>
    ? RemoteStream<Item>
    : R extends Iterator<infer Item, unknown, never>
      ? RemoteStream<Item>
      : R;
