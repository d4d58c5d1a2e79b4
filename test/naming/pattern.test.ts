import { describe, expect, test } from "vitest";
import { NamingError } from "../../src/base/errors.ts";
import { compilePattern } from "../../src/naming/pattern.ts";
import { cpuMs } from "../support/cpu-time.ts";

const NAMES = [
  ["", "app", "app2", "my.app", "APP", "test.echo", "test.echo\n", "obj_00ff", "a-b_c", "x{2}", "bb"],
  ["Pyro.NameServer", "[a]", "\u00e9"],
].flat();

/** Patterns, and which of NAMES `re.match` of CPython 3.11 finds with them, by their places. */
const MATCHES: [pattern: string, found: string][] = [
  ["app", "1 2"],
  ["app$", "1"],
  ["app\\Z", "1"],
  ["\\Aapp", "1 2"],
  ["^app", "1 2"],
  ["pp", ""],
  [".*app", "1 2 3"],
  [".", "1 2 3 4 5 6 7 8 9 10 11 12 13"],
  ["..$", "10"],
  ["test\\.(echo|sum)", "5 6"],
  ["test\\..*$", "5 6"],
  ["(?P<room>\\w+)\\.(?P<name>\\w+)$", "3 5 6 11"],
  ["(?i)app", "1 2 4"],
  ["(?i:a)pp", "1 2"],
  ["(?s).*$", "0 1 2 3 4 5 6 7 8 9 10 11 12 13"],
  ["(?m)^test.echo$", "5 6"],
  ["(?a)a", "1 2 8"],
  ["(?#names of tests)test", "5 6"],
  ["obj_[0-9a-f]{4}", "7"],
  ["[^.]*$", "0 1 2 4 7 8 9 10 12 13"],
  ["[]a[]", "1 2 8 12"],
  ["[a-]-?b", "8"],
  ["x\\{2}", "9"],
  ["x{2}", ""],
  ["x{}", ""],
  ["x{,2}", "0 1 2 3 4 5 6 7 8 9 10 11 12 13"],
  ["b{,1}$", "0"],
  ["b{,2}$", "0 10"],
  ["b{2,}", "10"],
  ["a|b", "1 2 8 10"],
  ["(a)?(?:p{2})?$", "0 1"],
  ["\\x61\\u0070\\160", "1 2"],
  ["a\\-b\\_c", "8"],
  ["a+?p*?$", "1"],
  ["[[:a:]]", ""],
  ["[\\x5b]", "12"],
  ["(?-i:app)", "1 2"],
  ["$", "0"],
  ["()", "0 1 2 3 4 5 6 7 8 9 10 11 12 13"],
  ["Pyro[.]", "11"],
  ["test\\b", "5 6"],
  ["app\\B", "2"],
  ["[a&&p]+$", "1"],
  ["\u00e9", "13"],
];

test.each(MATCHES)("%s finds what Python's re.match finds", (pattern, found) => {
  const matches = compilePattern(pattern);
  expect(NAMES.flatMap((name, at) => (matches(name) ? [at] : [])).join(" ")).toBe(found);
});

describe("refuses with Python's reason what Python refuses", () => {
  test.each([
    ["(", "missing ), unterminated subpattern"],
    ["a)", "unbalanced parenthesis"],
    ["[a", "unterminated character set"],
    ["*a", "nothing to repeat"],
    ["a**", "multiple repeat"],
    ["a{2}{3}", "multiple repeat"],
    ["^*", "nothing to repeat"],
    ["a{3,2}", "min repeat greater than max repeat"],
    ["(?P<n>a)(?P<n>b)", "redefinition of group name 'n'"],
    ["(?P<1>a)", "bad character in group name"],
    ["(?<n>a)", "unknown extension ?<n"],
    ["(?P>n)", "unknown extension ?P>"],
    ["a(?i)", "global flags not at the start of the expression"],
    ["(?L)a", "bad inline flags: cannot use 'L' flag with a str pattern"],
    ["(?a)(?u)", "ASCII and UNICODE flags are incompatible"],
    ["(?i-i:a)", "bad inline flags: flag turned on and off"],
    ["(?-i)a", "missing :"],
    ["\\q", "bad escape \\q"],
    ["\\pL", "bad escape \\p"],
    ["\\z", "bad escape \\z"],
    ["\\Qa\\E", "bad escape \\Q"],
    ["\\x6", "incomplete escape \\x6"],
    ["\\u12", "incomplete escape \\u12"],
    ["\\U00110000", "bad escape \\U00110000"],
    ["[\\8]", "bad escape \\8"],
    ["\\400", "octal escape value \\400 outside of range 0-0o377"],
    ["[\\d-z]", "bad character range \\d-z"],
    ["\\", "bad escape (end of pattern)"],
    ["(?#x", "missing ), unterminated comment"],
  ])("%s", (pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(`invalid regex: ${reason}`);
    expect(() => compilePattern(pattern)).toThrow(NamingError);
  });

  test.each(["[b-a]", "(?z)", "(?"])("%s, in other words", (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/^invalid regex: ./);
  });
});

describe("refuses what has no linear time, and says so", () => {
  test.each(["a(?=b)", "a(?!b)", "(?<=a)b", "(?<!a)b", "(a)\\1", "(?P<n>a)(?P=n)", "(a)?(?(1)b)", "(?>a)"])(
    "%s",
    (pattern) => {
      expect(() => compilePattern(pattern)).toThrow(
        /^invalid regex: .*not supported: (?:it|they) cannot be matched in linear time$/,
      );
    },
  );

  test.each(["a++", "(?x)a b", "\\N{BULLET}"])("and %s, which RE2 lacks", (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(/^invalid regex: .*not supported$/);
  });

  test("but not what only looks like it", () => {
    expect(compilePattern("[(?=]")("(")).toBe(true);
    expect(compilePattern("\\(\\?=")("(?=")).toBe(true);
    expect(compilePattern("\\\\1")("\\1")).toBe(true);
    expect(compilePattern("\\{1000\\}\\{1000\\}")("{1000}{1000}")).toBe(true);
  });
});

describe("a pattern takes no more time than its length and the name's", () => {
  const long = `${"a".repeat(10_000)}!`;

  test.each([
    "(a+)+$",
    "(a|aa)+$",
    "(a|a?)+$",
    "(.*a){20}$",
    "((((a*)*)*)*)*$",
    "(x+x+)+y",
    `${"[a-z]*".repeat(160)}X`,
  ])("%s on 10,000 characters", (pattern) => {
    const start = cpuMs();
    expect(compilePattern(pattern)(long)).toBe(false);
    expect(cpuMs() - start).toBeLessThan(2_000);
  });

  test.each([
    "((a{1,100}){1,100}){1,100}",
    "(a{1000}){3}",
    "((a{50}){50})?",
    "a{99999999999}",
    "a{1001}",
    "x".repeat(1_001),
  ])("%s is too large", (pattern) => {
    const start = cpuMs();
    expect(() => compilePattern(pattern)).toThrow(/^invalid regex: /);
    expect(cpuMs() - start).toBeLessThan(500);
  });

  test("counts that stand beside each other only add up: a UUID's pattern is fine", () => {
    const uuid = compilePattern("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$");
    expect(uuid("01234567-89ab-cdef-0123-456789abcdef")).toBe(true);
    expect(uuid("01234567-89ab-cdef-0123-456789abcde")).toBe(false);
  });
});
