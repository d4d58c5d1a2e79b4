import { MessageTooLargeError, ProtocolError } from "../base/errors.ts";
import type { Limits } from "../base/limits.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import { writeAnnotations } from "./annotations.ts";
import { deflatePayload } from "./compression.ts";
import type { Dialect, OutgoingMessage } from "./dialect.ts";
import { sign, withRoomForHmac } from "./hmac.ts";
import { NO_ANNOTATIONS } from "./message.ts";
import type { WireOptions } from "./wire-options.ts";

/**
 * Appends one message to `out`. The payload is written in place, without a copy.
 *
 * If it throws, `out` is unchanged. Errors of `writePayload` are passed on.
 *
 * @throws {MessageTooLargeError} if the message exceeds `limits.maxMessageBytes`.
 * @throws {ProtocolError} for a correlation id that is not 16 bytes, and for invalid annotations.
 */
export function writeMessage(
  out: ByteSink,
  dialect: Dialect,
  limits: Limits,
  message: OutgoingMessage,
  wireOptions?: WireOptions,
): void {
  const { correlationId } = message;
  if (correlationId !== undefined && correlationId.length !== 16) {
    throw new ProtocolError(`correlation id must be 16 bytes, not ${correlationId.length}`, {
      code: "PYRO_CORRELATION_ID",
    });
  }
  const start = out.skip(dialect.headerBytes);
  try {
    const plain = dialect.withCorrelation(message.annotations ?? NO_ANNOTATIONS, correlationId);
    const hmacKey = dialect.signs ? wireOptions?.hmacKey : undefined;
    const annotations = hmacKey === undefined ? plain : withRoomForHmac(plain);
    if (annotations.size > 0) writeAnnotations(out, dialect, annotations);
    const payloadAt = out.length;
    message.writePayload(out);
    const compressed = wireOptions?.compression === true && deflatePayload(out, payloadAt, dialect);
    const payloadBytes = out.length - payloadAt;
    const annotationsBytes = payloadAt - start - dialect.headerBytes;
    const limit = Math.min(limits.maxMessageBytes, dialect.maxPayloadBytes);
    if (payloadBytes + annotationsBytes > limit) {
      throw new MessageTooLargeError(dialect.refusalTexts.tooLarge(payloadBytes + annotationsBytes, limit));
    }
    const header = compressed ? withFlag(message, dialect.flag.compressed) : message;
    if (hmacKey !== undefined) sign(out.buffer, payloadAt, out.length, annotations, hmacKey);
    dialect.writeHeader(out.buffer, start, header, payloadBytes, annotationsBytes);
  } catch (error) {
    out.truncate(start);
    throw error;
  }
}

/** A copy of the message's header fields with one more flag. */
function withFlag(message: OutgoingMessage, flag: number): OutgoingMessage {
  const { type, flags, sequence, serializerId, correlationId } = message;
  return { type, flags: flags | flag, sequence, serializerId, correlationId, writePayload: () => undefined };
}
