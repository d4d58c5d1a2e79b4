import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { SerializeError } from "../../src/base/errors.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import type { ClassMapper } from "../../src/serializers/class-mapper.ts";
import { SerpentSerializer } from "../../src/serializers/serpent/serpent.ts";
import { PyComplex, PyEllipsis, PyFloat, tuple } from "../../src/values/python-values.ts";

const classes: ClassMapper = { version: 5, toWire: () => undefined, revive: (value) => value };
const serpent = new SerpentSerializer({ classes });
const lossless = new SerpentSerializer({ classes, lossless: true });
const load = (text: string): unknown => serpent.load(Buffer.from(text));

function written(value: unknown, bytesRepr = false): string {
  const out = new ByteSink();
  new SerpentSerializer({ classes, bytesRepr }).dump(value, out);
  return out.since(0).toString("utf8").replace("# serpent utf-8 python3.2\n", "");
}

// Every answer in this file is what CPython 3.11's ast.literal_eval says to the same text.

describe("numbers", () => {
  test.each<[string, unknown]>([
    ["0", 0],
    ["-0", 0],
    ["0_0", 0],
    ["1_000", 1000],
    ["0xFf", 255],
    ["0x_f_f", 255],
    ["0O17", 15],
    ["0B1_01", 5],
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["-9007199254740992", -9007199254740992n],
    ["0x20000000000000", 9007199254740992n],
    ["-0.0", -0],
    ["01.5", 1.5],
    ["0e0", 0],
    ["1.e3", 1000],
    ["1E+0_5", 100000],
    ["-.5", -0.5],
    ["0.1", 0.1],
    ["123456789.012345", 123456789.012345],
    ["0.30000000000000004", 0.30000000000000004],
    ["2.2250738585072014e-308", 2.2250738585072014e-308],
    ["4.35", 4.35],
    ["1e400", Infinity],
    ["- 5", -5],
    ["(-5)", -5],
    ["-(5)", -5],
    ["+(0x10)", 16],
    ["1+2j", new PyComplex(1, 2)],
    ["(1)-(2j)", new PyComplex(1, -2)],
    ["-0.0+1j", new PyComplex(0, 1)],
    ["-0.0-1j", new PyComplex(-0, -1)],
    ["-1j", new PyComplex(-0, -1)],
    ["09j", new PyComplex(0, 9)],
  ])("%s", (text, value) => {
    expect(load(text)).toStrictEqual(value);
  });

  test.each(["012", "1__0", "1_", "_1", "0x", "0b2", "0o8", "1.5.5", "1..", "1e", "1e+", "5a", "5é", "1 2", "."])(
    "%s is none",
    (text) => expect(() => load(text)).toThrow(SerializeError),
  );

  test.each(["1+2", "1j+2j", "1+-2j", "--5", "-'a'", "True+1j", "-True", "1+2j+3j", "1*2", `${"9".repeat(400)}+1j`])(
    "%s is no sum that a literal has",
    (text) => expect(() => load(text)).toThrow(SerializeError),
  );

  test("floats stay floats when read losslessly, integers are never floats", () => {
    const text = "[1.0,1,-2.0,1e3,.5,{'__class__':'float','value':'inf'}]";
    expect(lossless.load(Buffer.from(text))).toStrictEqual([
      new PyFloat(1),
      1,
      new PyFloat(-2),
      new PyFloat(1000),
      new PyFloat(0.5),
      new PyFloat(Infinity),
    ]);
  });
});

describe("strings", () => {
  test.each<[string, unknown]>([
    ["'a' \"b\" '''c'''", "abc"],
    ["('a'\n  'b')", "ab"],
    ["''", ""],
    ["''''''", ""],
    ["'''a'b''c'''", "a'b''c"],
    ["'''a\r\nb\rc'''", "a\nb\nc"],
    ["'a\\\r\nb'", "ab"],
    ["'\\777\\8'", "\u01ff\\8"],
    ["'\\ud800'", "\ud800"],
    ["'\\ud83d\\ude00'", "😀"],
    ["'\\é'", "\\é"],
    ["r'\\'\\\\'", "\\'\\\\"],
    ["R'''\\\r\n'''", "\\\n"],
    ["U'\\x41'", "A"],
    ["'tab\tand \x7f \u2028'", "tab\tand \x7f \u2028"],
    ["b'\\400\\u0041\\N'", Uint8Array.from([0, ...Buffer.from("\\u0041\\N")])],
    ["rB'\\x'", Uint8Array.from([0x5c, 0x78])],
    ["b'a' B\"b\"", Uint8Array.from([97, 98])],
  ])("%j", (text, value) => {
    expect(load(text)).toStrictEqual(value);
  });

  test.each([
    "'",
    "'a",
    "'a\\",
    "'a\nb'",
    "r'a\\'",
    "r'\\\\\n'",
    "'''a'",
    "'\\x4'",
    "'\\u12'",
    "'\\U00110000'",
    "b'é'",
    "f'x'",
    "ur'x'",
    "b'a' 'b'",
    "'\0'",
    "'\\\0'",
  ])("%j is none", (text) => expect(() => load(text)).toThrow(SerializeError));
});

describe("layout", () => {
  test.each<[string, unknown]>([
    ["  \t[1]", [1]],
    ["# a\n\n  # b\n[1]", [1]],
    ["#\n \f[1]", [1]],
    ["[1,\\\n 2, # two\r\n\t3,\f]", [1, 2, 3]],
    ["1,", tuple(1)],
    ["1 , 2  # end", tuple(1, 2)],
    ["1\n\n  \n#x", 1],
    ["((((1))))", 1],
    ["(1,)", tuple(1)],
    ["{ 'a' : 1 , }", { a: 1 }],
    ["{1,}", new Set([1])],
    ["set( )", new Set()],
    ["[...]", [PyEllipsis.value]],
  ])("%j", (text, value) => {
    expect(load(text)).toEqual(value);
  });

  test.each([
    "",
    "#",
    "\n 1",
    "#x\n\t1",
    "1\n2",
    "[1\\ ]",
    "1\\",
    "1 \\\n",
    "(,)",
    "[,]",
    "[1,,]",
    "[1)",
    "{1:}",
    "{:1}",
    "{1:2,3}",
    "{1,2:3}",
    "[1 2]",
    "set(1)",
    "set",
    "()()",
    "\ufeff1",
    "\v1",
    "1;",
    "[*[]]",
    "{**{}}",
    "a=1",
    "nan",
  ])("%j is none", (text) => expect(() => load(text)).toThrow(SerializeError));
});

describe("dicts and sets", () => {
  test("keys that are not text make a Map, in the order of the text", () => {
    expect([...(load("{'b':1,'10':2,'2':3,5:4,'b':6}") as Map<unknown, unknown>)]).toEqual([
      ["b", 6],
      ["10", 2],
      ["2", 3],
      [5, 4],
    ]);
  });

  test("the first of equal keys stays, with the last value", () => {
    expect(load("{1:'a',True:'b',1.0:'c',(1+0j):'d'}")).toEqual(new Map([[1, "d"]]));
    expect(load("{(1,'x'):1,(1.0,'x'):2,(1,'y'):3}")).toHaveProperty("size", 2);
    expect(load("{b'a':1,b'a':2}")).toHaveProperty("size", 1);
    expect(load("{0,False,-0.0,0j}")).toEqual(new Set([0]));
    expect(load("{1e20,100000000000000000000,100000000000000000001}")).toHaveProperty("size", 2);
    expect(load("{'1',1,b'1',('1',)}")).toHaveProperty("size", 4);
  });

  test.each([
    "{[]:1}",
    "{{}}",
    "{(1,[2]):3}",
    "{set()}",
    "{{'data': 'YQ==', 'encoding': 'base64'}:1}",
    "{{'__class__':'float','value':'nan'}}",
  ])("%s holds what Python cannot hash", (text) =>
    expect(() => load(text)).toThrow("unhashable dict key or set element"),
  );

  test("a dict of bytes is bytes in any layout, with any keys more it is a dict", () => {
    const hi = Uint8Array.from([104, 105]);
    for (const text of [
      "{'data': 'aGk=', 'encoding': 'base64'}",
      "{'data':'aGk=','encoding':'base64'}",
      "{ \"encoding\" : \"base64\", 'data' : 'aG' 'k=' }",
    ]) {
      expect(load(text)).toStrictEqual(hi);
      expect(lossless.load(Buffer.from(text))).toStrictEqual(hi);
    }
    expect(load("{'data': 'aGk=', 'encoding': 'base64', 'x': 1}")).toEqual({ data: "aGk=", encoding: "base64", x: 1 });
    expect(load("{'data': 1, 'encoding': 'base64'}")).toEqual({ data: 1, encoding: "base64" });
  });

  test.each(["a", "aGk", "aG=k", "aG k", "aG-_", "aGé=", "a===", "=aGk"])("%j is no base64", (data) => {
    expect(() => load(`{'data': '${data}', 'encoding': 'base64'}`)).toThrow("invalid base64");
    expect(() => load(`{'encoding': 'base64', 'data': '${data}'}`)).toThrow("invalid base64");
  });
});

describe("what the vectors do not write", () => {
  test.each<[unknown, string]>([
    [Number.MAX_SAFE_INTEGER + 1, "9007199254740992.0"],
    [1e21, "1e+21"],
    [-2147483648, "-2147483648"],
    [2147483647, "2147483647"],
    [2147483648, "2147483648"],
    [undefined, "None"],
    [[undefined, null], "[None,None]"],
    [-0, "-0.0"],
    [new Date(0), "'1970-01-01T00:00:00+00:00'"],
    [new Date(1), "'1970-01-01T00:00:00.001000+00:00'"],
    [new Uint8Array([1]).buffer, "{'data': 'AQ==', 'encoding': 'base64'}"],
    [new DataView(new Uint8Array([1, 2]).buffer, 1), "{'data': 'Ag==', 'encoding': 'base64'}"],
    [Int8Array.from([-1, 0]), "[-1,0]"],
    [Float64Array.from([1, 2.5]), "[1.0,2.5]"],
    [BigInt64Array.from([1n]), "[1]"],
    [PyEllipsis.value, "..."],
    [new Map([[tuple(null, 1), 2]]), "{(None,1):2}"],
  ])("%s", (value, text) => {
    expect(written(value)).toBe(text);
  });

  test("with b'..' for bytes, bytes may be keys", () => {
    expect(written(new Map([[Buffer.from("k"), 1]]), true)).toBe("{b'k':1}");
    expect(() => written(new Map([[Buffer.from("k"), 1]]))).toThrow("a dict's key must be text");
  });

  test.each<[string, unknown]>([
    ["an invalid Date", new Date(Number.NaN)],
    ["a Date beyond Python's years", new Date(Date.UTC(10_000, 0))],
    ["a key that would not be one in Python", new Map([[tuple(new Set([1])), 1]])],
    ["a key of nan within a tuple", new Map([[tuple(Number.NaN), 1]])],
    ["a boxed number", Object(1)],
    ["a promise", Promise.resolve()],
  ])("refuses %s", (_name, value) => {
    expect(() => written({ at: [value] })).toThrow(/^serpent cannot write value\.at\[0\]: /);
  });

  test("properties that somebody gave to all objects are not written", () => {
    Object.defineProperty(Object.prototype, "everywhere", {
      value: 1,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    try {
      expect(written({ a: 1 })).toBe("{'a':1}");
    } finally {
      Reflect.deleteProperty(Object.prototype, "everywhere");
    }
  });
});
