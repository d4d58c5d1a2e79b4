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

/** Creates a proxy. It connects when a member is used for the first time. */
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
  const proxy = new Proxy(target, HANDLER);
  rememberTarget(proxy, target);
  travelAsProxy(proxy, () => target.connection.state);
  return proxy as unknown as Remote<T>;
}

/** Names that JavaScript reads implicitly. `await remote` must not call the server, unless the contract has `then`. */
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
  // No enumerable keys, so that JSON and spreading do not read remote members.
  ownKeys: () => [],
  set(_target, name) {
    throw new AttributeError(
      `cannot assign the remote attribute '${String(name)}'; use await remote(proxy).setAttribute("${String(name)}", value)`,
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
 * A member without a contract. Before the metadata is known it can be either: a call uses it as a method, `await` reads
 * it as an attribute.
 */
function untypedMember(target: ProxyTarget, name: string): unknown {
  if (isPrivateName(name)) throw new AttributeError(`'${name}' is a private name and cannot be called remotely`);
  const member = new Member(name, undefined);
  const method = (...args: unknown[]): Promise<unknown> => target.connection.call(member, args, target.settings);
  if (target.connection.metadata !== undefined) return method;
  const read = (): Promise<unknown> => target.connection.getAttribute(name, target.settings);
  // biome-ignore lint/suspicious/noThenProperty: `await` reads the attribute
  return Object.assign(method, { then: (...args: Parameters<Promise<unknown>["then"]>) => read().then(...args) });
}
