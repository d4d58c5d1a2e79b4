import { Buffer } from "node:buffer";
import { ProtocolError, SerializeError } from "../base/errors.ts";
import { NO_KEYWORDS } from "../contract/signature.ts";
import type { CallData, Serializer } from "../serializers/serializer.ts";
import type { SerializerSet } from "../serializers/serializer-set.ts";
import { SerializedBlob } from "../values/serialized-blob.ts";
import { AnnotationId } from "../wire/annotation-ids.ts";
import type { Message } from "../wire/message.ts";

/**
 * Reads a call whose arguments stay serialized. The BLBI annotation, in marshal, names its object and method; the
 * payload goes to the method as one blob (`Pyro5 5.15, server.py`, __deserializeBlobArgs).
 *
 * @throws {SerializeError} for an annotation that is not `(info, object, method)`.
 */
export function readBlobCall(message: Message, serializer: Serializer, serializers: SerializerSet): CallData {
  const annotation = message.annotations.get(AnnotationId.Blob);
  if (annotation === undefined) throw new ProtocolError("a serialized blob has no BLBI annotation");
  const addressed = serializers.byName("marshal").load(annotation);
  const [info, object, method] = Array.isArray(addressed) ? (addressed as unknown[]) : [];
  if (typeof object !== "string" || typeof method !== "string") {
    throw new SerializeError("the BLBI annotation of a serialized blob is not (info, object, method)");
  }
  const payload = Buffer.from(message.payload);
  const blob = new SerializedBlob(info, {
    serializer: serializer.name,
    payload,
    read: () => serializer.loadCall(payload).args,
  });
  return { object, method, args: [blob], kwargs: NO_KEYWORDS };
}
