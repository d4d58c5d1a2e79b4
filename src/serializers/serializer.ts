import type { Limits } from "../base/limits.ts";
import type { SerializerName } from "../base/serializer-names.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { ClassMapper } from "./class-mapper.ts";

/** What an INVOKE payload holds. */
export interface CallData {
  readonly object: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Keyword arguments; null where Pyro sends None: attribute access and batches. */
  readonly kwargs: Readonly<Record<string, unknown>> | null;
}

/** What every serializer is made with. */
export interface SerializerOptions {
  /** Objects to class dicts and back, for one version of Pyro. */
  readonly classes: ClassMapper;
  /** Default: `DEFAULT_LIMITS`, for each limit that is left out. */
  readonly limits?: Partial<Limits>;
  /** Read floats as PyFloat and dicts as Map, so that a value that is written again is the same in Python. */
  readonly lossless?: boolean;
}

/**
 * Values to bytes and back. One instance serves one protocol version (class names differ between them) and is
 * stateless otherwise.
 */
export interface Serializer {
  readonly name: SerializerName;
  /** The serializer's number in the messages of that version. */
  readonly id: number;
  /**
   * Appends `value`, serialized, to `out`.
   * @throws {SerializeError} for a value that cannot be written, with the path to it. `out` may then hold a part
   *   of it: whoever began the message truncates.
   */
  dump(value: unknown, out: ByteSink): void;
  /** Appends an INVOKE payload. Throws as `dump` does. */
  dumpCall(call: CallData, out: ByteSink): void;
  /**
   * Reads one value, from `bytes` or a part of them. The result holds no view of them.
   * @throws {SerializeError} for a payload that is not one value of this format, or nests too deep.
   */
  load(bytes: Uint8Array, from?: number, to?: number): unknown;
  /** Reads an INVOKE payload; what is not shaped as one is a SerializeError. */
  loadCall(bytes: Uint8Array, from?: number, to?: number): CallData;
}
