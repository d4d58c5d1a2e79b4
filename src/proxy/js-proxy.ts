import { AttributeError } from "../base/errors.ts";
import type { Contract } from "../contract/contract.ts";
import { isPrivateName } from "../contract/private-names.ts";
import type { Metadata } from "../session/metadata.ts";
import { travelAsProxy } from "../values/proxy-state.ts";
import type { URI } from "../values/uri.ts";
import { iterate } from "./container.ts";
import type { ProxySettings } from "./proxy-options.ts";
import { ProxyTarget, rememberTarget } from "./proxy-target.ts";
import { Member, RemoteConnection } from "./remote-connection.ts";
import type { Remote } from "./remote-type.ts";

/** Makes the object that users hold. Nothing is sent until its first member is used. */
export function createProxy<T>(
  uri: URI,
  contract: Contract<T> | undefined,
  settings: ProxySettings,
  metadata?: Metadata,
): Remote<T> {
  return createJsProxy(
    new ProxyTarget(new RemoteConnection(uri, settings, metadata), contract as Contract | undefined, {}),
  );
}

export function createJsProxy<T>(target: ProxyTarget): Remote<T> {
  const shown = new Proxy(target, HANDLER);
  rememberTarget(shown, target);
  travelAsProxy(shown, () => target.connection.state);
  return shown as unknown as Remote<T>;
}

/** What JavaScript reaches for by itself, unless a contract names it: `await remote` or `${remote}` must not call the peer. */
const LOCAL: ReadonlySet<string> = new Set(["then", "toJSON", "toString", "valueOf", "constructor"]);

const HANDLER: ProxyHandler<ProxyTarget> = {
  get(target, name) {
    const known = target.members.get(name);
    if (known !== undefined) return known;
    if (name === Symbol.asyncDispose) return () => target.connection.release();
    if (name === Symbol.asyncIterator) return () => iterate(target);
    if (name === Symbol.toPrimitive) return () => target.describe();
    if (typeof name === "symbol") return undefined;
    if (LOCAL.has(name) && target.contract?.methods.has(name) !== true) {
      return name === "toString" || name === "valueOf" ? () => target.describe() : undefined;
    }
    return memberOf(target, name);
  },
  has: (target, name) =>
    typeof name === "string" && target.connection.metadata?.methods.has(target.wireName(name)) === true,
  // Nothing to enumerate: JSON and spreading must not reach for members.
  ownKeys: () => [],
  set(_view, name) {
    throw new AttributeError(
      `a remote attribute cannot be assigned; await setAttribute(remote, "${String(name)}", value)`,
    );
  },
};

function memberOf(target: ProxyTarget, name: string): unknown {
  const { connection, contract, settings } = target;
  if (contract !== undefined) {
    const attribute = contract.attrs.get(name);
    if (attribute !== undefined) return connection.getAttribute(attribute, settings);
  }
  const known = target.members.get(name);
  if (known !== undefined) return known;
  const member = contract === undefined ? untypedMember(target, name) : contractMember(target, contract, name);
  if (contract !== undefined || connection.metadata !== undefined) {
    if (contract === undefined && connection.metadata?.attrs.has(name) === true)
      return connection.getAttribute(name, settings);
    target.members.set(name, member);
  }
  return member;
}

function contractMember(target: ProxyTarget, contract: Contract, name: string): unknown {
  const method = contract.methods.get(name);
  if (method === undefined) {
    const all = [...contract.methods.keys(), ...contract.attrs.keys()].join(", ");
    throw new AttributeError(`the contract of ${target.connection.uri} has no member '${name}'; it has: ${all}`, {
      code: "PYRO_NO_SUCH_MEMBER",
    });
  }
  const member = new Member(method.signature.name, method.oneway);
  return (...args: unknown[]) => target.connection.call(member, args, target.settings);
}

/**
 * A member of which nothing is known before the server's metadata came: called, it is a method; awaited, an attribute.
 */
function untypedMember(target: ProxyTarget, name: string): unknown {
  if (isPrivateName(name)) throw new AttributeError(`'${name}' is private: it is never remote`);
  const member = new Member(name, undefined);
  const method = (...args: unknown[]): Promise<unknown> => target.connection.call(member, args, target.settings);
  if (target.connection.metadata !== undefined) return method;
  const read = (): Promise<unknown> => target.connection.getAttribute(name, target.settings);
  // biome-ignore lint/suspicious/noThenProperty: awaiting it is how an attribute is read
  return Object.assign(method, { then: (...args: Parameters<Promise<unknown>["then"]>) => read().then(...args) });
}
