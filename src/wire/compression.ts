import type { Buffer } from "node:buffer";
import type { ByteSink } from "../bytes.ts";
import { ProtocolError } from "../errors.ts";
import type { Dialect } from "./dialect.ts";
import type { Message } from "./message.ts";

/**
 * The payload of a message, inflated if its flag says that it is compressed (a zlib stream, RFC 1950). Received
 * compression is always honoured, whatever the own setting.
 *
 * @param maxBytes what the inflated payload may come to. Pyro itself has no such bound, and can be bombed.
 * @throws {ProtocolError} for a stream that is broken or grows too large.
 */
export function inflatedPayload(
  message: Pick<Message, "flags" | "payload">,
  dialect: Dialect,
  maxBytes: number,
): Buffer {
  if ((message.flags & dialect.flag.compressed) === 0) return message.payload;
  try {
    // Loaded when it is needed: few peers compress, and it is 3 ms of every program's start.
    return process.getBuiltinModule("node:zlib").inflateSync(message.payload, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new ProtocolError(
        `compressed payload of ${message.payload.length} bytes inflates beyond the limit of ${maxBytes}`,
        { code: "PYRO_INFLATED_TOO_LARGE", cause },
      );
    }
    throw new ProtocolError("compressed payload is broken", { code: "PYRO_BAD_COMPRESSION", cause });
  }
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
