import { SerializeError } from "../base/errors.ts";
import { ByteSink } from "../bytes/byte-sink.ts";
import type { CallData } from "../serializers/serializer.ts";
import type { IdentifiedSerializer, SerializerSet } from "../serializers/serializer-set.ts";
import { tuple } from "../values/python-values.ts";
import { SerializedBlob } from "../values/serialized-blob.ts";
import type { Annotations } from "../wire/message.ts";
import { type CallOptions, ClientCall } from "./client-call.ts";

/** Where the object and the method of a blob stand: the payload, which has them too, may be another call's. */
const ADDRESS = "BLBI";

/** A call whose arguments the server does not read: a blob. One that came from elsewhere goes on as it came. */
class BlobCall extends ClientCall {
  readonly #blob: SerializedBlob;
  readonly #address: Uint8Array;

  constructor(
    call: CallData,
    blob: SerializedBlob,
    address: Uint8Array,
    options: CallOptions,
    format: IdentifiedSerializer,
  ) {
    super(
      call.object,
      call.method,
      blob.received === undefined ? blob.deserialized() : [],
      call.kwargs,
      options,
      format,
    );
    this.#blob = blob;
    this.#address = address;
  }

  override get annotations(): Annotations {
    return new Map([...(super.annotations ?? []), [ADDRESS, this.#address]]);
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
  format: IdentifiedSerializer,
  serializers: SerializerSet,
  keepSerialized: number,
): ClientCall {
  const [blob, ...others] = call.args;
  const keywords = Object.keys(call.kwargs ?? {}).length;
  if (!(blob instanceof SerializedBlob) || others.length + keywords > 0) {
    throw new SerializeError("if SerializedBlob is used, it must be the only argument");
  }
  const address = new ByteSink();
  serializers.byName("marshal").codec.dump(tuple(blob.info, call.object, call.method), address);
  const own = blob.received === undefined ? format : serializers.byName(blob.received.serializer);
  const made = new BlobCall(call, blob, address.take(), options, own);
  made.flags = keepSerialized;
  return made;
}
