import type { Buffer } from "node:buffer";
import { ProtocolError } from "../base/errors.ts";
import { MAX_CONNECT_BYTES } from "../base/limits.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { Dialect } from "./dialect.ts";
import { type Message, MessageType } from "./message.ts";

/**
 * The payload of a message, inflated if its flag says that it is compressed (a zlib stream, RFC 1950). Received
 * compression is always honoured, whatever the own setting.
 *
 * @param maxBytes the limit of the inflated payload, in bytes. Pyro has no such limit. A CONNECT has a lower one of its
 *   own, which counts its annotations too.
 * @throws {ProtocolError} for a stream that is broken or grows too large.
 */
export function inflatedPayload(
  message: Pick<Message, "type" | "flags" | "payload" | "annotationsBytes">,
  dialect: Dialect,
  maxBytes: number,
): Buffer {
  if ((message.flags & dialect.flag.compressed) === 0) return message.payload;
  const limit = message.type === MessageType.Connect ? connectLimit(message, maxBytes) : maxBytes;
  try {
    // Loaded when it is needed: few peers compress, and it is 3 ms of every program's start.
    return process.getBuiltinModule("node:zlib").inflateSync(message.payload, { maxOutputLength: limit });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new ProtocolError(
        `compressed payload of ${message.payload.length} bytes inflates beyond the limit of ${limit}`,
        { code: "PYRO_INFLATED_TOO_LARGE", cause },
      );
    }
    throw new ProtocolError("compressed payload is broken", { code: "PYRO_BAD_COMPRESSION", cause });
  }
}

/** At least 1: zlib takes no 0. */
function connectLimit({ annotationsBytes }: Pick<Message, "annotationsBytes">, maxBytes: number): number {
  return Math.max(1, Math.min(maxBytes, MAX_CONNECT_BYTES - annotationsBytes));
}

/**
 * Compresses the payload that ends `out`, as its version does (`Pyro4 4.82, util.py`; `Pyro5 5.15, protocol.py`): large
 * ones only, and only if they get smaller. Pyro5 sends what got larger all the same; every receiver takes both.
 *
 * @returns whether it is compressed now, which its flag has to say.
 */
export function deflatePayload(out: ByteSink, payloadAt: number, { compression }: Dialect): boolean {
  const bytes = out.length - payloadAt;
  if (bytes < compression.leastBytes) return false;
  const { level } = compression;
  const deflated = process.getBuiltinModule("node:zlib").deflateSync(out.since(payloadAt), { level });
  if (deflated.length >= bytes) return false;
  out.truncate(payloadAt);
  out.bytes(deflated);
  return true;
}
