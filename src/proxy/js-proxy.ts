import { AttributeError } from "../base/errors.ts";
import type { Contract } from "../contract/contract.ts";
import { isPrivateName } from "../contract/private-names.ts";
import type { Metadata } from "../session/metadata.ts";
import { publish } from "../values/proxy-state.ts";
import type { URI } from "../values/uri.ts";
import type { RemoteOptions } from "./call-settings.ts";
import { iterate } from "./container.ts";
import { keepView, View } from "./proxy-target.ts";
import { Member, RemoteObject } from "./remote-connection.ts";
import type { Remote } from "./remote-type.ts";

/** Makes the object that users hold. Nothing is sent until its first member is used. */
export function createRemote<T>(
  uri: URI,
  contract: Contract<T> | undefined,
  options: RemoteOptions,
  metadata?: Metadata,
): Remote<T> {
  return show(new View(new RemoteObject(uri, options, metadata), contract as Contract | undefined, {}));
}

export function show<T>(view: View): Remote<T> {
  const shown = new Proxy(view, HANDLER);
  keepView(shown, view);
  publish(shown, () => view.object.state);
  return shown as unknown as Remote<T>;
}

/** What JavaScript reaches for by itself, unless a contract names it: `await remote` or `${remote}` must not call the peer. */
const LOCAL: ReadonlySet<string> = new Set(["then", "toJSON", "toString", "valueOf", "constructor"]);

const HANDLER: ProxyHandler<View> = {
  get(view, name) {
    const known = view.members.get(name);
    if (known !== undefined) return known;
    if (name === Symbol.asyncDispose) return () => view.object.release();
    if (name === Symbol.asyncIterator) return () => iterate(view);
    if (name === Symbol.toPrimitive) return () => view.describe();
    if (typeof name === "symbol") return undefined;
    if (LOCAL.has(name) && view.contract?.methods.has(name) !== true) {
      return name === "toString" || name === "valueOf" ? () => view.describe() : undefined;
    }
    return memberOf(view, name);
  },
  has: (view, name) => typeof name === "string" && view.object.metadata?.methods.has(view.wireName(name)) === true,
  // Nothing to enumerate: JSON and spreading must not reach for members.
  ownKeys: () => [],
  set(_view, name) {
    throw new AttributeError(
      `a remote attribute cannot be assigned; await setAttribute(remote, "${String(name)}", value)`,
    );
  },
};

function memberOf(view: View, name: string): unknown {
  const { object, contract, settings } = view;
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
