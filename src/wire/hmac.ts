/**
 * Signatures, which only Pyro4 supports (`Pyro4 4.82, message.py`). The annotation HMAC contains the HMAC-SHA1 of the
 * payload as sent, followed by the values of all other annotations in the order of their ids. The header is not signed,
 * and nothing is encrypted: prefer TLS if both sides support it.
 */
import { Buffer } from "node:buffer";
import { SecurityError } from "../base/errors.ts";
import { AnnotationId } from "./annotation-ids.ts";
import type { Dialect } from "./dialect.ts";
import type { Annotations, Message } from "./message.ts";

const SIGNATURE_BYTES = 20;

/** Annotations with empty space for the signature at their end, which `sign` fills. */
export function withRoomForHmac(annotations: Annotations): Annotations {
  const all = new Map(annotations);
  all.delete(AnnotationId.Hmac);
  return all.set(AnnotationId.Hmac, new Uint8Array(SIGNATURE_BYTES));
}

/** Signs a message. Its payload is `bytes[payloadAt..end)`, directly after the space for the signature. */
export function sign(bytes: Buffer, payloadAt: number, end: number, annotations: Annotations, key: Buffer): void {
  const signature = hmacOf(bytes.subarray(payloadAt, end), annotations, key);
  signature.copy(bytes, payloadAt - SIGNATURE_BYTES);
}

/**
 * Checks the signature of a received message, before its payload is inflated. The error texts are Pyro's.
 *
 * @param key the key; undefined if the message must not be signed.
 * @throws {SecurityError} if the message is not signed with this key, or if there is a key and the version is Pyro5.
 */
export function checkHmac(
  message: Pick<Message, "payload" | "annotations">,
  dialect: Dialect,
  key: Buffer | undefined,
): void {
  if (!dialect.signs) {
    if (key === undefined) return;
    throw new SecurityError(
      `messages must be signed (hmacKey), which Pyro${dialect.version} does not support: use Pyro4, or TLS`,
      { code: "PYRO_HMAC_VERSION" },
    );
  }
  const signature = message.annotations.get(AnnotationId.Hmac);
  if ((signature === undefined) !== (key === undefined)) {
    throw new SecurityError("hmac key config not symmetric", { code: "PYRO_HMAC_ASYMMETRIC" });
  }
  if (signature === undefined || key === undefined) return;
  const { timingSafeEqual } = process.getBuiltinModule("node:crypto");
  const expected = hmacOf(message.payload, message.annotations, key);
  if (signature.length !== SIGNATURE_BYTES || !timingSafeEqual(signature, expected)) {
    throw new SecurityError("message hmac mismatch", { code: "PYRO_HMAC_MISMATCH" });
  }
}

function hmacOf(payload: Buffer, annotations: Annotations, key: Buffer): Buffer {
  // Loaded on first use: loading it takes 6 ms at start.
  const hmac = process.getBuiltinModule("node:crypto").createHmac("sha1", key).update(payload);
  for (const id of [...annotations.keys()].sort()) {
    if (id !== AnnotationId.Hmac) hmac.update(annotations.get(id) ?? Buffer.alloc(0));
  }
  return hmac.digest();
}
