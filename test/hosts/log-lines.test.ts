import { expect, test } from "vitest";
import { LineCutter } from "../../scripts/hosts/log-lines.ts";

const frame = (stream: number, text: string): Buffer => {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
};

const SENT = Buffer.concat([
  frame(1, "2026-01-01T00:00:00.1Z one\n2026-01-01T00:00:00.2Z tw"),
  frame(2, "2026-01-01T00:00:00.3Z error \u00e9\r\n"),
  frame(1, "o\n"),
  frame(1, "2026-01-01T00:00:00.4Z \n2026-01-01T00:00:00.5Z no end"),
]);
const LINES = [
  { at: "2026-01-01T00:00:00.1Z", text: "one" },
  { at: "2026-01-01T00:00:00.3Z", text: "error \u00e9" },
  { at: "2026-01-01T00:00:00.2Z", text: "two" },
  { at: "2026-01-01T00:00:00.4Z", text: "" },
  { at: "2026-01-01T00:00:00.5Z", text: "no end" },
];

test.for([1, 3, 7, 8, 1_000])("lines of two streams, in pieces of %i bytes", (size) => {
  const cutter = new LineCutter(false);
  const lines = [];
  for (let at = 0; at < SENT.length; at += size) lines.push(...cutter.feed(SENT.subarray(at, at + size)));
  expect([...lines, ...cutter.end()]).toEqual(LINES);
});

test("a terminal's output comes as it is", () => {
  const cutter = new LineCutter(true);
  expect([...cutter.feed(Buffer.from("T1 a\r\nT2 b")), ...cutter.end()]).toEqual([
    { at: "T1", text: "a" },
    { at: "T2", text: "b" },
  ]);
});
