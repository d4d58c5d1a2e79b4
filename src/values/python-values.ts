/**
 * Python values that JavaScript has no word for. `docs/values.md` is the whole table: what each value becomes in
 * Python and what it is on its way back.
 */

/** A Python tuple: an Array in every respect, but written as `(1, 2)`. A plain Array is a Python list. */
export class PyTuple<T = unknown> extends Array<T> {
  // `map`, `filter` and the like give plain Arrays.
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/**
 * An array as a tuple, itself. Not `new PyTuple()`: V8 14 never optimizes a function that makes an instance of a
 * subclass of Array ("Bailed out due to dependency change", over and over).
 */
export function asTuple(items: unknown[]): PyTuple {
  return Object.setPrototypeOf(items, PyTuple.prototype) as PyTuple;
}

/** `tuple(1, 2)` is Python's `(1, 2)`. */
export function tuple<T extends readonly unknown[]>(...items: T): PyTuple<T[number]> & T {
  return asTuple(items as unknown as unknown[]) as unknown as PyTuple<T[number]> & T;
}

/** A float that is written as one even when it is integral: `new PyFloat(1)` is Python's `1.0`, `1` its `1`. */
export class PyFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
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

/** A dict whose keys are all text. It inherits nothing, so `__proto__` and `constructor` are keys like others. */
export type PyDict = Record<string, unknown>;

/**
 * An instance of a class that nobody registered here: its name and its fields, in order, nothing lost. Sent back,
 * it is the same class dict again.
 */
export class PyClassDict {
  /** `module.Name`, as the other side wrote it. */
  readonly className: string;
  /** All fields but `__class__`. */
  readonly fields: Map<unknown, unknown>;
  /** Whether `__class__` stands before the fields, as in exceptions, or behind them, as in plain instances. */
  readonly classFirst: boolean;
  constructor(className: string, fields: Map<unknown, unknown>, classFirst = true) {
    this.className = className;
    this.fields = fields;
    this.classFirst = classFirst;
  }

  /** The dict that it is on the wire. */
  entries(): [unknown, unknown][] {
    const own: [unknown, unknown] = ["__class__", this.className];
    return this.classFirst ? [own, ...this.fields] : [...this.fields, own];
  }
}

/** The value under a text key of a dict, in whichever of the two shapes it was read: object or Map. */
export function dictValue(dict: unknown, key: string): unknown {
  if (dict instanceof Map) return dict.get(key);
  return typeof dict === "object" && dict !== null && Object.hasOwn(dict, key) ? (dict as PyDict)[key] : undefined;
}
