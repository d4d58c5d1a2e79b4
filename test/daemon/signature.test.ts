import { expect, test } from "vitest";
import { bindArguments, parseSignature } from "../../src/signature.ts";

test("a parameter without default behind one that has one is refused where it is declared", () => {
  expect(() => parseSignature("f(a=1, b)")).toThrow("'b' in 'f(a=1, b)' has no default, but follows a parameter that");
  expect(parseSignature("f(a, b=1, *more)").rest).toBe(true);
});

test.for<[readonly unknown[], Readonly<Record<string, unknown>> | null, readonly unknown[] | string]>([
  [[1], null, [1]],
  [[1, 2], {}, [1, 2]],
  [[1], { c: 3 }, [1, undefined, 3]],
  [[], { a: 1 }, [1]],
  [[], null, "f() missing 1 required positional argument: 'a'"],
  [[1, 2, 3, 4], {}, "f() takes from 1 to 3 positional arguments but 4 were given"],
  [[1], { a: 1 }, "f() got multiple values for argument 'a'"],
  [[1], { d: 1 }, "f() got an unexpected keyword argument 'd'"],
])("f(a, b=None, c=None) called with %j and %j", ([args, kwargs, expected]) => {
  const bind = (): readonly unknown[] => bindArguments(parseSignature("f(a, b=None, c=None)"), args, kwargs);
  if (typeof expected === "string") expect(bind).toThrow(new TypeError(expected));
  else expect(bind()).toEqual(expected);
});
