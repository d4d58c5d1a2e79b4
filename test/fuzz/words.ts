/** What each format is made of: words for mutations to put in, and what can be around a value. */
import { Buffer } from "node:buffer";

type Words = readonly Buffer[];
type Nests = readonly (readonly [Buffer, Buffer])[];

const texts = (...all: readonly string[]): Words => all.map((one) => Buffer.from(one));
const hexes = (all: string): Words => all.split(/\s+/).map((one) => Buffer.from(one, "hex"));
const nests = (...all: readonly (readonly [string, string])[]): Nests =>
  all.map(([open, close]) => [Buffer.from(open), Buffer.from(close)]);
const hexNests = (...all: readonly (readonly [string, string])[]): Nests =>
  all.map(([open, close]) => [Buffer.from(open, "hex"), Buffer.from(close, "hex")]);

/** Names that mean something to the class step, to calls, or to JavaScript. */
const NAMES = [
  ...["__class__", "__exception__", "args", "attributes", "_pyroTraceback", "state", "exception", "data", "encoding"],
  ...["builtins.ValueError", "builtins.KeyError", "builtins.OSError", "exceptions.ValueError", "struct.error"],
  ...["sqlite3.Error", "fuzz.Failure", "fuzz.Point", "float", "value", "base64", "my.Thing", "a__b", "StopIteration"],
  ...[4, 5].flatMap((v) => [`Pyro${v}.errors.NamingError`, `Pyro${v}.core.URI`, `Pyro${v}.util.SerializerBase`]),
  ...["Pyro4.core.Proxy", "Pyro4.core.Daemon", "Pyro4.futures._ExceptionWrapper"],
  ...["Pyro5.client.Proxy", "Pyro5.server.Daemon", "Pyro5.core._ExceptionWrapper"],
  ...["__proto__", "constructor", "prototype", "toString", "valueOf", "then", "toJSON", "length", "hasOwnProperty"],
  ...[
    "object",
    "method",
    "params",
    "kwargs",
    "service",
    "echo",
    "__getattr__",
    "__setattr__",
    "<batch>",
    "Pyro.Daemon",
  ],
  ...[
    "handshake",
    "meta",
    "methods",
    "oneway",
    "attrs",
    "PYRO",
    "PYRO:a@b:1",
    "PYRONAME",
    "PYROMETA",
    "./u:x",
    "\u0000",
  ],
];

const classDict = (quote: string, tuple: readonly [string, string], yes: string, none: string): string[] => {
  const q = (text: string): string => `${quote}${text}${quote}`;
  const [open, close] = tuple;
  return [
    `{${q("__class__")}: ${q("builtins.ValueError")}, ${q("__exception__")}: ${yes}, ${q("args")}: ${open}1, {}, []${close}, ${q("attributes")}: {${q("_pyroTraceback")}: [{}, 1]}}`,
    `{${q("__class__")}: ${q("fuzz.Failure")}, ${q("__exception__")}: ${yes}, ${q("args")}: ${open}{}${close}, ${q("attributes")}: {}}`,
    `{${q("__class__")}: ${q("Pyro5.core.URI")}, ${q("state")}: ${open}${q("PYROMETA")}, [{}, []], ${none}, ${q("h")}, 1${close}}`,
    `{${q("__class__")}: ${q("Pyro4.core.URI")}, ${q("state")}: ${open}${q("PYRO")}, ${q("o")}, ${none}, ${q("h")}, 1${close}}`,
    `{${q("__class__")}: ${q("Pyro5.client.Proxy")}, ${q("state")}: ${open}${q("PYRO:o@h:1")}, [], [{}], [], {}, ${none}${close}}`,
    `{${q("__class__")}: ${q("Pyro5.core._ExceptionWrapper")}, ${q("exception")}: {}}`,
    `{${q("__class__")}: {}, ${q("x")}: 1}`,
    `{${q("__class__")}: ${q("float")}, ${q("value")}: ${q("nan")}}`,
    `{${q("data")}: ${q("AAAA")}, ${q("encoding")}: ${q("base64")}}`,
  ];
};

export const SERPENT_WORDS: Words = [
  ...texts("# serpent utf-8 python3.2\n", "#", "(", ")", "[", "]", "{", "}", ",", ":", "'", '"', "'''", '"""', "\\"),
  ...texts(
    "\n",
    "\r\n",
    "\t",
    "\f",
    "\0",
    "\\\n",
    "None",
    "True",
    "False",
    "set()",
    "...",
    "..",
    ".",
    "()",
    "{}",
    "[]",
  ),
  ...texts("b'", "rb'", "u'", "r'", 'Rb"', "f'", "'a' 'b'", "b'' ''", "'\\", "\\x41", "\\xg", "\\u20ac", "\\ud800"),
  ...texts(
    "\\U0010ffff",
    "\\U00110000",
    "\\N{DASH}",
    "\\777",
    "\\8",
    "\\0",
    "1e999",
    "-1e999",
    "1e30000",
    "1_0",
    "1__0",
  ),
  ...texts(
    "0x",
    "0xff",
    "0o7",
    "0b2",
    "00",
    "01",
    "1.",
    ".5",
    "1j",
    "-1j",
    "1+2j",
    "1-2j",
    "(1+2j)",
    "--1",
    "+1",
    "1e",
    "-",
  ),
  ...texts(
    "nan",
    "inf",
    "lambda",
    "set(",
    "set([1])",
    "{1,2}",
    "{1:2}",
    "{(1,):2}",
    "{[1]:2}",
    "{1:2,'a':3}",
    "('a',)",
  ),
  ...NAMES.map((one) => Buffer.from(`'${one}'`)),
  ...texts("'\u20ac'", "'\u{1f600}'", "{'a': 1, 'b': 2}", ...classDict("'", ["(", ")"], "True", "None")),
];
export const SERPENT_NESTS: Nests = nests(
  ...([
    ["[", "]"],
    ["(", ")"],
    ["(", ",)"],
    ["{'a':", "}"],
    ["{", "}"],
    ["-", ""],
    ["(-", ")"],
    ["{1:", "}"],
  ] as const),
  ...([
    ["'a' ", ""],
    [" ", " "],
    ["\\\n", ""],
    ["{'__class__':'x','a':", "}"],
    ["{('a',", "):1}"],
  ] as const),
);

export const JSON_WORDS: Words = [
  ...texts("{", "}", "[", "]", ",", ":", '"', "\\", "null", "true", "false", "NaN", "Infinity", "-Infinity", "-", "+"),
  ...texts(
    "-0",
    "-0.0",
    "1e999",
    "1E-999",
    "01",
    "1.",
    ".5",
    "0x1",
    "\\u0000",
    "\\ud800",
    "\\udc00",
    "\\u12",
    "\\x",
    "\\/",
  ),
  ...texts('""', "[]", "{}", "\t", "\n", "\u00a0", "\ufeff", "/*", "//", "undefined", "None", '"a":', '"\\"', '"\\\\"'),
  ...NAMES.map((one) => Buffer.from(JSON.stringify(one))),
  ...texts(...classDict('"', ["[", "]"], "true", "null")),
];
export const JSON_NESTS: Nests = nests(
  ...([
    ["[", "]"],
    ['{"a":', "}"],
    ["[1,", "]"],
    ['{"__class__":"x","a":', "}"],
    [" ", " "],
  ] as const),
  ...([
    ["[[", "],[]]"],
    ['{"__class__":"my.T","__exception__":true,"args":[', "]}"],
  ] as const),
);

/** A short ASCII text in marshal. */
const marshalText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x7a, Buffer.byteLength(text)]), Buffer.from(text)]);

export const MARSHAL_WORDS: Words = [
  ..."NTFiIlgfyxszZaAut.()[]<>{r0SRcxTq".split("").flatMap((code) => {
    const plain = code.charCodeAt(0);
    return [Buffer.from([plain]), Buffer.from([plain | 0x80])];
  }),
  ...hexes(
    "6900000000 69ffffffff 69ffffff7f 6900000080 6cffffff7f 6c00000080 6c01000000ff7f 6c010000000080 6c020000000000",
  ),
  ...hexes(
    "2900 2901 29ff 2800000000 2801000000 28ffffff7f 5b00000000 5b01000000 5bffffff7f 5bffffffff 7b30 7b4e30 7b4e4e30",
  ),
  ...hexes("7200000000 7201000000 72ffffffff a900 db00000000 db0100000072000000 fb30 f300000000 7300000000 73ffffffff"),
  ...hexes(
    "3c00000000 3c010000004e be010000007b30 3e01000000 67000000000000f07f 67000000000000f87f 6603696e66 66036e616e",
  ),
  ...hexes(
    "7900000000000000000000000000000000 7803312e3003312e30 7503000000eda080 7502000000c3a9 4900000000000000ff 7a0161 da0161",
  ),
  ...NAMES.map(marshalText),
];
export const MARSHAL_NESTS: Nests = [
  ...hexNests(
    ...([
      ["5b01000000", ""],
      ["2901", ""],
      ["2801000000", ""],
      ["7b7a0161", "30"],
      ["7b", "4e30"],
      ["db01000000", ""],
    ] as const),
    // One value, and then another that refers to it twice: the size doubles with each.
    ...([
      ["2902", "7200000000"],
      ["a902", "7200000000"],
      ["3e01000000", ""],
      ["7b2901", "4e30"],
    ] as const),
  ),
  [Buffer.concat([Buffer.from("{"), marshalText("__class__"), marshalText("x"), marshalText("a")]), Buffer.from("0")],
];

const msgpackText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0xd9, Buffer.byteLength(text)]), Buffer.from(text)]);

export const MSGPACK_WORDS: Words = [
  ...Array.from({ length: 64 }, (_, index) => Buffer.from([0xc0 + index])),
  ...hexes(
    "80 81 8f 90 91 9f a0 a1 bf 00 7f cd ffff ce ffffffff cf ffffffffffffffff d38000000000000000 dc0000 dcffff ddffffffff",
  ),
  ...hexes(
    "de0000 deffff dfffffffff df00000001 c4ff c5ffff c6ffffffff d9ff daffff dbffffffff c7ff30 c8ffff31 c9ffffffff32",
  ),
  ...hexes("d83000000000000000000000000000000000 d732000000000000f87f d732000000000000f07f d7320000000000c05541"),
  ...hexes(
    "d733ffffffffffffff7f d7330000000000000080 d733f8b50b0000000000 c70131 2d c702312d31 c7033131 c7053130303030 d43139",
  ),
  ...hexes(
    "cb7ff8000000000000 ca7f800000 cb8000000000000000 c1 a1ff a3eda080 8190c0 81c0c0 81a16190 81c40161c0 d40030",
  ),
  ...NAMES.map(msgpackText),
];
export const MSGPACK_NESTS: Nests = [
  ...hexNests(
    ["91", ""],
    ["92c0", ""],
    ["81a161", ""],
    ["dc0001", ""],
    ["81", "c0"],
    ["de0001a161", ""],
    ["82a161c0a162", ""],
  ),
  [Buffer.concat([Buffer.from([0x82]), msgpackText("__class__"), msgpackText("x"), msgpackText("a")]), Buffer.alloc(0)],
];

export const URI_WORDS: Words = texts(
  ...[
    "PYRO:",
    "PYRONAME:",
    "PYROMETA:",
    "pyro:",
    "PYROLOC:",
    "PYROx:",
    "@",
    "@@",
    ":",
    "::",
    ",",
    "./u:",
    "[",
    "]",
    "[[",
  ],
  ...[
    "[::1]",
    "[::1]:99",
    "%eth0",
    "localhost",
    "127.0.0.1",
    "0",
    "65535",
    "65536",
    "-1",
    "+1",
    "1e3",
    "0x10",
    " ",
    "\t",
  ],
  ...[
    "\n",
    "\r\n",
    "\u00a0",
    "\u2028",
    "\u0660",
    "\ud800",
    "\u{1f600}",
    "/",
    "//",
    "?",
    "#",
    "None",
    "\0",
    "a,b , c",
    "é",
  ],
);
export const URI_NESTS: Nests = nests(["@", "@"], ["[", "]"], [" ", " "], ["PYRO:", ""], ["a,", ",b"], [":", ""]);

export const SIGNATURE_WORDS: Words = texts(
  ...[
    "(",
    ")",
    ",",
    "=",
    "*",
    "**",
    "*args",
    "**options",
    "/",
    "name",
    "x=1",
    "a='b, c'",
    "é",
    "_",
    "1",
    " ",
    "\n",
    ":",
  ],
  ...["->", "__proto__", "a b", "*, a", "self", "()", "((", "=[1, 2]", "={", '="\\""', "\u2028", "\u{1d49c}"],
);
export const SIGNATURE_NESTS: Nests = nests(["(", ")"], ["a,", ""], ["", "=1"], ["*", ""], [" ", " "], ["f(", ")"]);

export const PATTERN_WORDS: Words = texts(
  ...[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "*",
    "+",
    "?",
    "|",
    "^",
    "$",
    ".",
    "\\",
    "-",
    "(?:",
    "(?=",
    "(?!",
    "(?<=",
    "(?P<n>",
  ],
  ...[
    "(?P=n)",
    "(?#",
    "(?i)",
    "(?s)",
    "(?m)",
    "(?x)",
    "(?a)",
    "(?u)",
    "(?L)",
    "(?i:",
    "(?-i:",
    "(?>",
    "(?(1)a|b)",
    "{2}",
  ],
  ...[
    "{0,}",
    "{,3}",
    "{3,2}",
    "{999}",
    "{1000,2000}",
    "{65536}",
    "{99999999999999999999}",
    "*?",
    "*+",
    "\\d",
    "\\w",
    "\\b",
  ],
  ...[
    "\\A",
    "\\Z",
    "\\1",
    "\\0",
    "\\777",
    "\\x41",
    "\\u0041",
    "\\U00110000",
    "\\N{DASH}",
    "\\p{L}",
    "[^",
    "[]",
    "[a-",
    "z-a]",
  ],
  ...[
    "[[:alpha:]]",
    "&&",
    "\u00e9",
    "\u{1f600}",
    "\ud800",
    "\n",
    " ",
    "a",
    "Pyro.NameServer",
    "(a*)*",
    "(a|a)*",
    ".*.*",
  ],
);
export const PATTERN_NESTS: Nests = nests(
  ...([
    ["(", ")"],
    ["(?:", ")*"],
    ["(", "){2}"],
    ["(?i:", ")"],
    ["[", "]"],
    ["(", "|a)"],
    ["(?:", "){0,9}"],
    [".*", ""],
  ] as const),
);

/** Bytes of headers, and ids of annotations. */
export const WIRE_WORDS: Words = [
  ...texts("PYRO", "PYRX", "CORR", "STRM", "BLBI", "HMAC", "XXXX", "\u00e9\u00e9"),
  ...hexes(
    "0030 01f6 01f7 4dc5 34e9 0000 ffff 7fffffff 80000000 ffffffff 00000001 5059524f0030 5059524f01f6 00010000 789c",
  ),
];
