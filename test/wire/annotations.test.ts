import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import type { Dialect } from "../../src/wire/dialect.ts";
import { dialectOf } from "../../src/wire/dialects.ts";
import { pyro4 } from "../../src/wire/pyro4.ts";
import { pyro5 } from "../../src/wire/pyro5.ts";
import { bytewise, feed, header, message, refusal } from "./feed.ts";

const BOTH = [4, 5] as const;

/** A message whose annotations area is exactly `area`. */
function withArea(dialect: Dialect, area: Buffer): Buffer {
  return Buffer.concat([header(dialect, 0, area.length), area]);
}

test.for([
  ["Pyro4, one byte too long", pyro4, "58595a57 0005 61626364"],
  ["Pyro4, 64 kB too long", pyro4, "58595a57 ffff 61626364"],
  ["Pyro4, second chunk without a whole head", pyro4, "58595a57 0001 61 58595a57 00"],
  ["Pyro4, shorter than one head", pyro4, "58595a57 00"],
  ["Pyro5, one byte too long", pyro5, "58595a57 00000005 61626364"],
  ["Pyro5, 4 GB too long", pyro5, "58595a57 ffffffff 61626364"],
  ["Pyro5, second chunk without a whole head", pyro5, "58595a57 00000001 61 58595a57 000000"],
  ["Pyro5, shorter than one head", pyro5, "58595a57 000000"],
] as const)("a chunk that overruns the area is refused with PYRO_ANNOTATION_OVERRUN: %s", ([, dialect, area]) => {
  const bytes = withArea(dialect, Buffer.from(area.replaceAll(" ", ""), "hex"));
  for (const chunks of [[bytes], bytewise(bytes)]) {
    expect(refusal(() => feed(chunks)).code).toBe("PYRO_ANNOTATION_OVERRUN");
  }
});

test("an id that is not ASCII is refused with PYRO_ANNOTATION_ID", () => {
  const bytes = withArea(pyro5, Buffer.from("58595a8000000000", "hex"));
  expect(refusal(() => feed([bytes])).code).toBe("PYRO_ANNOTATION_ID");
});

test("of two chunks with one id the later wins", () => {
  const bytes = withArea(pyro4, Buffer.from("58595a57000161" + "58595a57000162", "hex"));
  const [read] = feed([bytes]).messages;
  expect([...(read?.annotations ?? [])].map(([id, data]) => [id, Buffer.from(data).toString()])).toEqual([
    ["XYZW", "b"],
  ]);
});

test("values are copies, so they hold when the chunk is written again", () => {
  for (const version of BOTH) {
    const bytes = message(dialectOf(version), Buffer.from("x"), {
      annotations: new Map([["XYZW", Buffer.from("keep")]]),
      correlationId: Buffer.alloc(16, 9),
    });
    const [read] = feed([bytes]).messages;
    bytes.fill(0);
    expect(Buffer.from(read?.annotations.get("XYZW") ?? []).toString()).toBe("keep");
    expect(read?.correlationId).toEqual(Buffer.alloc(16, 9));
  }
});

test("a Pyro4 CORR annotation that is no uuid is an annotation and no correlation id", () => {
  const bytes = message(pyro4, Buffer.from("x"), { annotations: new Map([["CORR", Buffer.from("short")]]) });
  const [read] = feed([bytes]).messages;
  expect([read?.correlationId, read?.annotations.size]).toEqual([undefined, 1]);
});

test("correlation bytes of a Pyro5 header without their flag count for nothing", () => {
  const bytes = message(pyro5, Buffer.from("x"));
  bytes.fill(7, 20, 36);
  expect(feed([bytes]).messages[0]?.correlationId).toBeUndefined();
});
