/** The writer fills the sink's buffer without asking before each byte: what it writes may not depend on where it ends. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { SerpentSerializer } from "../../src/serializers/serpent/serpent.ts";

const serpent = new SerpentSerializer({ classes: new PyroClassMapper(5, { unknown: "keep" }) });

function written(value: unknown, before: number): string {
  const sink = new ByteSink();
  sink.skip(before);
  serpent.dump(value, sink);
  return sink.since(before).toString("utf8");
}

let nested: unknown = 1234567890;
for (let depth = 0; depth < 150; depth++) nested = depth % 2 === 0 ? [nested] : { k: nested };

test.for<[string, unknown]>([
  ["brackets in brackets", nested],
  ["empty containers", [[], {}, [[]], [{}], { a: [], b: {} }]],
  ["numbers of every length", [0, 7, 2147483647, 2147483648, -1, -0, 0.5, 999999.125, 1.37099999999998, 1e300, 5e-324]],
  ["short and long text", ["", "x", "it's", "\n", "é".repeat(95), "x".repeat(95), "x".repeat(300), "'".repeat(100)]],
  ["everything else", [null, true, undefined, 10n ** 40n, new Uint8Array(50), new Set([1, "a"]), new Map([[1, 2]])]],
])("wherever the buffer ends: %s", ([, value]) => {
  const expected = written(value, 0);
  const { length } = new ByteSink().buffer;
  for (let left = 0; left < Math.min(expected.length + 80, 700); left++) {
    if (written(value, length - left) !== expected) expect.fail(`it differs with ${left} bytes left`);
  }
});

test("fractions are written as JavaScript's own shortest text", () => {
  const number = fc.oneof(
    fc.integer({ min: 1, max: 999_999_999 }).map((thousandths) => thousandths / 1_000),
    fc.double({ min: 1e-4, max: 1e6, noNaN: true }),
  );
  fc.assert(
    fc.property(number, (one) => {
      const text = written(one, 0).split("\n")[1];
      if (text !== String(one)) throw new Error(`${one} is written as ${text}`);
    }),
    { numRuns: 20_000 },
  );
});
