/** Keyword arguments of one remote call. Create them with `kwargs`. */
export class Kwargs {
  readonly values: Readonly<Record<string, unknown>>;
  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }
}

/**
 * Creates Python's keyword arguments, to pass as the last argument of a remote call. The names are those in Python:
 *
 *     await lamp.light("red", kwargs({ brightness: 7 })); // lamp.light("red", brightness=7)
 */
export function kwargs(values: Readonly<Record<string, unknown>>): Kwargs {
  return new Kwargs(values);
}
