/** Texts to begin with, where there are no vectors of them. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import type { Seed } from "./format.ts";

export function textSeeds(texts: readonly string[]): Seed[] {
  return texts.map((text) => ({ bytes: Buffer.from(text) }));
}

/** Every URI of the vectors. */
export function uriSeeds(): Seed[] {
  const file = new URL("../vectors/uri.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: readonly { uri: unknown }[] };
  return textSeeds(cases.map(({ uri }) => uri).filter((uri) => typeof uri === "string"));
}

export const SIGNATURE_SEEDS: readonly string[] = [
  ...["take", "ping()", "take(name, item)", "lookup(name, return_metadata=False)", "log(level, *words)", "_private(a)"],
  ...["light(colour, *, brightness=5, **options)", "f(a, b=2, *rest, c, d=4, **others)", "f(*, a)", "f(**options)"],
  ...[
    "register(name, uri, safe=False, metadata=None)",
    "f(a=1, b)",
    "f(*a, *b)",
    "f(a b)",
    "f(a",
    "caf\u00e9(\u00e9t\u00e9)",
  ],
  ...[
    "list(prefix=None, regex=None, metadata_all=None, metadata_any=None, return_metadata=False)",
    "__len__()",
    "f(a,)",
  ],
];

export const PATTERN_SEEDS: readonly string[] = [
  ...["app", "app$", "^app", ".*app", "test\\.(echo|sum)", "(?P<room>\\w+)\\.(?P<name>\\w+)$", "(?i)app", "(?s).*$"],
  ...["(?m)^test.echo$", "(?#names of tests)test", "obj_[0-9a-f]{4}", "[^.]*$", "[]a[]", "[a-]-?b", "x\\{2}", "x{,2}"],
  ...["b{2,}", "(a)?(?:p{2})?$", "\\x61\\u0070\\160", "a+?p*?$", "(?-i:app)", "()", "test\\b", "app\\B", "[a&&p]+$"],
  ...[
    "(",
    "a)",
    "[a",
    "*a",
    "a**",
    "a{2}{3}",
    "a{3,2}",
    "(?P<1>a)",
    "(?<n>a)",
    "a(?i)",
    "(?L)a",
    "(?i-i:a)",
    "\\1",
    "(?=a)",
  ],
  ...[
    "(a+)+$",
    "(a|aa)+$",
    "(.*)*x",
    "((a{1,10}){1,10}){1,10}",
    "[\\w-]+@[\\w.]+",
    "\\d{3}-\\d{4}",
    "Pyro\\.[A-Z]\\w+",
  ],
];
