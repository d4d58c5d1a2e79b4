/** Keyword arguments of one remote call; `kwargs` makes them. */
export class Kwargs {
  readonly values: Readonly<Record<string, unknown>>;
  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }
}

/**
 * Python's keyword arguments, as the last argument of a remote call, under the names that they have in Python:
 *
 *     await lamp.light("red", kwargs({ brightness: 7 })); // lamp.light("red", brightness=7)
 */
export function kwargs(values: Readonly<Record<string, unknown>>): Kwargs {
  return new Kwargs(values);
}
