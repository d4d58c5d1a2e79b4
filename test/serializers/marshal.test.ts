import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { SerializeError } from "../../src/base/errors.ts";
import { dumpText, loadText } from "../../src/serializers/marshal/marshal.ts";
import { loadVectors, type TaggedOf } from "../support/tagged.ts";

const TEXTS = [
  "",
  "warehouse",
  "connection rejected, reason: no",
  "é",
  "日本😀",
  "\0\n",
  "a".repeat(255),
  "a".repeat(256),
  "é".repeat(300),
];

describe("text is read as CPython 3.11 writes it", () => {
  test.each([
    ["version 0", "750900000077617265686f757365", "warehouse"],
    ["version 4, short and ASCII", "da0977617265686f757365", "warehouse"],
    ["without the mark of a reference", "7a0977617265686f757365", "warehouse"],
    ["version 4, UTF-8", "f50a000000e697a5e69cacf09f9880", "日本😀"],
    ["empty", "da00", ""],
    ["version 4, 256 letters", `c100010000${"61".repeat(256)}`, "a".repeat(256)],
    ["what follows it is no matter", "da0161ffff", "a"],
  ])("%s", (_title, hex, text) => {
    expect(loadText(Buffer.from(hex, "hex"))).toBe(text);
  });

  const { cases } = loadVectors("marshal");
  const texts = cases.filter((one) => one.hex !== undefined && one.loads?.t === "str");
  test.each(texts.map((one) => [one.name, one] as const))("the vector %s", (_name, one) => {
    const { v, codepoints } = one.loads as TaggedOf<"str">;
    const text = codepoints === undefined ? v : String.fromCodePoint(...codepoints);
    expect(loadText(Buffer.from(one.hex ?? "", "hex"))).toBe(text);
  });

  test("vectors of other values are no text", () => {
    const others = cases.filter((one) => one.hex !== undefined && one.loads !== undefined && one.loads.t !== "str");
    expect(texts.length).toBeGreaterThan(5);
    // A UUID is written as its text, and read as such.
    const readable = others.filter((one) => !["uuid", "decimal"].includes(one.loads?.t ?? ""));
    expect(readable.length).toBeGreaterThan(40);
    for (const one of readable) {
      expect(() => loadText(Buffer.from(one.hex ?? "", "hex")), one.name).toThrow(SerializeError);
    }
  });
});

describe("text is written so that every Python reads it", () => {
  test.each(TEXTS)("%j comes back", (text) => {
    expect(loadText(dumpText(text))).toBe(text);
  });

  test("short ASCII in Python 3's own form, the rest as UTF-8", () => {
    expect(dumpText("no").toString("hex")).toBe("7a026e6f");
    expect(dumpText("é").toString("hex")).toBe("7502000000c3a9");
    expect(dumpText("a".repeat(256)).toString("latin1")).toBe(`u\0\x01\0\0${"a".repeat(256)}`);
  });
});

test.each([
  ["nothing at all", ""],
  ["a type without its length", "da"],
  ["a length cut short", "f50300"],
  ["less text than its length", "da0361"],
  ["a length beyond everything", "f5ffffffff61"],
  ["None", "4e"],
  ["an int", "e901000000"],
  ["a tuple", "a900"],
  ["code", "e3000000"],
])("refuses %s", (_title, hex) => {
  expect(() => loadText(Buffer.from(hex, "hex"))).toThrow(SerializeError);
});
