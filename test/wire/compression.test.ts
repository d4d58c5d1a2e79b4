import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ProtocolError } from "../../src/base/errors.ts";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { inflatedPayload } from "../../src/wire/compression.ts";
import type { Dialect } from "../../src/wire/dialect.ts";
import { writeMessage } from "../../src/wire/encoder.ts";
import { pyro4 } from "../../src/wire/pyro4.ts";
import { pyro5 } from "../../src/wire/pyro5.ts";
import { memoryOf } from "../support/memory.ts";
import { feed, type Kept, message, RESULT, refusal } from "./feed.ts";

function compressed(dialect: Dialect, payload: Buffer): Kept {
  const [read] = feed([message(dialect, payload, { flags: dialect.flag.compressed })]).messages;
  if (read === undefined) throw new Error("nothing was read");
  return read;
}

test("a bomb is stopped at the limit with PYRO_INFLATED_TOO_LARGE", () => {
  const bomb = deflateSync(Buffer.alloc(100 << 20), { level: 9 });
  const limit = 1 << 20;
  const received = compressed(pyro5, bomb);
  let error: ProtocolError | undefined;
  const act = (): void => {
    error = refusal(() => inflatedPayload(received, pyro5, limit));
  };
  expect(memoryOf(act, { kept: false })).toBeLessThan(8 * limit);
  expect([error?.code, error?.message]).toEqual([
    "PYRO_INFLATED_TOO_LARGE",
    `compressed payload of ${bomb.length} bytes inflates beyond the limit of ${limit}`,
  ]);
});

test("the limit counts to the byte", () => {
  const payload = Buffer.alloc(1_000, 1);
  const read = compressed(pyro4, deflateSync(payload));
  expect(inflatedPayload(read, pyro4, 1_000)).toEqual(payload);
  expect(refusal(() => inflatedPayload(read, pyro4, 999)).code).toBe("PYRO_INFLATED_TOO_LARGE");
});

test.for([
  ["nothing at all", Buffer.alloc(0)],
  ["no zlib stream", Buffer.from("not compressed")],
  ["a stream cut in the middle", deflateSync(Buffer.alloc(1_000, 1)).subarray(0, 10)],
  [
    "a stream with a wrong checksum",
    Buffer.concat([deflateSync(Buffer.from("abc")).subarray(0, -1), Buffer.from([0])]),
  ],
] as const)("%s is refused with PYRO_BAD_COMPRESSION", ([, payload]) => {
  expect(refusal(() => inflatedPayload(compressed(pyro5, payload), pyro5, 1_000)).code).toBe("PYRO_BAD_COMPRESSION");
});

test("a payload without the flag is handed on as it is", () => {
  const [read] = feed([message(pyro5, Buffer.from("plain"))]).messages;
  expect(read && inflatedPayload(read, pyro5, 0)).toBe(read?.payload);
});

/** A message sent with compression on, as it is read again: its flags and its payload as it travelled. */
function sent(dialect: Dialect, payload: Buffer, limits = DEFAULT_LIMITS): Kept {
  const out = new ByteSink();
  out.latin1("what was there before");
  const start = out.length;
  const outgoing = { ...RESULT, flags: dialect.flag.batch, writePayload: (sink: ByteSink) => sink.bytes(payload) };
  writeMessage(out, dialect, limits, outgoing, { compression: true, hmacKey: undefined });
  const [read] = feed([Buffer.from(out.since(start))]).messages;
  if (read === undefined) throw new Error("nothing was read");
  return read;
}

test.for([
  [pyro4, 200],
  [pyro5, 101],
] as const)("with compression on, payloads from a size on are compressed: %#", ([dialect, least]) => {
  const { batch, compressed: flag } = dialect.flag;
  const small = sent(dialect, Buffer.alloc(least - 1, 1));
  expect([small.flags, small.payload.length]).toEqual([batch, least - 1]);
  const large = sent(dialect, Buffer.alloc(least, 1));
  expect(large.flags).toBe(batch | flag);
  expect(large.payload.length).toBeLessThan(least);
  expect(inflatedPayload(large, dialect, least)).toEqual(Buffer.alloc(least, 1));
});

test("what gets no smaller is sent as it is", () => {
  const noise = Buffer.from(Array.from({ length: 256 }, (_, index) => (index * 167) & 0xff));
  for (const dialect of [pyro4, pyro5]) {
    const read = sent(dialect, noise);
    expect([read.flags, read.payload]).toEqual([dialect.flag.batch, noise]);
  }
});

test("the size limit counts what is sent, as in Pyro", () => {
  const limits = { ...DEFAULT_LIMITS, maxMessageBytes: 1_000 };
  expect(sent(pyro5, Buffer.alloc(100_000), limits).payload.length).toBeLessThan(1_000);
});
