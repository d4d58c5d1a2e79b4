import { SerializeError } from "../base/errors.ts";
import { ByteSink } from "../bytes/byte-sink.ts";
import type { CallData, Serializer } from "../serializers/serializer.ts";
import type { SerializerSet } from "../serializers/serializer-set.ts";
import { tuple } from "../values/python-values.ts";
import { SerializedBlob } from "../values/serialized-blob.ts";
import { AnnotationId } from "../wire/annotation-ids.ts";
import type { Annotations } from "../wire/message.ts";
import { type CallOptions, ClientCall } from "./client-call.ts";

/** A call that carries a blob, which the server does not deserialize. A received blob is forwarded unchanged. */
class BlobCall extends ClientCall {
  readonly #blob: SerializedBlob;
  readonly #annotation: Uint8Array;

  constructor(
    call: CallData,
    blob: SerializedBlob,
    annotation: Uint8Array,
    options: CallOptions,
    serializer: Serializer,
  ) {
    super(
      call.object,
      call.method,
      blob.received === undefined ? blob.deserialized() : [],
      call.kwargs,
      options,
      serializer,
    );
    this.#blob = blob;
    this.#annotation = annotation;
  }

  override get annotations(): Annotations {
    return new Map([...(super.annotations ?? []), [AnnotationId.Blob, this.#annotation]]);
  }

  override writePayload(out: ByteSink): void {
    const { received } = this.#blob;
    if (received === undefined) super.writePayload(out);
    else out.bytes(received.payload);
  }
}

/**
 * Creates a call that carries a blob (`Pyro5 5.15, client.py`, __serializeBlobArgs).
 *
 * @param serializers of the session: a received blob is forwarded in its own serializer.
 * @throws {SerializeError} when there are other arguments, or the blob's info cannot be serialized.
 */
export function createBlobCall(
  call: CallData,
  options: CallOptions,
  serializer: Serializer,
  serializers: SerializerSet,
  keepSerialized: number,
): ClientCall {
  const [blob, ...others] = call.args;
  const keywords = Object.keys(call.kwargs ?? {}).length;
  if (!(blob instanceof SerializedBlob) || others.length + keywords > 0) {
    throw new SerializeError("if SerializedBlob is used, it must be the only argument");
  }
  const annotation = new ByteSink();
  serializers.byName("marshal").dump(tuple(blob.info, call.object, call.method), annotation);
  const blobSerializer = blob.received === undefined ? serializer : serializers.byName(blob.received.serializer);
  const blobCall = new BlobCall(call, blob, annotation.take(), options, blobSerializer);
  blobCall.flags = keepSerialized;
  return blobCall;
}
