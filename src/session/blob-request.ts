import { SerializeError } from "../base/errors.ts";
import { ByteSink } from "../bytes/byte-sink.ts";
import type { CallData, Serializer } from "../serializers/serializer.ts";
import type { SerializerSet } from "../serializers/serializer-set.ts";
import { tuple } from "../values/python-values.ts";
import { SerializedBlob } from "../values/serialized-blob.ts";
import { AnnotationId } from "../wire/annotation-ids.ts";
import type { Annotations } from "../wire/message.ts";
import { type CallOptions, ClientCall } from "./client-call.ts";

/** A call whose arguments the server does not read: a blob. One that came from elsewhere goes on as it came. */
class BlobCall extends ClientCall {
  readonly #blob: SerializedBlob;
  readonly #address: Uint8Array;

  constructor(call: CallData, blob: SerializedBlob, address: Uint8Array, options: CallOptions, serializer: Serializer) {
    super(
      call.object,
      call.method,
      blob.received === undefined ? blob.deserialized() : [],
      call.kwargs,
      options,
      serializer,
    );
    this.#blob = blob;
    this.#address = address;
  }

  override get annotations(): Annotations {
    return new Map([...(super.annotations ?? []), [AnnotationId.Blob, this.#address]]);
  }

  override writePayload(out: ByteSink): void {
    const { received } = this.#blob;
    if (received === undefined) super.writePayload(out);
    else out.bytes(received.payload);
  }
}

/**
 * The call that carries a blob (`Pyro5 5.15, client.py`, __serializeBlobArgs).
 *
 * @param serializers those of the session: a blob that goes on does so in the serializer in which it came.
 * @throws {SerializeError} when there are other arguments, or the blob's info cannot be written.
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
  const address = new ByteSink();
  serializers.byName("marshal").dump(tuple(blob.info, call.object, call.method), address);
  const own = blob.received === undefined ? serializer : serializers.byName(blob.received.serializer);
  const made = new BlobCall(call, blob, address.take(), options, own);
  made.flags = keepSerialized;
  return made;
}
