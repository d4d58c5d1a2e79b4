import type { Limits } from "../base/limits.ts";
import type { SerializerName } from "../base/serializer-names.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { ClassMapper } from "./class-mapper.ts";

/** The content of an INVOKE payload. */
export interface CallData {
  readonly object: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Keyword arguments; null if Pyro sends None, which it does for attribute access and batches. */
  readonly kwargs: Readonly<Record<string, unknown>> | null;
}

/** Options of every serializer. */
export interface SerializerOptions {
  /** Converts objects to class dicts and back, for one version of Pyro. */
  readonly classes: ClassMapper;
  /** Omitted limits have the values of `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /** Read floats as PyFloat and dicts as Map, so that a value that is read and written again is unchanged in Python. */
  readonly lossless?: boolean;
}

/**
 * Converts values to bytes and back. An instance is for one protocol version, because class names depend on the
 * version. It has no other state that callers can observe.
 */
export interface Serializer {
  readonly name: SerializerName;
  /** The serializer's id in messages of that version. */
  readonly id: number;
  /**
   * Appends the serialized `value` to `out`.
   * @throws {SerializeError} for a value that cannot be written; the message contains the path to it. `out` can then
   *   contain a part of the value, which the caller must truncate.
   */
  dump(value: unknown, out: ByteSink): void;
  /** Appends an INVOKE payload. Throws as `dump` does. */
  dumpCall(call: CallData, out: ByteSink): void;
  /**
   * Reads one value from `bytes`, or from a part of them. The result contains no view of `bytes`.
   * @throws {SerializeError} for a payload that is not one value of this format, or that exceeds a limit.
   */
  load(bytes: Uint8Array, from?: number, to?: number): unknown;
  /** Reads an INVOKE payload. @throws {SerializeError} as `load`, and for a value that is not a call. */
  loadCall(bytes: Uint8Array, from?: number, to?: number): CallData;
}
