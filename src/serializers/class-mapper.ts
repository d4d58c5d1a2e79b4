/**
 * The class step: dicts that carry `__class__` to objects, and objects to such dicts. Class names follow the version
 * of the session, never the process: a Pyro5 peer refuses `Pyro4.core.URI`, and the other way round.
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

/** What a serializer needs of the class step. */
export interface ClassMapper {
  readonly version: PyroVersion;
  /**
   * An object that is no plain value → what is written in its place: a `PyClassDict`, or a plain value.
   * Undefined when nobody knows its class (the writer then refuses it, with the path).
   */
  toWire(value: object): unknown;
  /**
   * A value fresh from the parser, with class dicts still plain dicts, → the value with every class dict converted,
   * outermost first, as Python's `dict_to_class` walk does it. Called only when the parser met a `__class__` key.
   */
  revive(value: unknown): unknown;
}

export interface ClassMapperOptions {
  /**
   * What an unknown class becomes: "refuse" raises SerializeError as Pyro does, "keep" makes a PyClassDict, or of an
   * exception a RemoteError, with nothing lost.
   */
  readonly unknown: "keep" | "refuse";
  /** Makes the value of a proxy that arrives. Default: it stays a `ProxyState`. */
  readonly makeProxy?: ProxyMaker;
  /** Classes beside Pyro's own. Default: those that `registerClass` and `registerException` were told. */
  readonly registry?: ClassRegistry;
}

/** Maps the objects of Pyro, exceptions and registered classes, under the class names of one version. */
export class PyroClassMapper implements ClassMapper {
  readonly version: PyroVersion;
  readonly #names: VersionNames;
  readonly #refusing: boolean;
  readonly #makeProxy: ProxyMaker;
  readonly #registry: ClassRegistry;
  /** What was made of URIs that are still there: a name server hands out the same ones again and again. */
  readonly #uriDicts = new WeakMap<URI, PyClassDict>();
  readonly #revive = (value: unknown): unknown => this.revive(value);

  constructor(version: PyroVersion, options: ClassMapperOptions) {
    this.version = version;
    this.#names = VERSION_NAMES[version];
    this.#refusing = options.unknown === "refuse";
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
      return this.#uriFrom(dict) ?? this.#fromDict(new Map<unknown, unknown>(Object.entries(dict)));
    for (const key of Object.keys(dict)) dict[key] = this.revive(dict[key]);
    return dict;
  }

  /** The URI that a dict stands for, without the detours that other classes take: of these, many are on their way. */
  #uriFrom(dict: PyDict): URI | undefined {
    const { uri } = this.#names.classes;
    if (dict["__class__"] !== uri || this.#registry.reader(uri, this.version) !== undefined) return undefined;
    return Array.isArray(dict["state"]) ? URI.fromState(dict["state"]) : undefined;
  }

  #fromDict(dict: Map<unknown, unknown>): unknown {
    const written = dict.get("__class__");
    const fields = new Map(dict);
    fields.delete("__class__");
    const className = written instanceof Uint8Array ? Buffer.from(written).toString("utf8") : written;
    if (typeof className !== "string") {
      throw new SerializeError(`the __class__ of a dict must be a str, not ${typeof className}`);
    }
    const registered = this.#registry.reader(className, this.version);
    if (registered !== undefined) return registered(className, fields, this.version, this.#revive);
    if (className.includes("__") && this.#refusing) {
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
      if (!this.#refusing && fields.get("__exception__") === true) return remoteException(className, fields);
    }
    if (this.#refusing) throw new SerializeError(`unsupported serialized class: ${className}`);
    for (const [key, one] of fields) fields.set(key, this.revive(one));
    return new PyClassDict(className, fields, classFirst);
  }
}

function classDict(className: string, state: unknown): PyClassDict {
  return new PyClassDict(className, new Map([["state", state]]));
}

function stateOf(fields: ReadonlyMap<unknown, unknown>): readonly unknown[] {
  const state = fields.get("state");
  if (!Array.isArray(state)) throw new SerializeError("a class dict without its state");
  return state;
}
