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

/** `module.Name`, as Python spells it, or one such name for each Pyro version. */
export type ClassName = string | Readonly<Record<PyroVersion, string>>;

/** Any class, its constructor private or abstract too. */
export interface ClassOf<T> {
  readonly name: string;
  readonly prototype: T;
}

/** How instances of a class become class dicts and come back. */
export interface ClassConverter<T extends object> {
  readonly className: ClassName;
  /** The fields that travel. Left out: instances do not. */
  readonly toDict?: (value: T, version: PyroVersion) => PyDict | ReadonlyMap<unknown, unknown>;
  /**
   * Makes the value again. Class dicts in the fields are converted already, other than for Python's converters.
   * Left out: what arrives under this name is treated as an unknown class.
   */
  readonly fromDict?: (fields: ReadonlyMap<unknown, unknown>, version: PyroVersion, className: string) => unknown;
}

/** How errors of a class become Python exceptions and come back. */
export interface ExceptionConverter<E extends Error> {
  readonly className: ClassName;
  /** What Python makes the exception with. Default: the message. */
  readonly toArgs?: (error: E) => readonly unknown[];
  /** Makes the error from those. Default: the class, called with all of them. */
  readonly fromArgs?: (...args: unknown[]) => E;
}

type Revive = (value: unknown) => unknown;
type Writer = (value: object, version: PyroVersion) => PyClassDict;
type Reader = (className: string, fields: Map<unknown, unknown>, version: PyroVersion, revive: Revive) => unknown;

/**
 * Classes that travel as class dicts, beside those that Pyro knows by itself. A name is looked up as it stands, before
 * any other rule (`Pyro5 5.15, serializers.py`), so one of Pyro's own may be given another meaning.
 */
export class ClassRegistry {
  readonly #writers = new Map<object, Writer>();
  readonly #readers: Readonly<Record<PyroVersion, Map<string, Reader>>> = { 4: new Map(), 5: new Map() };

  /**
   * Lets instances of `ctor`, and of classes that extend it, travel:
   *
   *     registerClass(Point, {
   *       className: "geometry.Point",
   *       toDict: ({ x, y }) => ({ x, y }),
   *       fromDict: (fields) => new Point(Number(fields.get("x")), Number(fields.get("y"))),
   *     });
   *
   * A Python peer needs `register_dict_to_class("geometry.Point", ...)`. A later registration of the class or of the
   * name replaces the earlier one. Subclasses of Array, Map, Set and Uint8Array travel as these, registered or not.
   */
  register<T extends object>(ctor: ClassOf<T>, converter: ClassConverter<T>): void {
    const { className, toDict, fromDict } = converter;
    if (toDict !== undefined) {
      this.#write(ctor, (value, version) => {
        const fields = toDict(value as T, version);
        const entries = new Map<unknown, unknown>(fields instanceof Map ? fields : Object.entries(fields));
        entries.delete("__class__");
        return new PyClassDict(nameFor(className, version), entries, false);
      });
    }
    if (fromDict !== undefined) {
      this.#read(className, (name, fields, version, revive) => {
        for (const [key, one] of fields) fields.set(key, revive(one));
        return fromDict(fields, version, name);
      });
    }
  }

  /**
   * Lets errors of `ctor`, and of classes that extend it, travel as a Python exception of their own, and come back as
   * `ctor` with `remoteTraceback` and the attributes that it has no member for. An exception that `ctor` throws at
   * arrives as RemoteError.
   */
  registerException<E extends Error>(ctor: ClassOf<E>, converter: ExceptionConverter<E>): void {
    const { className, toArgs } = converter;
    const make = converter.fromArgs ?? ((...args) => Reflect.construct(ctor as new () => E, args));
    this.#write(ctor, (value, version) => {
      const error = value as E;
      const args = toArgs?.(error) ?? [error.message];
      return exceptionDict(error, { className: nameFor(className, version), args, attributes: attributesOf(error) });
    });
    this.#read(className, (name, fields) => {
      let error: E;
      try {
        error = make(...argsOf(fields));
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

  /** How an object is written; undefined when neither its class nor one that it extends is registered. */
  writer(value: object): Writer | undefined {
    if (this.#writers.size === 0) return undefined;
    let at: unknown = Object.getPrototypeOf(value);
    while (typeof at === "object" && at !== null) {
      const found = this.#writers.get(at);
      if (found !== undefined) return found;
      at = Object.getPrototypeOf(at);
    }
    return undefined;
  }

  /** How class dicts of that name are read, if it is registered. */
  reader(className: string, version: PyroVersion): Reader | undefined {
    return this.#readers[version].get(className);
  }

  #write(ctor: ClassOf<object>, writer: Writer): void {
    this.#writers.set(ctor.prototype, writer);
  }

  #read(className: ClassName, reader: Reader): void {
    for (const version of PYRO_VERSIONS) this.#readers[version].set(nameFor(className, version), reader);
  }
}

function nameFor(className: ClassName, version: PyroVersion): string {
  return typeof className === "string" ? className : className[version];
}

/** What every session of this process uses, as Python's registry is one for the process. */
export const sharedClasses: ClassRegistry = new ClassRegistry();

/** Registers a class with `sharedClasses`. */
export function registerClass<T extends object>(ctor: ClassOf<T>, converter: ClassConverter<T>): void {
  sharedClasses.register(ctor, converter);
}

/** Registers a class of errors with `sharedClasses`. */
export function registerException<E extends Error>(ctor: ClassOf<E>, converter: ExceptionConverter<E>): void {
  sharedClasses.registerException(ctor, converter);
}
