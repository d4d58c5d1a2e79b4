import type { Buffer } from "node:buffer";
import { ProtocolError } from "../base/errors.ts";
import { MAX_CONNECT_BYTES } from "../base/limits.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { Dialect } from "./dialect.ts";
import { type Message, MessageType } from "./message.ts";

/**
 * Returns the payload of a message, inflated if its compression flag is set (a zlib stream, RFC 1950). Received
 * compressed payloads are always accepted, regardless of the compression setting.
 *
 * @param maxBytes the limit of the inflated payload, in bytes. Pyro has no such limit. A CONNECT has a lower limit,
 *   which includes its annotations.
 * @throws {ProtocolError} for an invalid zlib stream, or one that inflates beyond the limit.
 */
export function inflatedPayload(
  message: Pick<Message, "type" | "flags" | "payload" | "annotationsBytes">,
  dialect: Dialect,
  maxBytes: number,
): Buffer {
  if ((message.flags & dialect.flag.compressed) === 0) return message.payload;
  const limit = message.type === MessageType.Connect ? connectLimit(message, maxBytes) : maxBytes;
  try {
    // Loaded on first use: few peers compress, and loading it takes 3 ms at start.
    return process.getBuiltinModule("node:zlib").inflateSync(message.payload, { maxOutputLength: limit });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new ProtocolError(
        `compressed payload of ${message.payload.length} bytes inflates beyond the limit of ${limit}`,
        { code: "PYRO_INFLATED_TOO_LARGE", cause },
      );
    }
    throw new ProtocolError("compressed payload is not a valid zlib stream", { code: "PYRO_BAD_COMPRESSION", cause });
  }
}

/** At least 1, because zlib does not accept 0. */
function connectLimit({ annotationsBytes }: Pick<Message, "annotationsBytes">, maxBytes: number): number {
  return Math.max(1, Math.min(maxBytes, MAX_CONNECT_BYTES - annotationsBytes));
}

/**
 * Compresses the payload at the end of `out`, with the parameters of its version (`Pyro4 4.82, util.py`; `Pyro5 5.15,
 * protocol.py`). Small payloads, and those that would not get smaller, stay uncompressed. Pyro5 also sends compressed
 * payloads that got larger; all receivers accept both.
 *
 * @returns whether the payload is now compressed; the caller must then set the flag.
 */
export function deflatePayload(out: ByteSink, payloadAt: number, { compression }: Dialect): boolean {
  const bytes = out.length - payloadAt;
  if (bytes < compression.minBytes) return false;
  const { level } = compression;
  const deflated = process.getBuiltinModule("node:zlib").deflateSync(out.since(payloadAt), { level });
  if (deflated.length >= bytes) return false;
  out.truncate(payloadAt);
  out.bytes(deflated);
  return true;
}
