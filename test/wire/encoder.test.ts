import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { MessageTooLargeError } from "../../src/base/errors.ts";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { dialectOf } from "../../src/wire/dialects.ts";
import { writeMessage } from "../../src/wire/encoder.ts";
import { pyro4 } from "../../src/wire/pyro4.ts";
import { pyro5 } from "../../src/wire/pyro5.ts";
import { encoded, feed, message, RESULT, refusal } from "./feed.ts";

const BOTH = [4, 5] as const;

test("a message over the limit is refused in the version's words, and leaves nothing behind", () => {
  for (const version of BOTH) {
    const dialect = dialectOf(version);
    const ten = (sink: ByteSink): void => sink.bytes(Buffer.alloc(10));
    const out = new ByteSink();
    out.bytes(Buffer.from("before"));
    const error = refusal(() =>
      writeMessage(out, dialect, { ...DEFAULT_LIMITS, maxMessageBytes: 9 }, { ...RESULT, writePayload: ten }),
    );
    expect(error).toBeInstanceOf(MessageTooLargeError);
    expect(error.message).toBe(dialect.refusalTexts.tooLarge(10, 9));
    expect(out.take().toString()).toBe("before");
  }
});

test("a payload that cannot be written leaves nothing behind, and the error goes on", () => {
  const out = new ByteSink();
  const fail = (sink: ByteSink): void => {
    sink.utf8("half of it");
    throw new Error("cannot be written");
  };
  expect(() => writeMessage(out, pyro5, DEFAULT_LIMITS, { ...RESULT, writePayload: fail })).toThrow(
    "cannot be written",
  );
  expect(out.length).toBe(0);
});

test.for(["", "ABC", "ABCDE", "ABC\u00e9", "AB\u{1f600}"])(
  "annotation id %j is refused with PYRO_ANNOTATION_ID",
  (id) => {
    for (const version of BOTH) {
      const annotations = new Map([[id, Buffer.from("x")]]);
      expect(refusal(() => message(dialectOf(version), Buffer.alloc(0), { annotations })).code).toBe(
        "PYRO_ANNOTATION_ID",
      );
    }
  },
);

test("Pyro4 carries 65535 bytes of annotations and not one more; Pyro5 does", () => {
  const annotations = (bytes: number): Map<string, Buffer> => new Map([["XYZW", Buffer.alloc(bytes - 6)]]);
  expect(feed([message(pyro4, Buffer.alloc(1), { annotations: annotations(0xffff) })]).messages).toHaveLength(1);
  const error = refusal(() => message(pyro4, Buffer.alloc(1), { annotations: annotations(0x10000) }));
  expect([error.code, error.message]).toEqual([
    "PYRO_ANNOTATIONS_TOO_LARGE",
    "annotations of 65536 bytes exceed Pyro4's limit of 65535",
  ]);
  expect(feed([message(pyro5, Buffer.alloc(1), { annotations: annotations(0x10000) })]).messages).toHaveLength(1);
});

test.for([0, 15, 17, 1_000])("a correlation id of %d bytes is refused: it would spill or leak", (length) => {
  for (const version of BOTH) {
    const correlationId = Buffer.alloc(length);
    expect(refusal(() => message(dialectOf(version), Buffer.alloc(1), { correlationId })).code).toBe(
      "PYRO_CORRELATION_ID",
    );
  }
});

test("the correlation id travels as CORR in Pyro4, in the header in Pyro5; it is set where CORR already stands", () => {
  const id = Buffer.from("12345678123456781234567812345678", "hex");
  for (const version of BOTH) {
    const [read] = feed([message(dialectOf(version), Buffer.from("x"), { correlationId: id })]).messages;
    expect(read?.correlationId).toEqual(id);
    expect([...(read?.annotations.keys() ?? [])]).toEqual(version === 4 ? ["CORR"] : []);
    expect((read?.flags ?? 0) & dialectOf(version).flag.correlation).toBe(dialectOf(version).flag.correlation);
  }
  const annotations = new Map([
    ["CORR", Buffer.alloc(16)],
    ["XYZW", Buffer.from("x")],
  ]);
  const [read] = feed([message(pyro4, Buffer.from("x"), { correlationId: id, annotations })]).messages;
  expect([...(read?.annotations ?? [])]).toEqual([
    ["CORR", id],
    ["XYZW", Buffer.from("x")],
  ]);
});

test("messages written one behind the other arrive one behind the other", () => {
  const out = new ByteSink();
  for (let sequence = 0; sequence < 100; sequence++) {
    const writePayload = (sink: ByteSink): void => sink.utf8("x".repeat(sequence * 10));
    writeMessage(out, pyro5, DEFAULT_LIMITS, { ...RESULT, sequence, writePayload });
  }
  const { messages } = feed([out.take()]);
  expect(messages.map(({ sequence, payload }) => [sequence, payload.length])).toEqual(
    Array.from({ length: 100 }, (_, index) => [index, index * 10]),
  );
  expect(messages.map((one) => encoded(one, pyro5).length)).toEqual(
    Array.from({ length: 100 }, (_, index) => 40 + index * 10),
  );
});
