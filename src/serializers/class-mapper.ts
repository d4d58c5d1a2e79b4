/**
 * Converts dicts with a `__class__` key to objects, and objects to such dicts. Class names depend on the version of
 * the session: a Pyro5 peer refuses `Pyro4.core.URI`, and a Pyro4 peer refuses `Pyro5.core.URI`.
 */
import { Buffer } from "node:buffer";
import { SecurityError, SerializeError } from "../base/errors.ts";
import { type PyroVersion, VERSION_NAMES, type VersionNames } from "../base/pyro-version.ts";
import { keepProxyState, type ProxyMaker, ProxyState, proxyStateOf } from "../values/proxy-state.ts";
import { isPyDict } from "../values/py-dict.ts";
import { pyRepr } from "../values/py-repr.ts";
import { asTuple, PyClassDict, type PyDict, PyTuple, tuple } from "../values/python-values.ts";
import { URI } from "../values/uri.ts";
import { type ClassRegistry, sharedClasses } from "./class-registry.ts";
import { errorToWire, knownException, remoteException } from "./exceptions.ts";
import { PROXY_STATES, readProxyState } from "./proxy-states.ts";
import { BatchException, DaemonStandIn } from "./pyro-classes.ts";

/** Converts objects to class dicts and back, for one version of Pyro. */
export interface ClassMapper {
  readonly version: PyroVersion;
  /**
   * Returns what is written in place of an object: a `PyClassDict`, or a plain value. Returns undefined if its class
   * is unknown; the writer then throws an error that contains the path to the object.
   */
  toWire(value: object): unknown;
  /**
   * Converts every class dict in a parsed value, outermost first, as Python's `dict_to_class` does. Called only if the
   * parser found a `__class__` key.
   */
  revive(value: unknown): unknown;
}

export interface ClassMapperOptions {
  /**
   * What an unknown class becomes. "refuse": throws a SerializeError, as Pyro does. "keep": a PyClassDict, or a
   * RemoteError for an exception, with all fields.
   */
  readonly unknown: "keep" | "refuse";
  /** Creates the value for a received proxy. Default: the `ProxyState` itself. */
  readonly makeProxy?: ProxyMaker;
  /** Classes in addition to Pyro's own. Default: those registered with `registerClass` and `registerException`. */
  readonly registry?: ClassRegistry;
}

/** Maps Pyro's objects, exceptions and registered classes, under the class names of one version. */
export class PyroClassMapper implements ClassMapper {
  readonly version: PyroVersion;
  readonly #names: VersionNames;
  readonly #refuseUnknown: boolean;
  readonly #makeProxy: ProxyMaker;
  readonly #registry: ClassRegistry;
  /** A cache: a name server sends the same URIs again and again. */
  readonly #uriDicts = new WeakMap<URI, PyClassDict>();
  readonly #revive = (value: unknown): unknown => this.revive(value);

  constructor(version: PyroVersion, options: ClassMapperOptions) {
    this.version = version;
    this.#names = VERSION_NAMES[version];
    this.#refuseUnknown = options.unknown === "refuse";
    this.#makeProxy = options.makeProxy ?? keepProxyState;
    this.#registry = options.registry ?? sharedClasses;
  }

  toWire(value: object): unknown {
    const reference = value instanceof ProxyState ? value : proxyStateOf(value);
    if (reference !== undefined)
      return classDict(this.#names.classes.proxy, PROXY_STATES[this.version].write(reference));
    const registered = this.#registry.writer(value);
    if (registered !== undefined) return registered(value, this.version);
    const names = this.#names.classes;
    if (value instanceof URI) return this.#uriDict(value);
    if (value instanceof BatchException) {
      const error = value.error instanceof Error ? value.error : new Error(pyRepr(value.error));
      return new PyClassDict(names.batchException, new Map([["exception", this.toWire(error)]]));
    }
    if (value instanceof Error) return errorToWire(value, this.#names);
    if (value instanceof DaemonStandIn) return classDict(names.daemon, tuple());
    return undefined;
  }

  #uriDict(uri: URI): PyClassDict {
    let dict = this.#uriDicts.get(uri);
    if (dict === undefined) {
      dict = classDict(this.#names.classes.uri, tuple(...uri.state));
      this.#uriDicts.set(uri, dict);
    }
    return dict;
  }

  revive(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      const items = value.map(this.#revive);
      return value instanceof PyTuple ? asTuple(items) : items;
    }
    if (value instanceof Set) return new Set([...value].map(this.#revive));
    if (value instanceof Map) {
      if (value.has("__class__")) return this.#fromDict(value as Map<unknown, unknown>);
      for (const [key, one] of value) value.set(key, this.revive(one));
      return value;
    }
    if (!isPyDict(value)) return value;
    const dict = value;
    if ("__class__" in dict)
      return this.#readUri(dict) ?? this.#fromDict(new Map<unknown, unknown>(Object.entries(dict)));
    for (const key of Object.keys(dict)) dict[key] = this.revive(dict[key]);
    return dict;
  }

  /** The fast path for URIs, the most common class. Undefined if the dict is not a plain URI. */
  #readUri(dict: PyDict): URI | undefined {
    const { uri } = this.#names.classes;
    if (dict["__class__"] !== uri || this.#registry.reader(uri, this.version) !== undefined) return undefined;
    return Array.isArray(dict["state"]) ? URI.fromState(dict["state"]) : undefined;
  }

  #fromDict(dict: Map<unknown, unknown>): unknown {
    const name = dict.get("__class__");
    const fields = new Map(dict);
    fields.delete("__class__");
    const className = name instanceof Uint8Array ? Buffer.from(name).toString("utf8") : name;
    if (typeof className !== "string") {
      throw new SerializeError(`the __class__ of a dict must be a str, not ${typeof className}`);
    }
    const registered = this.#registry.reader(className, this.version);
    if (registered !== undefined) return registered(className, fields, this.version, this.#revive);
    if (className.includes("__") && this.#refuseUnknown) {
      throw new SecurityError(`refused to deserialize types with double underscores in their name: ${className}`);
    }
    const names = this.#names.classes;
    switch (className) {
      case names.uri:
        return URI.fromState(stateOf(fields));
      case names.proxy:
        return this.#makeProxy(readProxyState(stateOf(fields), this.version));
      case names.daemon:
        return new DaemonStandIn();
      case names.batchException:
        return new BatchException(this.revive(fields.get("exception")));
      default:
        return this.#exceptionOrUnknown(className, fields, dict.keys().next().value === "__class__");
    }
  }

  #exceptionOrUnknown(className: string, fields: Map<unknown, unknown>, classFirst: boolean): unknown {
    const pyroError = className.startsWith(this.#names.errorsModule) || className === "struct.error";
    if (fields.get("__exception__") === true || pyroError) {
      const known = className.includes("__") ? undefined : knownException(className, fields, this.#names);
      if (known !== undefined) return known;
      if (!this.#refuseUnknown && fields.get("__exception__") === true) return remoteException(className, fields);
    }
    if (this.#refuseUnknown) throw new SerializeError(`unsupported serialized class: ${className}`);
    for (const [key, one] of fields) fields.set(key, this.revive(one));
    return new PyClassDict(className, fields, classFirst);
  }
}

function classDict(className: string, state: unknown): PyClassDict {
  return new PyClassDict(className, new Map([["state", state]]));
}

function stateOf(fields: ReadonlyMap<unknown, unknown>): readonly unknown[] {
  const state = fields.get("state");
  if (!Array.isArray(state)) throw new SerializeError("invalid class dict: state must be a list or a tuple");
  return state;
}
