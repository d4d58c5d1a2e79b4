import { expect, test } from "vitest";
import { proxy, RemoteError, URI } from "#pyro";
import { pyRepr } from "#pyro/values";
import { PyClassDict, PyComplex, PyEllipsis, PyFloat, tuple } from "../../src/values/python-values.ts";

/** Values, and what CPython 3.11's `repr` gives for them. */
const REPRS: [unknown, string][] = [
  [null, "None"],
  [undefined, "None"],
  [true, "True"],
  [false, "False"],
  [1, "1"],
  [2 ** 53 - 1, "9007199254740991"],
  [2n ** 70n, "1180591620717411303424"],
  [new PyFloat(1), "1.0"],
  [-0, "-0.0"],
  [0.1, "0.1"],
  [1e-4, "0.0001"],
  [1e-5, "1e-05"],
  [1e16, "1e+16"],
  [1e22, "1e+22"],
  [1.5e300, "1.5e+300"],
  [5e-324, "5e-324"],
  [new PyFloat(123456789012345), "123456789012345.0"],
  [Number.MAX_VALUE, "1.7976931348623157e+308"],
  [Number.NaN, "nan"],
  [-Infinity, "-inf"],
  [new PyComplex(1, 2), "(1+2j)"],
  [new PyComplex(0, -1.5), "-1.5j"],
  [new PyComplex(0, -0), "-0j"],
  [new PyComplex(-0, 1), "(-0+1j)"],
  [new PyComplex(Infinity, Number.NaN), "(inf+nanj)"],
  [PyEllipsis.value, "Ellipsis"],
  ["it's", `"it's"`],
  [`a"b`, `'a"b'`],
  [`say "it's"`, `'say "it\\'s"'`],
  ["\t\n\r\0\x7f\xa0\xad\u200b\u2028\ue000", "'\\t\\n\\r\\x00\\x7f\\xa0\\xad\\u200b\\u2028\\ue000'"],
  ["\u{e0001}\ud800", "'\\U000e0001\\ud800'"],
  ["é日本😀", "'é日本😀'"],
  ["\\", "'\\\\'"],
  [Uint8Array.of(97, 39, 98, 34, 0, 10, 92, 255), "b'a\\'b\"\\x00\\n\\\\\\xff'"],
  [new TextEncoder().encode("a'b"), `b"a'b"`],
  [[], "[]"],
  [["chair", "bike"], "['chair', 'bike']"],
  [tuple(), "()"],
  [tuple(1), "(1,)"],
  [tuple("a", [1]), "('a', [1])"],
  [new Set(), "set()"],
  [new Set([tuple(1)]), "{(1,)}"],
  [{}, "{}"],
  [{ a: 1, "it's": null }, `{'a': 1, "it's": None}`],
  [
    new Map<unknown, unknown>([
      ["a", 1],
      [2, null],
    ]),
    "{'a': 1, 2: None}",
  ],
  [new RemoteError("KeyError", ["couch"]), "KeyError('couch')"],
  [new RemoteError("ValueError", []), "ValueError()"],
  [new RemoteError("OSError", [2, "x"]), "OSError(2, 'x')"],
];

test.each(REPRS)("%o", (value, text) => {
  expect(pyRepr(value)).toBe(text);
});

test("what Python has no word for is shown all the same", () => {
  expect(pyRepr(new TypeError("no"))).toBe("TypeError('no')");
  expect(pyRepr(URI.parse("PYRO:a@b:1"))).toBe("<URI 'PYRO:a@b:1'>");
  expect(pyRepr(new PyClassDict("shop.Thing", new Map([["size", [3]]])))).toBe("<shop.Thing {'size': [3]}>");
  expect(pyRepr([function take() {}, Symbol("x")])).toBe("[<function take>, Symbol(x)]");
  expect(pyRepr(Object.create(Object.create(null)))).toContain("{}");
});

test("a remote object is shown without a call", () => {
  expect(pyRepr([proxy("PYRO:a@127.0.0.1:1")])).toBe("[Remote <PYRO:a@127.0.0.1:1>]");
});

test("containers inside of themselves end, as in Python", () => {
  const list: unknown[] = [1];
  list.push(list);
  const dict: Record<string, unknown> = {};
  dict["d"] = dict;
  const inner: unknown[] = [];
  const outer = tuple(inner);
  inner.push(outer);
  expect([pyRepr(list), pyRepr(dict), pyRepr(outer)]).toEqual(["[1, [...]]", "{'d': {...}}", "([(...)],)"]);
  const twice = [1];
  expect(pyRepr([twice, twice])).toBe("[[1], [1]]");
});
