import { inspect } from "node:util";
import type { Contract } from "../contract.ts";
import { AttributeError } from "../errors.ts";
import { isPrivateName } from "../private-names.ts";
import type { URI } from "../uri.ts";
import type { Remote } from "./remote.ts";
import { type CallSettings, Member, RemoteObject, type RemoteOptions } from "./remote-object.ts";

/** What stands behind a `Remote<T>`: the shared engine, and the settings of this view of it. */
class View {
  readonly object: RemoteObject;
  readonly settings: CallSettings;
  readonly members = new Map<string | symbol, unknown>();

  constructor(object: RemoteObject, settings: CallSettings) {
    this.object = object;
    this.settings = settings;
    // An own closure: inspect calls it with the proxy as `this`, whose members are the remote ones.
    Object.defineProperty(this, inspect.custom, { value: () => describe(this), configurable: true });
  }
}

const views = new WeakMap<object, View>();

/** Makes the object that users hold. Nothing is sent until its first member is used. */
export function createRemote<T>(uri: URI, contract: Contract<T> | undefined, options: RemoteOptions): Remote<T> {
  return show(new View(new RemoteObject(uri, contract as Contract | undefined, options), {}));
}

function show<T>(view: View): Remote<T> {
  const shown = new Proxy(view, HANDLER);
  views.set(shown, view);
  return shown as unknown as Remote<T>;
}

/** What JavaScript reaches for by itself, unless a contract names it: `await remote` or `${remote}` must not call the peer. */
const LOCAL: ReadonlySet<string> = new Set(["then", "toJSON", "toString", "valueOf", "constructor"]);

function describe(view: View): string {
  return `Remote <${view.object.uri}>`;
}

const HANDLER: ProxyHandler<View> = {
  get(view, name) {
    const known = view.members.get(name);
    if (known !== undefined) return known;
    if (name === Symbol.asyncDispose) return () => view.object.release();
    if (name === Symbol.toPrimitive) return () => describe(view);
    if (typeof name === "symbol") return undefined;
    if (LOCAL.has(name) && view.object.contract?.methods.has(name) !== true) {
      return name === "toString" || name === "valueOf" ? () => describe(view) : undefined;
    }
    return memberOf(view, name);
  },
  has: (view, name) => typeof name === "string" && view.object.metadata?.methods.has(wireName(view, name)) === true,
  // Nothing to enumerate: JSON and spreading must not reach for members.
  ownKeys: () => [],
  set(_view, name) {
    throw new AttributeError(
      `a remote attribute cannot be assigned; await setAttribute(remote, "${String(name)}", value)`,
    );
  },
};

function wireName(view: View, name: string): string {
  const { contract } = view.object;
  return contract?.methods.get(name)?.signature.name ?? contract?.attrs.get(name) ?? name;
}

function memberOf(view: View, name: string): unknown {
  const { object, settings } = view;
  const { contract } = object;
  if (contract !== undefined) {
    const attribute = contract.attrs.get(name);
    if (attribute !== undefined) return object.getAttribute(attribute, settings);
  }
  const known = view.members.get(name);
  if (known !== undefined) return known;
  const member = contract === undefined ? untypedMember(view, name) : contractMember(view, contract, name);
  if (contract !== undefined || object.metadata !== undefined) {
    if (contract === undefined && object.metadata?.attrs.has(name) === true) return object.getAttribute(name, settings);
    view.members.set(name, member);
  }
  return member;
}

function contractMember(view: View, contract: Contract, name: string): unknown {
  const method = contract.methods.get(name);
  if (method === undefined) {
    const all = [...contract.methods.keys(), ...contract.attrs.keys()].join(", ");
    throw new AttributeError(`the contract of ${view.object.uri} has no member '${name}'; it has: ${all}`, {
      code: "PYRO_NO_SUCH_MEMBER",
    });
  }
  const member = new Member(method.signature.name, method.oneway);
  return (...args: unknown[]) => view.object.call(member, args, view.settings);
}

/**
 * A member of which nothing is known before the server's metadata came: called, it is a method; awaited, an attribute.
 */
function untypedMember(view: View, name: string): unknown {
  if (isPrivateName(name)) throw new AttributeError(`'${name}' is private: it is never remote`);
  const member = new Member(name, undefined);
  const method = (...args: unknown[]): Promise<unknown> => view.object.call(member, args, view.settings);
  if (view.object.metadata !== undefined) return method;
  const read = (): Promise<unknown> => view.object.getAttribute(name, view.settings);
  // biome-ignore lint/suspicious/noThenProperty: awaiting it is how an attribute is read
  return Object.assign(method, { then: (...args: Parameters<Promise<unknown>["then"]>) => read().then(...args) });
}

function viewOf(remote: object): View {
  const view = views.get(remote);
  if (view === undefined) throw new TypeError("not a proxy of a remote object");
  return view;
}

/** The remote object behind a proxy: its metadata, its version, its connection. */
export function remoteObject(remote: object): RemoteObject {
  return viewOf(remote).object;
}

/** The URI that a proxy was made with. */
export function uriOf(remote: object): URI {
  return viewOf(remote).object.uri;
}

/** Connects now rather than with the first call; its metadata is known afterwards. */
export function connect(remote: object): Promise<void> {
  const { object, settings } = viewOf(remote);
  return object.connect(settings);
}

/** Closes a proxy's connection; the next call opens another. */
export function release(remote: object): Promise<void> {
  return viewOf(remote).object.release();
}

/**
 * The same remote object over the same connection, with other settings for the calls made through it:
 *
 *     await withOptions(warehouse, { timeoutMs: 500, signal }).take("Janet", "couch");
 */
export function withOptions<R extends object>(remote: R, settings: CallSettings): R {
  const view = viewOf(remote);
  return show(new View(view.object, { ...view.settings, ...settings })) as unknown as R;
}

/** Reads a remote attribute by its TypeScript name. */
export function getAttribute(remote: object, name: string): Promise<unknown> {
  const view = viewOf(remote);
  return view.object.getAttribute(wireName(view, name), view.settings);
}

/** Writes a remote attribute by its TypeScript name. */
export function setAttribute(remote: object, name: string, value: unknown): Promise<void> {
  const view = viewOf(remote);
  return view.object.setAttribute(wireName(view, name), value, view.settings);
}
