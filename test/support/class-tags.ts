import { Buffer } from "node:buffer";
import { PyroError } from "../../src/base/errors.ts";
import type { PyroVersion } from "../../src/base/pyro-version.ts";
import { BatchException, DaemonStandIn } from "../../src/serializers/pyro-classes.ts";
import { ProxyState } from "../../src/values/proxy-state.ts";
import { PyClassDict, PyFloat } from "../../src/values/python-values.ts";
import { RemoteError } from "../../src/values/remote-error.ts";
import { URI } from "../../src/values/uri.ts";
import {
  type AnyTagged,
  fromTagged,
  matchesTagged,
  type Tagged,
  type TaggedOf,
  type TagMakers,
  type TagMatchers,
} from "./tagged.ts";

/** What a Python exception is called there. */
function pythonName(error: unknown, version: PyroVersion): string {
  if (error instanceof RemoteError) return error.remoteType;
  return error instanceof PyroError ? `Pyro${version}.errors.${error.name}` : "no exception of ours";
}

/**
 * Where Python's `loads` stops at a dict, we go on to the value that it stands for: bytes (`serpent.tobytes` there) and
 * floats without a literal.
 */
function valueOfDict(value: unknown, tag: TaggedOf<"dict">, path: string, all: TagMatchers): string | undefined {
  if (value instanceof Uint8Array || value instanceof PyFloat) {
    const dict = fromTagged(tag) as Map<string, unknown>;
    const same =
      value instanceof PyFloat
        ? String(dict.get("value")).replace("inf", "Infinity").replace("nan", "NaN") === String(value.value)
        : dict.get("encoding") === "base64" && Buffer.from(value).toString("base64") === dict.get("data");
    return same ? undefined : `${path}: another value than ${JSON.stringify(tag)}`;
  }
  if (!(value instanceof Map) || value.size !== tag.v.length) return `${path}: no dict of ${tag.v.length}`;
  for (const [at, [key, one]] of [...value].entries()) {
    const [keyTag, valueTag] = tag.v[at] as (typeof tag.v)[number];
    const difference =
      matchesTagged(key, keyTag, all, `${path} key ${at}`) ??
      matchesTagged(one, valueTag, all, `${path}[${String(key)}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** How values read losslessly compare with their tags before the class step. */
export const readMatchers: TagMatchers = {
  dict: (value, tag, path) => valueOfDict(value, tag, path, readMatchers),
};

/** Values behind the class step, compared with their tags: Pyro's classes and exceptions as our own. */
export function classMatchers(version: PyroVersion): TagMatchers {
  const compare = (value: unknown, tag: AnyTagged, path: string): string | undefined =>
    matchesTagged(value, tag, matchers, path);
  const matchers: TagMatchers = {
    dict: (value, tag, path) => valueOfDict(value, tag, path, matchers),
    uri: (value, tag, path) =>
      value instanceof URI && sameUri(String(value), tag.v) ? undefined : `${path}: not ${tag.v}`,
    daemon: (value, _tag, path) => (value instanceof DaemonStandIn ? undefined : `${path}: no daemon`),
    proxy: (value, tag, path) => {
      if (!(value instanceof ProxyState)) return `${path}: no proxy`;
      const state = tupleItems(tag.state);
      const [uri, oneway, methods, attrs] = state.map((one) => fromTagged(one));
      const same = (names: ReadonlySet<string>, other: unknown): boolean =>
        [...names].sort().join() === [...(other as Iterable<string>)].sort().join();
      const fits =
        sameUri(String(value.uri), String(uri)) &&
        same(value.oneway, oneway) &&
        same(value.methods, methods) &&
        same(value.attrs, attrs);
      if (!fits) return `${path}: another proxy than ${JSON.stringify(state)}`;
      const [handshakeAt, serializerAt] = version === 5 ? [4, 5] : [6, 8];
      return (
        compare(value.handshake, state[handshakeAt] as Tagged, `${path}.handshake`) ??
        compare(value.serializer, state[serializerAt] ?? { t: "none" }, `${path}.serializer`)
      );
    },
    exceptionwrapper: (value, tag, path) =>
      value instanceof BatchException ? compare(value.error, tag.v, `${path}.error`) : `${path}: no wrapper`,
    exception: (value, tag, path) => {
      if (pythonName(value, version) !== tag.class) return `${path}: ${pythonName(value, version)} is not ${tag.class}`;
      const error = value as PyroError;
      if (!(error instanceof RemoteError)) {
        const [first] = tag.args;
        return first?.t === "str" && first.v !== error.message ? `${path}: other text` : undefined;
      }
      if (error.remoteArgs.length !== tag.args.length) return `${path}: other arguments`;
      for (const [at, arg] of tag.args.entries()) {
        const difference = compare(error.remoteArgs[at], arg, `${path}.args[${at}]`);
        if (difference !== undefined) return difference;
      }
      for (const [key, expected] of tag.attributes) {
        const name = typeof key === "string" ? key : String(fromTagged(key));
        if (name === "_pyroTraceback") continue;
        const difference = compare(error.remoteAttributes.get(name), expected, `${path}.${name}`);
        if (difference !== undefined) return difference;
      }
      return undefined;
    },
  };
  return matchers;
}

/** How the tags of Python's own objects are made here. */
export const classMakers = (version: PyroVersion): TagMakers => ({
  uri: (tag) => URI.parse(tag.v),
  proxy: (tag) => proxyState(tag, version),
  exceptionwrapper: (tag) =>
    new PyClassDict(
      version === 4 ? "Pyro4.futures._ExceptionWrapper" : "Pyro5.core._ExceptionWrapper",
      new Map([["exception", fromTagged(tag.v, classMakers(version))]]),
    ),
  str: (tag) => (tag.codepoints === undefined ? tag.v : String.fromCodePoint(...tag.codepoints)),
});

function proxyState(tag: TaggedOf<"proxy">, version: PyroVersion): ProxyState {
  const [uri, oneway, methods, attrs, ...rest] = tupleItems(tag.state).map((one) => fromTagged(one));
  const names = (value: unknown): Set<string> => new Set(value as Iterable<string>);
  const [handshake, serializer] = version === 5 ? [rest[0], rest[1]] : [rest[2], rest[4]];
  return new ProxyState({
    uri: URI.parse(uri as string),
    oneway: names(oneway),
    methods: names(methods),
    attrs: names(attrs),
    handshake,
    serializer: (serializer as string | undefined) ?? null,
  });
}

/** The items of a tuple's tag. */
function tupleItems(tag: Tagged): readonly Tagged[] {
  if (tag.t !== "tuple") throw new Error(`a tuple was expected, not ${tag.t}`);
  return tag.v;
}

/** Equal URIs; the tags of a PYROMETA in any order. */
function sameUri(one: string, other: string): boolean {
  return URI.parse(one).equals(URI.parse(other));
}
