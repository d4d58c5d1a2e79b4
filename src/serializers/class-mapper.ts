/**
 * The class step: dicts that carry `__class__` to objects, and objects to such dicts. Class names follow the version
 * of the session, never the process: a Pyro5 peer refuses `Pyro4.core.URI`, and the other way round.
 */
import { Buffer } from "node:buffer";
import { SecurityError, SerializeError } from "../base/errors.ts";
import type { PyroVersion } from "../base/pyro-version.ts";
import { ProxyState, proxyFrom, referenceTo } from "../values/proxy-state.ts";
import { isPyDict } from "../values/py-dict.ts";
import { pyRepr } from "../values/py-repr.ts";
import { asTuple, PyClassDict, type PyDict, PyFloat, PyTuple, tuple } from "../values/python-values.ts";
import { URI } from "../values/uri.ts";
import { type ClassRegistry, sharedClasses } from "./class-registry.ts";
import { errorToWire, knownException, remoteException } from "./exceptions.ts";
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
  /** Classes beside Pyro's own. Default: those that `registerClass` and `registerException` were told. */
  readonly registry?: ClassRegistry;
}

const NAMES = {
  4: {
    uri: "Pyro4.core.URI",
    proxy: "Pyro4.core.Proxy",
    daemon: "Pyro4.core.Daemon",
    batch: "Pyro4.futures._ExceptionWrapper",
  },
  5: {
    uri: "Pyro5.core.URI",
    proxy: "Pyro5.client.Proxy",
    daemon: "Pyro5.server.Daemon",
    batch: "Pyro5.core._ExceptionWrapper",
  },
} as const;

/** The class step of one version. */
export function createClassCodec(version: PyroVersion, options: ClassMapperOptions): ClassMapper {
  return new PyroClassMapper(version, options);
}

class PyroClassMapper implements ClassMapper {
  readonly version: PyroVersion;
  readonly #refusing: boolean;
  readonly #registry: ClassRegistry;
  /** What was made of URIs that are still there: a name server hands out the same ones again and again. */
  readonly #uriDicts = new WeakMap<URI, PyClassDict>();
  readonly #revive = (value: unknown): unknown => this.revive(value);

  constructor(version: PyroVersion, options: ClassMapperOptions) {
    this.version = version;
    this.#refusing = options.unknown === "refuse";
    this.#registry = options.registry ?? sharedClasses;
  }

  toWire(value: object): unknown {
    const reference = value instanceof ProxyState ? value : referenceTo(value);
    if (reference !== undefined) return classDict(NAMES[this.version].proxy, this.#proxyState(reference));
    const registered = this.#registry.writer(value);
    if (registered !== undefined) return registered(value, this.version);
    const names = NAMES[this.version];
    if (value instanceof URI) return this.#uriDict(value);
    if (value instanceof BatchException) {
      const error = value.error instanceof Error ? value.error : new Error(pyRepr(value.error));
      return new PyClassDict(names.batch, new Map([["exception", this.toWire(error)]]));
    }
    if (value instanceof Error) return errorToWire(value, this.version);
    if (value instanceof DaemonStandIn) return classDict(names.daemon, tuple());
    return undefined;
  }

  #uriDict(uri: URI): PyClassDict {
    let dict = this.#uriDicts.get(uri);
    if (dict === undefined) {
      dict = classDict(NAMES[this.version].uri, tuple(...uri.state));
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
    const { uri } = NAMES[this.version];
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
    const names = NAMES[this.version];
    switch (className) {
      case names.uri:
        return URI.fromState(stateOf(fields));
      case names.proxy:
        return proxyFrom(this.#proxyFrom(stateOf(fields)));
      case names.daemon:
        return new DaemonStandIn();
      case names.batch:
        return new BatchException(this.revive(fields.get("exception")));
      default:
        return this.#exceptionOrUnknown(className, fields, dict.keys().next().value === "__class__");
    }
  }

  #exceptionOrUnknown(className: string, fields: Map<unknown, unknown>, classFirst: boolean): unknown {
    const pyroError = className.startsWith(`Pyro${this.version}.errors.`) || className === "struct.error";
    if (fields.get("__exception__") === true || pyroError) {
      const known = className.includes("__") ? undefined : knownException(className, fields, this.version);
      if (known !== undefined) return known;
      if (!this.#refusing && fields.get("__exception__") === true) return remoteException(className, fields);
    }
    if (this.#refusing) throw new SerializeError(`unsupported serialized class: ${className}`);
    for (const [key, one] of fields) fields.set(key, this.revive(one));
    return new PyClassDict(className, fields, classFirst);
  }

  #proxyState(proxy: ProxyState): PyTuple {
    const { uri, oneway, methods, attrs, handshake, serializer } = proxy;
    const shared = [String(uri), tuple(...oneway), tuple(...methods), tuple(...attrs)] as const;
    return this.version === 4
      ? tuple(...shared, new PyFloat(0), null, handshake, 0, serializer)
      : tuple(...shared, handshake, serializer);
  }

  #proxyFrom(state: readonly unknown[]): ProxyState {
    const fits = this.version === 5 ? state.length === 6 : state.length === 8 || state.length === 9;
    if (!fits || typeof state[0] !== "string") {
      throw new SerializeError(`a proxy's state of ${state.length} items is none of Pyro${this.version}'s`);
    }
    const [handshake, serializer] = this.version === 5 ? [state[4], state[5]] : [state[6], state[8]];
    return new ProxyState({
      uri: URI.parse(state[0]),
      oneway: nameSet(state[1]),
      methods: nameSet(state[2]),
      attrs: nameSet(state[3]),
      handshake,
      serializer: typeof serializer === "string" ? serializer : null,
    });
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

function nameSet(value: unknown): ReadonlySet<string> {
  const names = Array.isArray(value) || value instanceof Set ? [...(value as Iterable<unknown>)] : [];
  return new Set(names.filter((name): name is string => typeof name === "string"));
}
