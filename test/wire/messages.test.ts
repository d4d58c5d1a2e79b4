import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecurityError } from "../../src/base/errors.ts";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { inflatedPayload } from "../../src/wire/compression.ts";
import type { DecoderOptions } from "../../src/wire/decoder.ts";
import type { Dialect } from "../../src/wire/dialect.ts";
import { dialectOf } from "../../src/wire/dialects.ts";
import { checkHmac } from "../../src/wire/hmac.ts";
import { type MessageCase, messageCases } from "../support/vectors-messages.ts";
import { bytewise, cuttings, described, encoded, expected, type Fed, feed, refusal } from "./feed.ts";

const CASES = messageCases();

/** Read like any other, but written back with zeros there: the reserved field is not kept. */
const RESERVED_NOT_KEPT = ["v4_reserved_not_zero", "v5_reserved_not_zero"];

/** Whole messages, but not from somebody with the same key. */
const BADLY_SIGNED = ["v4_hmac_wrong_key", "v4_hmac_missing", "v4_hmac_unexpected", "v4_hmac_payload_changed"];

/** Python fails over these with whatever its own code ran into, or lets them pass; the codes are ours. */
const REFUSED_IN_OUR_WORDS: Readonly<Record<string, string>> = {
  v4_annotation_overrun: "PYRO_ANNOTATION_OVERRUN",
  v4_annotation_id_not_ascii: "PYRO_ANNOTATION_ID",
  v4_annotation_truncated_chunk_header: "PYRO_ANNOTATION_OVERRUN",
  v4_corrupt_compressed: "PYRO_BAD_COMPRESSION",
  v4_negative_data_size: "PYRO_BAD_LENGTH",
  v5_annotation_overrun: "PYRO_ANNOTATION_OVERRUN",
  v5_annotation_id_not_ascii: "PYRO_ANNOTATION_ID",
  v5_annotation_truncated_chunk_header: "PYRO_ANNOTATION_OVERRUN",
  v5_corrupt_compressed: "PYRO_BAD_COMPRESSION",
};

const CUT_OFF = ["v4_truncated_header", "v4_truncated_payload", "v5_truncated_header", "v5_truncated_payload"];

type Kind = "read" | "badly signed" | "in our words" | "cut off" | "in Pyro's words";

function kindOf({ name, valid, error }: MessageCase): Kind {
  if (name in REFUSED_IN_OUR_WORDS) return "in our words";
  if (valid) return "read";
  if (BADLY_SIGNED.includes(name)) return "badly signed";
  if (CUT_OFF.includes(name)) return "cut off";
  if (/^Pyro[45]\.errors\.(ProtocolError|MessageTooLargeError)$/.test(error?.class ?? "")) return "in Pyro's words";
  throw new Error(`${name} belongs to no kind`);
}

function casesOf(...kinds: Kind[]): MessageCase[] {
  return CASES.filter((one) => kinds.includes(kindOf(one)));
}

function bytesOf(one: MessageCase): Buffer {
  return Buffer.from(one.hex, "hex");
}

/** The receiver of the case: its version, its limit, the types that it waits for. */
function receiver(one: MessageCase): Partial<DecoderOptions> & { readonly dialect: Dialect } {
  const limits =
    one.max_message_size === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, maxMessageBytes: one.max_message_size };
  return { dialect: dialectOf(one.pyro), limits, accept: one.accepted_types };
}

function keyOf({ hmac_key_hex }: MessageCase): Buffer | undefined {
  return hmac_key_hex === undefined ? undefined : Buffer.from(hmac_key_hex, "hex");
}

/** Feeds a case, judges signatures and inflates what arrives, as a session does. */
function receive(chunks: Iterable<Buffer>, one: MessageCase): Fed {
  const options = receiver(one);
  const fed = feed(chunks, options);
  for (const message of fed.messages) {
    checkHmac(message, options.dialect, keyOf(one));
    inflatedPayload(message, options.dialect, DEFAULT_LIMITS.maxInflatedBytes);
  }
  return fed;
}

/** The case cut in every way that is tried: whole, by bytes, and at `runs` random places. */
function eachCutting(bytes: Buffer, runs: number, check: (chunks: Iterable<Buffer>) => void): void {
  check([bytes]);
  check(bytewise(bytes));
  fc.assert(fc.property(cuttings(bytes), check), { numRuns: runs });
}

test("every golden message belongs to exactly one kind", () => {
  const counts = Object.groupBy(CASES, kindOf);
  const numbers = Object.fromEntries(Object.entries(counts).map(([kind, cases]) => [kind, cases.length]));
  expect(numbers).toEqual({ read: 109, "badly signed": 4, "in our words": 9, "cut off": 4, "in Pyro's words": 17 });
  const named = [...RESERVED_NOT_KEPT, ...BADLY_SIGNED, ...CUT_OFF, ...Object.keys(REFUSED_IN_OUR_WORDS)];
  expect(named.filter((name) => !CASES.some((one) => one.name === name))).toEqual([]);
});

test("what Python refuses with a SecurityError is badly signed", () => {
  const unsafe = CASES.filter(({ error }) => error?.class.endsWith(".SecurityError")).map(({ name }) => name);
  expect(unsafe).toEqual(BADLY_SIGNED);
});

describe("reads every field, wherever the network cuts", () => {
  test.for(casesOf("read"))("$name", (one) => {
    const vector = one.decoded;
    if (vector === undefined) throw new Error("a valid case without its fields");
    eachCutting(bytesOf(one), 25, (chunks) => {
      const { messages, pendingBytes } = receive(chunks, one);
      expect(messages.map((message) => described(message, dialectOf(one.pyro)))).toEqual([expected(vector)]);
      expect(pendingBytes).toBe(0);
    });
  });
});

describe("finds the version from the first bytes", () => {
  test.for(casesOf("read"))("$name", (one) => {
    const other = dialectOf(one.pyro === 4 ? 5 : 4);
    eachCutting(bytesOf(one), 5, (chunks) => {
      const { messages, dialect } = feed(chunks, { fallback: other });
      expect(dialect).toBe(dialectOf(one.pyro));
      expect(messages).toHaveLength(1);
    });
  });
});

describe("writes back the bytes it read", () => {
  test.for(casesOf("read", "badly signed"))("$name", (one) => {
    const original = bytesOf(one);
    const { dialect, limits } = receiver(one);
    const message = feed([original], { dialect }).messages[0];
    if (message === undefined) throw new Error("nothing was read");
    if (RESERVED_NOT_KEPT.includes(one.name)) original.writeUInt16BE(0, dialect.headerBytes - 4);
    expect(encoded(message, dialect, limits).toString("hex")).toBe(original.toString("hex"));
  });
});

describe("reads several messages in one stream, wherever it is cut", () => {
  test.for([4, 5] as const)("Pyro%d", (version) => {
    const dialect = dialectOf(version);
    const cases = casesOf("read").filter((one) => one.pyro === version);
    const glued = fc
      .array(fc.constantFrom(...cases), { minLength: 2, maxLength: 8 })
      .chain((chosen) => fc.tuple(fc.constant(chosen), cuttings(Buffer.concat(chosen.map(bytesOf)))));
    fc.assert(
      fc.property(glued, ([chosen, chunks]) => {
        const { messages, pendingBytes } = feed(chunks, { dialect });
        expect(messages.map((message) => described(message, dialect))).toEqual(
          chosen.map(({ decoded }) => decoded && expected(decoded)),
        );
        expect(pendingBytes).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe("refuses in Pyro's own words", () => {
  test.for(casesOf("in Pyro's words"))("$name", (one) => {
    eachCutting(bytesOf(one), 25, (chunks) => {
      const error = refusal(() => receive(chunks, one));
      expect(error.message).toBe(one.error?.message);
      // Pyro5 has MessageTooLargeError too, and raises its base class.
      const real = one.name === "v5_too_large" || one.name === "v5_huge_data_size" ? "MessageTooLargeError" : undefined;
      expect(error.name).toBe(real ?? one.error?.class.replace(/^.*\./, ""));
    });
  });
});

describe("refuses in our words what Python trips over or lets pass", () => {
  test.for(casesOf("in our words"))("$name", (one) => {
    eachCutting(bytesOf(one), 25, (chunks) => {
      const error = refusal(() => receive(chunks, one));
      expect([error.name, error.code]).toEqual(["ProtocolError", REFUSED_IN_OUR_WORDS[one.name]]);
    });
  });
});

describe("keeps waiting for the rest of a message that was cut off", () => {
  test.for(casesOf("cut off"))("$name", (one) => {
    const bytes = bytesOf(one);
    eachCutting(bytes, 25, (chunks) => {
      const { messages, pendingBytes } = receive(chunks, one);
      expect(messages).toEqual([]);
      expect(pendingBytes).toBe(bytes.length);
    });
  });
});

describe("refuses a signature that is wrong, missing or unasked for in Pyro's own words", () => {
  test.for(casesOf("badly signed"))("$name", (one) => {
    let refused: unknown;
    try {
      receive([bytesOf(one)], one);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(SecurityError);
    expect((refused as SecurityError).message).toBe(one.error?.message);
  });
});

describe("signs as Python does", () => {
  const signed = casesOf("read").filter((one) => one.hmac_key_hex !== undefined);
  test.for(signed)("$name", (one) => {
    const { dialect, limits } = receiver(one);
    const message = feed([bytesOf(one)], { dialect }).messages[0];
    if (message === undefined) throw new Error("nothing was read");
    const annotations = new Map(message.annotations);
    annotations.delete("HMAC");
    const wireOptions = { compression: false, hmacKey: keyOf(one) };
    expect(encoded({ ...message, annotations }, dialect, limits, wireOptions).toString("hex")).toBe(one.hex);
  });

  test("there are such cases", () => expect(signed).toHaveLength(5));
});
