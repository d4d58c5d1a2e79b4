import { Buffer } from "node:buffer";
import { DEFAULT_LIMITS, type Limits } from "../../../src/base/limits.ts";
import { ByteSink } from "../../../src/bytes/byte-sink.ts";
import { inflatedPayload } from "../../../src/wire/compression.ts";
import { type DecoderOptions, MessageDecoder } from "../../../src/wire/decoder.ts";
import type { Dialect } from "../../../src/wire/dialect.ts";
import { writeMessage } from "../../../src/wire/encoder.ts";
import type { Message } from "../../../src/wire/message.ts";
import { pyro4 } from "../../../src/wire/pyro4.ts";
import { pyro5 } from "../../../src/wire/pyro5.ts";
import type { Target } from "../format.ts";
import { Problem, refusalCode } from "../judge.ts";
import { Random } from "../random.ts";

const SMALL: Limits = { ...DEFAULT_LIMITS, maxMessageBytes: 4_096, maxInflatedBytes: 64 << 10 };
/** What a compressed payload may come to: how long inflating takes goes by it, not by the input. */
const LARGE: Limits = { ...DEFAULT_LIMITS, maxInflatedBytes: 4 << 20 };

/** A stream as it was understood: its messages, and why it ended. */
interface Understood {
  readonly messages: readonly string[];
  readonly outcome: string;
  readonly pendingBytes: number;
}

function optionsOf(variant: number): DecoderOptions {
  const dialect = [undefined, undefined, pyro4, pyro5][variant & 3];
  const accept = (variant & 12) === 0 ? [1, 4, 6] : undefined;
  return { dialect, fallback: pyro5, accept, limits: (variant & 16) === 0 ? LARGE : SMALL };
}

function understood(chunks: Iterable<Buffer>, options: DecoderOptions): Understood {
  const decoder = new MessageDecoder(options);
  const messages: string[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk, (message) => messages.push(told(message, decoder.dialect as Dialect, options.limits)));
      chunk.fill(0xaa); // nobody may look at it any more
    }
  } catch (error) {
    return { messages, outcome: refusalCode(error), pendingBytes: 0 };
  }
  return { messages, outcome: "accepted", pendingBytes: decoder.pendingBytes };
}

/** All that a message says, as text. */
function told(message: Message, dialect: Dialect, limits: Limits): string {
  const { type, flags, sequence, serializerId, annotations } = message;
  const correlationId = dialect.correlationOf(message);
  const payload = inflatedPayload(message, dialect, limits.maxInflatedBytes);
  judgeWriting(message, dialect, correlationId);
  return JSON.stringify([
    ...[type, flags, sequence, serializerId, payload.toString("latin1")],
    ...[...annotations].map(([id, data]) => [id, Buffer.from(data).toString("latin1")]),
    correlationId === undefined ? null : Buffer.from(correlationId).toString("hex"),
  ]);
}

const sink = new ByteSink();

/** @throws {Problem} when a message that was read is another when it is written and read again. */
function judgeWriting(message: Message, dialect: Dialect, correlationId: Uint8Array | undefined): void {
  const { type, flags, sequence, serializerId, annotations, payload } = message;
  const writePayload = (out: ByteSink): void => out.bytes(payload);
  sink.clear();
  writeMessage(sink, dialect, DEFAULT_LIMITS, {
    type,
    flags,
    sequence,
    serializerId,
    annotations,
    correlationId,
    writePayload,
  });
  const decoder = new MessageDecoder({ fallback: pyro5, limits: DEFAULT_LIMITS });
  decoder.push(sink.since(0), (again) => {
    const same =
      again.type === type &&
      again.flags === flags &&
      again.sequence === sequence &&
      again.serializerId === serializerId &&
      again.payload.equals(payload) &&
      [...annotations].every(([id, data]) =>
        Buffer.from(data).equals(again.annotations.get(id) ?? Buffer.from("none")),
      );
    if (!same) throw new Problem("differs", "a message that is written and read again is another");
  });
}

/** Decodes streams of messages, in one chunk and in several, which must come to the same. */
export const wireTarget: Target = {
  feed(input, variant) {
    const options = optionsOf(variant);
    const whole = understood([Buffer.from(input)], options);
    const parts = understood(chunksOf(input, new Random(variant)), options);
    if (JSON.stringify(whole) !== JSON.stringify(parts)) {
      throw new Problem("differs", `in one chunk ${briefly(whole)}, in several ${briefly(parts)}`);
    }
    if (whole.outcome !== "accepted" || whole.pendingBytes === 0) return whole.outcome;
    return "not whole";
  },
};

function briefly({ messages, outcome, pendingBytes }: Understood): string {
  return `${messages.length} messages, ${outcome}, ${pendingBytes} left`;
}

/** The bytes as the network may bring them: cut anywhere, each chunk a buffer of its own. */
export function chunksOf(bytes: Buffer, random: Random): Buffer[] {
  const cuts = Array.from({ length: random.below(5) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  const edges = [0, ...cuts, bytes.length];
  return edges.slice(1).map((edge, index) => Buffer.from(bytes.subarray(edges[index], edge)));
}
