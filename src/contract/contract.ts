import { AttributeError } from "../base/errors.ts";
import { isPrivateName } from "./private-names.ts";
import { parseSignature, type Signature } from "./signature.ts";

// biome-ignore lint/suspicious/noExplicitAny: only `any` matches every parameter list
type AnyMethod = (...args: any[]) => unknown;

/** Names of the public methods of T. */
export type MethodName<T> = { [K in keyof T]-?: T[K] extends AnyMethod ? K : never }[keyof T] & string;
/** Names of the methods of T that return nothing. */
export type OnewayName<T> = {
  [K in keyof T]-?: T[K] extends AnyMethod ? (ReturnType<T[K]> extends void | Promise<void> ? K : never) : never;
}[keyof T] &
  string;
/** Names of the public attributes of T. */
export type AttributeName<T> = Exclude<keyof T & string, MethodName<T>>;

/**
 * Maps TypeScript names to wire names: `{ listContents: "list_contents" }`, optionally with parameters
 * (`"take(name, item)"`). Or a list of names that are the same on both sides.
 */
export type NameMap<K extends string> = readonly K[] | { readonly [P in K]?: string };

/** The remote members of T and their names on the wire, for both client and server. */
export interface Exposure<T> {
  readonly methods?: NameMap<MethodName<T>>;
  readonly attrs?: NameMap<AttributeName<T>>;
  /** Methods without a reply; the caller does not wait for them. */
  readonly oneway?: readonly OnewayName<T>[];
  /** Methods whose errors are also reported to `onError` of the server's daemon. */
  readonly callback?: readonly MethodName<T>[];
  /** Static methods of the class; names as in `methods`. Only for a server. */
  readonly statics?: NameMap<string>;
  /** Prevents that a Contract, which has a `type`, is used as an Exposure of another type. */
  readonly type?: never;
}

/** A remote method: its member in TypeScript and how it is called. */
export interface RemoteMethod {
  readonly key: string;
  readonly signature: Signature;
  readonly oneway: boolean;
  /** Whether its errors are reported to `onError`, in addition to the reply. */
  readonly callback: boolean;
  readonly isStatic: boolean;
  /** The class of a static method; undefined for a method of the object. */
  readonly holder: object | undefined;
}

/** A checked Exposure. */
export class Contract<T = unknown> {
  /** By TypeScript name. */
  readonly methods: ReadonlyMap<string, RemoteMethod>;
  /** TypeScript name to wire name. */
  readonly attrs: ReadonlyMap<string, string>;
  declare readonly type: T;

  constructor(exposure: Exposure<T>) {
    const oneway = new Set<string>(exposure.oneway);
    const callback = new Set<string>(exposure.callback);
    const methods = new Map<string, RemoteMethod>();
    const add = (key: string, text: string, isStatic: boolean): void => {
      const signature = parseSignature(text);
      checkNotPrivate(signature.name);
      const [isOneway, isCallback] = [oneway.delete(key), callback.delete(key)];
      methods.set(key, { key, signature, oneway: isOneway, callback: isCallback, isStatic, holder: undefined });
    };
    for (const [key, text] of entries(exposure.methods)) add(key, text, false);
    for (const [key, text] of entries(exposure.statics)) add(key, text, true);
    checkAllUsed("oneway", oneway);
    checkAllUsed("callback", callback);
    const attrs = new Map<string, string>();
    for (const [key, name] of entries(exposure.attrs)) {
      checkNotPrivate(name);
      attrs.set(key, name);
    }
    this.methods = methods;
    this.attrs = attrs;
  }
}

/**
 * Declares the members of a remote object, by its TypeScript interface:
 *
 *     export const Warehouse = contract<Warehouse>({
 *       methods: { listContents: "list_contents()", take: "take(name, item)" },
 *     });
 *
 * A server exposes its object with it, and a client gets a typed proxy with it.
 */
export function contract<T>(exposure: Exposure<T>): Contract<T> {
  return new Contract(exposure);
}

function entries(names: NameMap<string> | undefined): [string, string][] {
  if (names === undefined) return [];
  if (Array.isArray(names)) return (names as readonly string[]).map((name) => [name, name]);
  return Object.entries(names as Record<string, string>);
}

function checkAllUsed(field: string, unused: ReadonlySet<string>): void {
  if (unused.size > 0) throw new AttributeError(`${field}: unknown methods: ${[...unused].join(", ")}`);
}

function checkNotPrivate(name: string): void {
  if (isPrivateName(name)) {
    throw new AttributeError(`exposing private names (starting with _) is not allowed: ${name}`);
  }
}
