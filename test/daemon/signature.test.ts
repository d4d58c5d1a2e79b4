import { expect, test } from "vitest";
import { bindArguments, parseSignature } from "../../src/contract/signature.ts";

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

const ALL = "f(a, b=2, *rest, c, d=4, **others)";
test.for<[readonly unknown[], Readonly<Record<string, unknown>> | null, readonly unknown[] | string]>([
  [[1], { c: 3 }, [1, undefined, 3, undefined, {}]],
  [[1, 2, 7, 8], { d: 5, c: 3, e: 6 }, [1, 2, 3, 5, { e: 6 }, 7, 8]],
  [[], { a: 1, b: 2, c: 3, ["__proto__" as string]: 1 }, [1, 2, 3, undefined, { ["__proto__" as string]: 1 }]],
  [[], { c: 3 }, "f() missing 1 required positional argument: 'a'"],
  [[1], {}, "f() missing 1 required keyword-only argument: 'c'"],
  [[1], null, "f() missing 1 required keyword-only argument: 'c'"],
  [[1], { a: 2, c: 3 }, "f() got multiple values for argument 'a'"],
])(`${ALL} called with %j and %j`, ([args, kwargs, expected]) => {
  const bind = (): readonly unknown[] => bindArguments(parseSignature(ALL), args, kwargs);
  if (typeof expected === "string") expect(bind).toThrow(new TypeError(expected));
  else
    expect(bind().map((one) => (one instanceof Object || typeof one !== "object" ? one : { ...one }))).toEqual(
      expected,
    );
});

test("parameters behind a star, in the words of Python and in the order of the method", () => {
  const light = parseSignature("light(name, *, colour='red', bright)");
  expect(bindArguments(light, ["desk"], { bright: 3 })).toEqual(["desk", undefined, 3]);
  expect(() => bindArguments(light, ["desk", "blue"], { bright: 3 })).toThrow(
    new TypeError("light() takes 1 positional argument but 2 were given"),
  );
  const three = parseSignature("three(*, a, b, c)");
  expect(() => bindArguments(three, [], {})).toThrow("missing 3 required keyword-only arguments: 'a', 'b', and 'c'");
  expect(bindArguments(parseSignature("all(**options)"), [], { x: 1 })).toEqual([{ x: 1 }]);
  for (const bad of ["f(*, *)", "f(*a, *b)", "f(**a, b)", "f(***a)", "f(a b)", "f(a", "f(*, a, *b)"]) {
    expect(() => parseSignature(bad), bad).toThrow(TypeError);
  }
});
