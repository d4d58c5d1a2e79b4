/**
 * Signatures, which only Pyro4 has (`Pyro4 4.82, message.py`): the HMAC with SHA1 of the payload as it travels and of
 * all other annotations' values in the order of their ids, as annotation HMAC. The header is not signed, and nothing is
 * secret by it: TLS is the better choice where both sides have it.
 */
import { Buffer } from "node:buffer";
import { SecurityError } from "../base/errors.ts";
import { AnnotationId } from "./annotation-ids.ts";
import type { Dialect } from "./dialect.ts";
import type { Annotations, Message } from "./message.ts";

const SIGNATURE_BYTES = 20;

/** Annotations with room for the signature at their end, where `sign` puts it. */
export function withRoomForHmac(annotations: Annotations): Annotations {
  const all = new Map(annotations);
  all.delete(AnnotationId.Hmac);
  return all.set(AnnotationId.Hmac, new Uint8Array(SIGNATURE_BYTES));
}

/** Signs a message whose payload begins at `payloadAt` of `bytes`, right behind the room for the signature. */
export function sign(bytes: Buffer, payloadAt: number, end: number, annotations: Annotations, key: Buffer): void {
  const signature = hmacOf(bytes.subarray(payloadAt, end), annotations, key);
  signature.copy(bytes, payloadAt - SIGNATURE_BYTES);
}

/**
 * Judges a received message, its payload as it came, in Pyro's words.
 *
 * @param key what it has to be signed with; undefined: it must not be signed.
 * @throws {SecurityError} when it is not from somebody who has the same key, or comes from Pyro5 although there is one.
 */
export function checkHmac(
  message: Pick<Message, "payload" | "annotations">,
  dialect: Dialect,
  key: Buffer | undefined,
): void {
  if (!dialect.signs) {
    if (key === undefined) return;
    throw new SecurityError(
      `messages have to be signed here (hmacKey), which Pyro${dialect.version} cannot do: speak Pyro4, or use TLS`,
      { code: "PYRO_HMAC_VERSION" },
    );
  }
  const signature = message.annotations.get(AnnotationId.Hmac);
  if ((signature === undefined) !== (key === undefined)) {
    throw new SecurityError("hmac key config not symmetric", { code: "PYRO_HMAC_ASYMMETRIC" });
  }
  if (signature === undefined || key === undefined) return;
  const { timingSafeEqual } = process.getBuiltinModule("node:crypto");
  const right = hmacOf(message.payload, message.annotations, key);
  if (signature.length !== SIGNATURE_BYTES || !timingSafeEqual(signature, right)) {
    throw new SecurityError("message hmac mismatch", { code: "PYRO_HMAC_MISMATCH" });
  }
}

function hmacOf(payload: Buffer, annotations: Annotations, key: Buffer): Buffer {
  // Loaded when it is needed: it is 6 ms of a program's start.
  const hmac = process.getBuiltinModule("node:crypto").createHmac("sha1", key).update(payload);
  for (const id of [...annotations.keys()].sort()) {
    if (id !== AnnotationId.Hmac) hmac.update(annotations.get(id) ?? Buffer.alloc(0));
  }
  return hmac.digest();
}
