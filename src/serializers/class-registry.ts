import { PYRO_VERSIONS, type PyroVersion } from "../base/pyro-version.ts";
import type { PyDict } from "../values/python-values.ts";
import { PyClassDict } from "../values/python-values.ts";
import {
  argsOf,
  attributesOf,
  exceptionAttributes,
  exceptionDict,
  remoteException,
  withTraceback,
} from "./exceptions.ts";

/** Python's name of a class, `module.Name`, or one such name for each Pyro version. */
export type ClassName = string | Readonly<Record<PyroVersion, string>>;

/** Any class, including those with a private or abstract constructor. */
export interface ClassOf<T> {
  readonly name: string;
  readonly prototype: T;
}

/** Converts instances of a class to class dicts and back. */
export interface ClassConverter<T extends object> {
  readonly className: ClassName;
  /** Returns the fields to send. If omitted, instances cannot be sent. */
  readonly toDict?: (value: T, version: PyroVersion) => PyDict | ReadonlyMap<unknown, unknown>;
  /**
   * Creates the value from its fields. Class dicts in the fields are already converted, unlike in Python's converters.
   * If omitted, received dicts of this class are treated as an unknown class.
   */
  readonly fromDict?: (fields: ReadonlyMap<unknown, unknown>, version: PyroVersion, className: string) => unknown;
}

/** Converts errors of a class to Python exceptions and back. */
export interface ExceptionConverter<E extends Error> {
  readonly className: ClassName;
  /** Returns the arguments of the Python exception. Default: the message. */
  readonly toArgs?: (error: E) => readonly unknown[];
  /** Creates the error from these arguments. Default: calls the constructor with them. */
  readonly fromArgs?: (...args: unknown[]) => E;
}

type Revive = (value: unknown) => unknown;
type Writer = (value: object, version: PyroVersion) => PyClassDict;
type Reader = (className: string, fields: Map<unknown, unknown>, version: PyroVersion, revive: Revive) => unknown;

/**
 * Classes that are sent as class dicts, in addition to Pyro's own. A registered name has priority over all other rules
 * (`Pyro5 5.15, serializers.py`), so a registration can replace one of Pyro's own classes.
 */
export class ClassRegistry {
  readonly #writers = new Map<object, Writer>();
  readonly #readers: Readonly<Record<PyroVersion, Map<string, Reader>>> = { 4: new Map(), 5: new Map() };

  /**
   * Registers `ctor`, so that its instances, and those of its subclasses, can be sent:
   *
   *     registerClass(Point, {
   *       className: "geometry.Point",
   *       toDict: ({ x, y }) => ({ x, y }),
   *       fromDict: (fields) => new Point(Number(fields.get("x")), Number(fields.get("y"))),
   *     });
   *
   * A Python peer needs `register_dict_to_class("geometry.Point", ...)`. A later registration of the same class or name
   * replaces the earlier one. Subclasses of Array, Map, Set and Uint8Array are always sent as their base class.
   */
  register<T extends object>(ctor: ClassOf<T>, converter: ClassConverter<T>): void {
    const { className, toDict, fromDict } = converter;
    if (toDict !== undefined) {
      this.#addWriter(ctor, (value, version) => {
        const fields = toDict(value as T, version);
        const entries = new Map<unknown, unknown>(fields instanceof Map ? fields : Object.entries(fields));
        entries.delete("__class__");
        return new PyClassDict(nameFor(className, version), entries, false);
      });
    }
    if (fromDict !== undefined) {
      this.#addReader(className, (name, fields, version, revive) => {
        for (const [key, one] of fields) fields.set(key, revive(one));
        return fromDict(fields, version, name);
      });
    }
  }

  /**
   * Registers `ctor`, so that its errors, and those of its subclasses, are sent as a Python exception of the given
   * class. Received exceptions of that class become a `ctor` with `remoteTraceback` and the attributes, except those
   * for which it has a member. If `ctor` throws, the exception becomes a RemoteError.
   */
  registerException<E extends Error>(ctor: ClassOf<E>, converter: ExceptionConverter<E>): void {
    const { className, toArgs } = converter;
    const create = converter.fromArgs ?? ((...args) => Reflect.construct(ctor as new () => E, args));
    this.#addWriter(ctor, (value, version) => {
      const error = value as E;
      const args = toArgs?.(error) ?? [error.message];
      return exceptionDict(error, { className: nameFor(className, version), args, attributes: attributesOf(error) });
    });
    this.#addReader(className, (name, fields) => {
      let error: E;
      try {
        error = create(...argsOf(fields));
      } catch {
        return remoteException(name, fields);
      }
      for (const [key, value] of exceptionAttributes(fields)) {
        if (typeof key === "string" && !(key in error))
          Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: true });
      }
      return withTraceback(error, fields);
    });
  }

  /** The writer of an object's class or nearest registered base class; undefined if there is none. */
  writer(value: object): Writer | undefined {
    if (this.#writers.size === 0) return undefined;
    let prototype: unknown = Object.getPrototypeOf(value);
    while (typeof prototype === "object" && prototype !== null) {
      const found = this.#writers.get(prototype);
      if (found !== undefined) return found;
      prototype = Object.getPrototypeOf(prototype);
    }
    return undefined;
  }

  /** The reader for class dicts of that name; undefined if the name is not registered. */
  reader(className: string, version: PyroVersion): Reader | undefined {
    return this.#readers[version].get(className);
  }

  #addWriter(ctor: ClassOf<object>, writer: Writer): void {
    this.#writers.set(ctor.prototype, writer);
  }

  #addReader(className: ClassName, reader: Reader): void {
    for (const version of PYRO_VERSIONS) this.#readers[version].set(nameFor(className, version), reader);
  }
}

function nameFor(className: ClassName, version: PyroVersion): string {
  return typeof className === "string" ? className : className[version];
}

/** The registry that all sessions of this process use by default; Python also has one registry per process. */
export const sharedClasses: ClassRegistry = new ClassRegistry();

/** Registers a class in `sharedClasses`. See `ClassRegistry.register`. */
export function registerClass<T extends object>(ctor: ClassOf<T>, converter: ClassConverter<T>): void {
  sharedClasses.register(ctor, converter);
}

/** Registers a class of errors in `sharedClasses`. See `ClassRegistry.registerException`. */
export function registerException<E extends Error>(ctor: ClassOf<E>, converter: ExceptionConverter<E>): void {
  sharedClasses.registerException(ctor, converter);
}
