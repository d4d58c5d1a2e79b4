import { AttributeError } from "../base/errors.ts";
import { isPrivateName } from "./private-names.ts";
import { parseSignature, type Signature } from "./signature.ts";

// biome-ignore lint/suspicious/noExplicitAny: only `any` matches every parameter list
type AnyMethod = (...args: any[]) => unknown;

/** Names of the public methods of T. */
export type MethodName<T> = { [K in keyof T]-?: T[K] extends AnyMethod ? K : never }[keyof T] & string;
/** Names of the methods of T that give nothing back. */
export type OnewayName<T> = {
  [K in keyof T]-?: T[K] extends AnyMethod ? (ReturnType<T[K]> extends void | Promise<void> ? K : never) : never;
}[keyof T] &
  string;
/** Names of the public attributes of T. */
export type AttributeName<T> = Exclude<keyof T & string, MethodName<T>>;

/**
 * TypeScript names to wire names: `{ listContents: "list_contents" }`, with the parameters where they matter
 * (`"take(name, item)"`), or a plain list of names that are the same on both sides.
 */
export type NameMap<K extends string> = readonly K[] | { readonly [P in K]?: string };

/** Which members of T are remote, and what they are called on the wire: said once, for both sides. */
export interface Exposure<T> {
  readonly methods?: NameMap<MethodName<T>>;
  readonly attrs?: NameMap<AttributeName<T>>;
  /** Those of the methods that answer nothing; the caller does not wait for them. */
  readonly oneway?: readonly OnewayName<T>[];
  /** Those of the methods whose errors are the server's business too: `onError` of its daemon hears of them. */
  readonly callback?: readonly MethodName<T>[];
  /** Static methods of the class, which are called on it; names as in `methods`. Only for a server. */
  readonly statics?: NameMap<string>;
  /** Keeps a Contract, which has one, from being taken for an Exposure of something else. */
  readonly type?: never;
}

/** One remote method: the member behind it and how it is called. */
export interface RemoteMethod {
  readonly key: string;
  readonly signature: Signature;
  readonly oneway: boolean;
  /** Whether its errors are reported, and not only answered. */
  readonly callback: boolean;
  readonly isStatic: boolean;
  /** The class whose static method it is; undefined for a method of the object. */
  readonly holder: object | undefined;
}

/** An Exposure, read and checked. */
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
      refusePrivate(signature.name);
      const [isOneway, isCallback] = [oneway.delete(key), callback.delete(key)];
      methods.set(key, { key, signature, oneway: isOneway, callback: isCallback, isStatic, holder: undefined });
    };
    for (const [key, text] of entries(exposure.methods)) add(key, text, false);
    for (const [key, text] of entries(exposure.statics)) add(key, text, true);
    refuseUnknown("oneway", oneway);
    refuseUnknown("callback", callback);
    const attrs = new Map<string, string>();
    for (const [key, name] of entries(exposure.attrs)) {
      refusePrivate(name);
      attrs.set(key, name);
    }
    this.methods = methods;
    this.attrs = attrs;
  }
}

/**
 * Declares what a remote object offers, by its TypeScript interface:
 *
 *     export const Warehouse = contract<Warehouse>({
 *       methods: { listContents: "list_contents()", take: "take(name, item)" },
 *     });
 *
 * The server exposes by it, the client's proxy is typed by it.
 */
export function contract<T>(exposure: Exposure<T>): Contract<T> {
  return new Contract(exposure);
}

function entries(names: NameMap<string> | undefined): [string, string][] {
  if (names === undefined) return [];
  if (Array.isArray(names)) return (names as readonly string[]).map((name) => [name, name]);
  return Object.entries(names as Record<string, string>);
}

function refuseUnknown(what: string, names: ReadonlySet<string>): void {
  if (names.size > 0) throw new AttributeError(`${what} names ${[...names].join(", ")}: not among the methods`);
}

function refusePrivate(name: string): void {
  if (isPrivateName(name)) {
    throw new AttributeError(`exposing private names (starting with _) is not allowed: ${name}`);
  }
}
