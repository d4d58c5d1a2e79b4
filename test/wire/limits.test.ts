/** A peer that means harm, or speaks something else: exact codes, and no memory but what it really sent. */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MessageTooLargeError, ProtocolError } from "../../src/base/errors.ts";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { inflatedPayload } from "../../src/wire/compression.ts";
import { MessageDecoder } from "../../src/wire/decoder.ts";
import type { Dialect } from "../../src/wire/dialect.ts";
import { dialectOf } from "../../src/wire/dialects.ts";
import { type Message, MessageType } from "../../src/wire/message.ts";
import { pyro4 } from "../../src/wire/pyro4.ts";
import { pyro5 } from "../../src/wire/pyro5.ts";
import { memoryOf } from "../support/memory.ts";
import { bytewise, feed, header, message, refusal } from "./feed.ts";

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as ProtocolError).code;
  }
}

const BOTH = [4, 5] as const;

describe("foreign bytes", () => {
  test.for([
    ["an HTTP request", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["zeros", Buffer.alloc(64)],
    ["the tag in small letters", Buffer.from("pyro\x01\xf6", "latin1")],
  ] as const)("%s is refused with PYRO_BAD_TAG, in the words of the fallback version", ([, bytes]) => {
    for (const [fallback, text] of [
      [pyro4, "invalid data or unsupported protocol version"],
      [pyro5, "invalid data"],
    ] as const) {
      const error = refusal(() => feed([bytes], { fallback }));
      expect([error.code, error.message]).toEqual(["PYRO_BAD_TAG", text]);
    }
  });

  test.for([
    ["a TLS client hello", "16030100f801", "PYRO_TLS_UNEXPECTED", "a TLS client, but this port does not speak TLS"],
    ["a TLS alert", "150301000202", "PYRO_TLS_EXPECTED", "this port speaks TLS"],
  ] as const)("%s is told apart, at the start of a connection", ([, hex, code, words]) => {
    const bytes = Buffer.from(hex, "hex");
    const error = refusal(() => feed([bytes], { fallback: pyro5 }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`invalid data: ${words}`);
    const later = refusal(() => feed([message(pyro5, Buffer.from("a")), bytes], { fallback: pyro5 }));
    expect(later.code).toBe("PYRO_BAD_TAG");
  });

  test("is refused as soon as six bytes are in, and not before", () => {
    const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS });
    for (const byte of bytewise(Buffer.from("HELLO"))) decoder.push(byte, () => expect.unreachable());
    expect(decoder.pendingBytes).toBe(5);
    expect(refusal(() => decoder.push(Buffer.from("!"), () => expect.unreachable())).code).toBe("PYRO_BAD_TAG");
  });

  test("a version that nobody speaks is refused with PYRO_BAD_VERSION from six bytes", () => {
    const bytes = Buffer.from("5059524f01f7", "hex");
    const error = refusal(() => feed(bytewise(bytes), { fallback: pyro5 }));
    expect([error.code, error.message]).toEqual(["PYRO_BAD_VERSION", "invalid protocol version: 503"]);
    expect(refusal(() => feed([bytes], { fallback: pyro4 })).message).toBe(
      "invalid data or unsupported protocol version",
    );
  });

  test("the other version is refused in the middle of a connection", () => {
    const stream = Buffer.concat([message(pyro4, Buffer.from("a")), message(pyro5, Buffer.from("b"))]);
    const seen: string[] = [];
    const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS });
    const error = refusal(() => decoder.push(stream, ({ payload }) => seen.push(Buffer.from(payload).toString())));
    expect(seen).toEqual(["a"]);
    expect([error.code, error.message]).toEqual(["PYRO_BAD_VERSION", "invalid data or unsupported protocol version"]);
  });

  test("what follows a good message is judged as strictly as the first", () => {
    const stream = Buffer.concat([message(pyro5, Buffer.from("a")), Buffer.from("GET / HTTP/1.1")]);
    expect(refusal(() => feed([stream])).code).toBe("PYRO_BAD_TAG");
    expect(refusal(() => feed(bytewise(stream))).code).toBe("PYRO_BAD_TAG");
  });
});

describe("broken headers", () => {
  test("every wrong bit of a Pyro4 header is noticed, but where its checksum of 16 bits does not look", () => {
    const good = message(pyro4, Buffer.from("x"));
    const unnoticed = new Set<number>();
    for (let bit = 0; bit < pyro4.headerBytes * 8; bit++) {
      const bytes = Buffer.from(good);
      const at = bit >> 3;
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit & 7)), at);
      const code = codeOf(() => feed([bytes], { dialect: pyro4 }));
      if (code === undefined || code === "PYRO_MESSAGE_TOO_LARGE" || code === "PYRO_BAD_LENGTH") unnoticed.add(at);
      else expect(code).toBe(at < 4 ? "PYRO_BAD_TAG" : at < 6 ? "PYRO_BAD_VERSION" : "PYRO_BAD_CHECKSUM");
    }
    // The upper half of the payload length, which the limits judge, and the reserved field, which nobody reads.
    expect([...unnoticed]).toEqual([12, 13, 20, 21]);
  });

  test("a wrong magic number of Pyro5 is refused with PYRO_BAD_MAGIC", () => {
    const bytes = message(pyro5, Buffer.from("x"));
    bytes.writeUInt16BE(0x4dc4, 38);
    const error = refusal(() => feed([bytes]));
    expect([error.code, error.message]).toEqual(["PYRO_BAD_MAGIC", "invalid message or protocol version"]);
  });

  test("a type that may not come now is refused from the header with PYRO_BAD_TYPE", () => {
    for (const version of BOTH) {
      const dialect = dialectOf(version);
      const error = refusal(() => feed([header(dialect, 1_000)], { accept: [1, 6] }));
      expect([error.code, error.message]).toEqual(["PYRO_BAD_TYPE", dialect.refusalTexts.badType(5, [1, 6])]);
    }
  });

  test("what may come can change between two messages of one chunk", () => {
    const stream = Buffer.concat([message(pyro5, Buffer.from("a")), message(pyro5, Buffer.from("b"))]);
    const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS, accept: [MessageType.Result] });
    const seen: Message[] = [];
    const error = refusal(() =>
      decoder.push(stream, (one) => {
        seen.push(one);
        decoder.accept = [MessageType.Invoke];
      }),
    );
    expect(seen).toHaveLength(1);
    expect(error.message).toBe("invalid msg type 5 received (expected: 4)");
  });

  test("a header that never ends just waits", () => {
    for (const version of BOTH) {
      const dialect = dialectOf(version);
      const bytes = header(dialect, 10).subarray(0, dialect.headerBytes - 1);
      const { messages, pendingBytes } = feed(bytewise(bytes));
      expect([messages.length, pendingBytes]).toEqual([0, dialect.headerBytes - 1]);
    }
  });
});

test("of a spoilt stream either messages come or a ProtocolError, never anything else", () => {
  const stream = (dialect: Dialect): Buffer =>
    Buffer.concat([
      message(dialect, Buffer.from("one"), { correlationId: Buffer.alloc(16, 1) }),
      message(dialect, deflateSync(Buffer.alloc(300, 7)), { flags: dialect.flag.compressed }),
      message(dialect, Buffer.alloc(0), { annotations: new Map([["XYZW", Buffer.alloc(40)]]) }),
    ]);
  const spoilt = fc
    .tuple(fc.constantFrom(stream(pyro4), stream(pyro5)), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
    .map(([bytes, changes]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      return copy;
    });
  fc.assert(
    fc.property(spoilt, (bytes) => {
      try {
        const { messages, dialect, pendingBytes } = feed(bytewise(bytes));
        for (const one of messages) inflatedPayload(one, dialect ?? pyro5, 10_000);
        expect(pendingBytes).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe("sizes", () => {
  test("4 GB are refused from the header alone, and nothing is allocated for them", () => {
    const bytes = header(pyro5, 0xffff_ffff, 0xffff_ffff);
    let error: ProtocolError | undefined;
    const act = (): void => {
      error = refusal(() => feed([bytes]));
    };
    expect(memoryOf(act, { kept: false })).toBeLessThan(8 << 20);
    expect(error).toBeInstanceOf(MessageTooLargeError);
    expect([error?.code, error?.message]).toEqual([
      "PYRO_MESSAGE_TOO_LARGE",
      `message too large (${2 * 0xffff_ffff}, max=${DEFAULT_LIMITS.maxMessageBytes})`,
    ]);
  });

  test("a size within the limit is believed only as far as its bytes arrive", () => {
    for (const version of BOTH) {
      const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS });
      const bytes = header(dialectOf(version), 1 << 30);
      const push = (): void => decoder.push(bytes, () => expect.unreachable());
      expect(memoryOf(push, { kept: false })).toBeLessThan(8 << 20);
      expect(decoder.pendingBytes).toBe(bytes.length);
    }
  });

  test("a negative Pyro4 payload length is refused with PYRO_BAD_LENGTH", () => {
    const error = refusal(() => feed([header(pyro4, -1)]));
    expect([error.code, error.message]).toEqual(["PYRO_BAD_LENGTH", "invalid payload length: -1"]);
  });

  test("payload and annotations count together, to the byte", () => {
    for (const version of BOTH) {
      const dialect = dialectOf(version);
      const bytes = message(dialect, Buffer.alloc(100), { annotations: new Map([["XYZW", Buffer.alloc(50)]]) });
      const size = 150 + dialect.chunkHeadBytes;
      expect(feed([bytes], { limits: { ...DEFAULT_LIMITS, maxMessageBytes: size } }).messages).toHaveLength(1);
      const error = refusal(() => feed([bytes], { limits: { ...DEFAULT_LIMITS, maxMessageBytes: size - 1 } }));
      expect(error.message).toBe(dialect.refusalTexts.tooLarge(size, size - 1));
    }
  });

  test("a message sent in single bytes takes about its own size, not hundreds of bytes for each", () => {
    const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS });
    decoder.push(header(pyro5, 1 << 20), () => expect.unreachable());
    const sent = 200_000;
    const send = (): void => {
      // Not out of Node's pool: a socket's chunks each have memory of their own.
      for (let count = 0; count < sent; count++) decoder.push(Buffer.alloc(1), () => expect.unreachable());
    };
    expect(memoryOf(send, { kept: true })).toBeLessThan(10 * sent);
    expect(decoder.pendingBytes).toBe(pyro5.headerBytes + sent);
  });

  test("chunks put together on the way still give the message in order", () => {
    const payload = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 31) & 0xff));
    const bytes = message(pyro5, payload);
    const sizes = [1, 1, 3, 511, 512, 700, 2];
    const chunks: Buffer[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1;
      chunks.push(Buffer.from(bytes.subarray(at, at + size)));
      at += size;
    }
    for (const cut of [chunks, [...bytewise(bytes)]]) {
      const [read] = feed(cut).messages;
      expect(Buffer.compare(read?.payload as Buffer, payload)).toBe(0);
    }
  });
});

test("a message over many chunks is put together in memory that serves again", () => {
  const payload = Buffer.alloc(2 << 20, 5);
  const bytes = message(pyro5, payload);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
    bytes.subarray(index * 65_536, (index + 1) * 65_536),
  );
  const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS });
  const seen: ArrayBufferLike[] = [];
  for (let round = 0; round < 3; round++) {
    for (const chunk of chunks) {
      decoder.push(chunk, (one) => {
        expect(Buffer.compare(one.payload, payload)).toBe(0);
        seen.push(one.bytes.buffer);
      });
    }
  }
  expect(seen).toHaveLength(3);
  expect(new Set(seen).size).toBe(1);
});

test("a message within one chunk is a view of it: nothing is copied", () => {
  const bytes = Buffer.concat([message(pyro5, Buffer.from("one")), message(pyro5, Buffer.from("two"))]);
  const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS });
  const offsets: number[] = [];
  decoder.push(bytes, ({ payload }) => {
    expect(payload.buffer).toBe(bytes.buffer);
    offsets.push(payload.byteOffset - bytes.byteOffset);
  });
  expect(offsets).toEqual([40, 83]);
});
