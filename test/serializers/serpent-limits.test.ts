import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SerializeError } from "../../src/base/errors.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import type { ClassMapper } from "../../src/serializers/class-mapper.ts";
import { type SerpentOptions, SerpentSerializer } from "../../src/serializers/serpent/serpent.ts";
import { PyFloat, tuple } from "../../src/values/python-values.ts";
import { cpuMs } from "../support/cpu-time.ts";
import { loadVectors } from "../support/tagged.ts";

const classes: ClassMapper = { version: 5, toWire: () => undefined, revive: (value) => value };
const serpent = new SerpentSerializer({ classes });

function written(value: unknown, options: Partial<SerpentOptions> = {}): Buffer {
  const out = new ByteSink();
  new SerpentSerializer({ classes, ...options }).dump(value, out);
  return Buffer.from(out.since(0));
}

const back = (value: unknown, options: Partial<SerpentOptions> = {}): unknown =>
  new SerpentSerializer({ classes, ...options }).load(written(value));

describe("broken payloads", () => {
  const complete = loadVectors("serpent").cases.filter(
    ({ loads, text = "" }) => loads !== undefined && /[\])}'"]$/.test(text) && text.length < 400,
  );

  test.each(complete.map((one) => [one.name, Buffer.from(one.b64 ?? "", "base64")] as const))(
    "%s, cut anywhere, is refused",
    (_name, bytes) => {
      const start = bytes.indexOf("\n") + 1;
      for (let length = start; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        // A cut may leave a shorter literal that is whole: a bare tuple, strings side by side.
        let read: unknown = SerializeError;
        try {
          read = serpent.load(cut);
        } catch (error) {
          expect(error).toBeInstanceOf(SerializeError);
          continue;
        }
        expect(/^(b?['"(\-\d]|\{\}|\[\])/.test(cut.toString("utf8", start)), `${cut} was read as ${String(read)}`).toBe(
          true,
        );
      }
    },
  );

  test("any bytes give a value or a SerializeError", () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      "\\",
      "(",
      ")",
      "[",
      "]",
      "{",
      "}",
      ",",
      ":",
      "1",
      "0x",
      ".",
      "e",
      "-",
      "j",
      "b",
      "#",
      "\n",
      "set",
      "None",
      "é",
      "\0",
    );
    const refusedOrRead = (bytes: Uint8Array): void => {
      try {
        serpent.load(bytes);
      } catch (error) {
        if (!(error instanceof SerializeError)) throw error; // an `expect` takes longer than all the rest
      }
    };
    const pieces = fc.array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 3 })));
    fc.assert(
      fc.property(pieces, (all) => refusedOrRead(Buffer.from(all.join("")))),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), refusedOrRead), { numRuns: 500 });
    expect(() => serpent.load(Uint8Array.from([0x27, 0xff, 0x27]))).toThrow("serpent: bytes that are not UTF-8");
  });

  test("errors say what is wrong, and where", () => {
    expect(() => serpent.load(Buffer.from("[1,foo]"))).toThrow("serpent: the name foo, which is no literal, at byte 3");
    expect(() => serpent.load(Buffer.from("[1"))).toThrow(
      "serpent: the text ends where ',' or ']' should be at byte 2",
    );
    expect(() => serpent.load(Buffer.from("{'a' 1}"))).toThrow("serpent: \"1\" where ',' or '}' should be at byte 5");
    expect(() => serpent.load(Buffer.from("'é\n'"))).toThrow("serpent: a line end inside a string at byte 3");
    expect(() => serpent.load(Buffer.from("1_"))).toThrow("serpent: the number 1_, which is none at byte 0");
  });
});

describe("hostile payloads cost no more time than their size", () => {
  const size = 400_000;
  test.each<[string, string]>([
    ["opened lists", "[".repeat(size)],
    ["opened dicts", "{0:".repeat(size)],
    ["opened dicts of bytes", "{'data':'".repeat(size)],
    ["strings that do not end", "'a\\'".repeat(size)],
    ["triple quotes that do not end", `'''${"''".repeat(size)}`],
    ["long strings with an escape each", `[${`'${"x".repeat(80)}\\n',`.repeat(size / 80)}`],
    ["digits", "1".repeat(size)],
    ["digits with underscores", "1_".repeat(size)],
    ["a float of many digits, and a letter", `1.${"0".repeat(size)}x`],
    ["comments", "#\n".repeat(size)],
    ["signs", "-".repeat(size)],
    ["signs and brackets", "-(".repeat(size)],
    ["equal keys", `{${"1:1,".repeat(size)}`],
    ["index-like keys and one that is not", `{${"'1':1,".repeat(size)}1:1`],
    ["adjacent strings", `${"'a' ".repeat(size)}(`],
    ["a name", "a".repeat(size)],
    ["prefixes", "b".repeat(size)],
  ])("%s", (_name, text) => {
    const bytes = Buffer.from(text);
    const started = cpuMs();
    expect(() => serpent.load(bytes)).toThrow(SerializeError);
    expect(cpuMs() - started).toBeLessThan(2_000);
  });

  test("a maxDepth beyond the stack ends in a SerializeError too", () => {
    const deep = new SerpentSerializer({ classes, limits: { maxDepth: 10_000_000 } });
    expect(() => deep.load(Buffer.from("[".repeat(1_000_000)))).toThrow(SerializeError);
  });
});

describe("depth", () => {
  const lists = (levels: number, inner: unknown): unknown => (levels === 0 ? inner : [lists(levels - 1, inner)]);

  test("every bracket of the text counts, as it does in Python's reader", () => {
    for (const inner of [tuple(), new Set(), new Uint8Array(1), Number.NaN, {}, new Map(), []]) {
      expect(serpent.load(written(lists(199, inner)))).toBeDefined();
      expect(() => written(lists(200, inner))).toThrow("it nests deeper than 200 levels");
    }
    expect(serpent.load(written(lists(200, "x")))).toBeDefined();
  });

  test("a call's own two tuples count", () => {
    const call = (levels: number): Buffer => {
      const out = new ByteSink();
      serpent.dumpCall({ object: "o", method: "m", args: [lists(levels, 1)], kwargs: {} }, out);
      return Buffer.from(out.since(0));
    };
    expect(serpent.loadCall(call(198)).args).toEqual([lists(198, 1)]);
    expect(() => call(199)).toThrow("it nests deeper than 200 levels");
  });

  test("a limit of one's own holds for both directions", () => {
    const limits = { maxDepth: 3 };
    expect(back(lists(3, 1), { limits })).toEqual(lists(3, 1));
    expect(() => written(lists(4, 1), { limits })).toThrow("it nests deeper than 3 levels");
    expect(() => new SerpentSerializer({ classes, limits }).load(Buffer.from("[[[[]]]]"))).toThrow(
      "more than 3 levels",
    );
  });
});

describe("large values", () => {
  // Around the sizes at which reader and writer change their ways: short and long text, parts, windows, chunks.
  const sizes = [63, 64, 65, 95, 96, 97, 2_047, 2_049, 4_095, 4_096, 4_097, 65_535, 65_537, 131_072];

  test.each(["x", "é", "日", "😀", "x😀", "\n", "'", "\u200b", "\ud800x"])("text of %j, of every size", (unit) => {
    for (const size of sizes) {
      const text = unit.repeat(Math.ceil(size / unit.length));
      const shifted = `a${text}`;
      expect(back([text, shifted, { [shifted]: text }]) as unknown[]).toEqual([text, shifted, { [shifted]: text }]);
    }
  });

  test("many strings, far over one window of text, ASCII and not", () => {
    const rows = Array.from({ length: 5_000 }, (_, at) => ({
      id: at,
      name: `item ${at}`,
      naïve: `наименование ${at}`,
      日本: "日😀".repeat(at % 40),
    }));
    expect(back(rows)).toEqual(rows);
    expect(back(rows, { lossless: true })).toEqual(rows.map((row) => new Map(Object.entries(row))));
  });

  test("keys that hash alike are kept apart", () => {
    // "Aa" and "BB" have one hash in the usual polynomial of 31.
    const keys = ["AaAa", "BBBB", "AaBB", "BBAa"];
    const rows = Array.from({ length: 8 }, (_, at) => ({
      [keys[at % 4] as string]: at,
      [`é${keys[at % 4]}`]: at,
    }));
    expect(back(rows)).toEqual(rows);
  });

  test.each([0, 1, 2, 3, 196_607, 196_608, 196_609, 262_143, 262_144, 1_000_003])("%i bytes", (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31) ^ (at >> 7));
    const text = written(bytes);
    const read = serpent.load(text) as Uint8Array;
    expect(Buffer.compare(read, bytes)).toBe(0);
    expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype);
    if (size < 3) return;
    // Whatever stands for a character in the middle that is no base64 is found, however much there is.
    const middle = text.length >> 1;
    for (const wrong of [" ", "-", "_", "=", "*", "\n"]) {
      const broken = Buffer.from(text);
      broken.write(wrong, middle);
      expect(() => serpent.load(broken), wrong).toThrow(SerializeError);
    }
  });

  test("what was read holds no view of the payload", () => {
    const payload = written({ text: "kept", bytes: new Uint8Array([1, 2, 3]) });
    const read = serpent.load(payload) as { text: string; bytes: Uint8Array };
    payload.fill(0);
    expect(read).toEqual({ text: "kept", bytes: new Uint8Array([1, 2, 3]) });
  });

  test("numbers of all sizes come back bit for bit", () => {
    fc.assert(
      fc.property(fc.double(), fc.maxSafeInteger(), fc.bigInt(-(2n ** 80n), 2n ** 80n), (float, int, big) => {
        const wide = BigInt.asIntN(53, big) === big ? Number(big) : big;
        expect(back([new PyFloat(float), int, wide], { lossless: true })).toEqual([new PyFloat(float), int, wide]);
      }),
      { numRuns: 2_000 },
    );
  });
});
