/**
 * Python values without a JavaScript equivalent. `docs/values.md` shows what each value becomes in Python and back.
 */

/** A Python tuple: an Array that is sent as the tuple `(1, 2)`. A plain Array is sent as a list. */
export class PyTuple<T = unknown> extends Array<T> {
  // `map`, `filter` and similar methods return plain Arrays.
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/**
 * Turns an array into a tuple in place and returns it. Not `new PyTuple()`, because V8 14 never optimizes a function
 * that creates an instance of a subclass of Array ("Bailed out due to dependency change", repeatedly).
 */
export function asTuple(items: unknown[]): PyTuple {
  return Object.setPrototypeOf(items, PyTuple.prototype) as PyTuple;
}

/** Creates a tuple: `tuple(1, 2)` is Python's `(1, 2)`. */
export function tuple<T extends readonly unknown[]>(...items: T): PyTuple<T[number]> & T {
  return asTuple(items as unknown as unknown[]) as unknown as PyTuple<T[number]> & T;
}

/** A number that is always sent as a float: `new PyFloat(1)` is Python's `1.0`, while `1` is Python's `1`. */
export class PyFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  /** The number, so that arithmetic works. */
  valueOf(): number {
    return this.value;
  }
}

/** A Python complex number. */
export class PyComplex {
  readonly re: number;
  readonly im: number;
  constructor(re: number, im: number) {
    this.re = re;
    this.im = im;
  }
}

/** Python's `...`. */
export class PyEllipsis {
  static readonly value: PyEllipsis = new PyEllipsis();
}

/** A dict whose keys are all text. It inherits nothing, so `__proto__` and `constructor` are ordinary keys. */
export type PyDict = Record<string, unknown>;

/**
 * An instance of a class that is not registered: its name and all its fields, in order. If it is sent back, it becomes
 * the same class dict.
 */
export class PyClassDict {
  /** `module.Name`, as the other side wrote it. */
  readonly className: string;
  /** All fields except `__class__`. */
  readonly fields: Map<unknown, unknown>;
  /** Whether `__class__` comes before the fields, as in exceptions, or after them, as in plain instances. */
  readonly classFirst: boolean;
  constructor(className: string, fields: Map<unknown, unknown>, classFirst = true) {
    this.className = className;
    this.fields = fields;
    this.classFirst = classFirst;
  }

  /** The entries of the dict on the wire, including `__class__`. */
  entries(): [unknown, unknown][] {
    const classEntry: [unknown, unknown] = ["__class__", this.className];
    return this.classFirst ? [classEntry, ...this.fields] : [...this.fields, classEntry];
  }
}

/** The value of a text key in a dict that was read as an object or as a Map; undefined for other values. */
export function dictValue(dict: unknown, key: string): unknown {
  if (dict instanceof Map) return dict.get(key);
  return typeof dict === "object" && dict !== null && Object.hasOwn(dict, key) ? (dict as PyDict)[key] : undefined;
}
