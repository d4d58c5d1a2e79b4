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
    ? (...args: Parameters<T[K]>) => Promise<Awaited<ReturnType<T[K]>>>
    : Promise<T[K]>;
};
