/** Limits on messages. The defaults are far above what normal programs need. */
export interface Limits {
  /**
   * Payload plus annotations of one message, in bytes. Checked when the header is received, before the rest is read.
   */
  readonly maxMessageBytes: number;
  /** A decompressed payload, in bytes. Python has no such limit, so a small message can exhaust its memory. */
  readonly maxInflatedBytes: number;
  /** Nesting depth of containers. The default is serpent's limit for reading and writing (`serpent 1.41`). */
  readonly maxDepth: number;
  /**
   * Values that references add to one marshal payload: a few bytes of references can expand to more values than fit in
   * memory. Python has no such limit. A list of 300 references to one list of 400 numbers counts as 120,000 values.
   */
  readonly maxSharedValues: number;
  /**
   * Values in one payload. A container and each of its items count as one value. An empty dict is one byte of a message
   * but 60 bytes of memory, so a limit on bytes does not limit memory. Default: the heap size limit divided by 128
   * bytes.
   */
  readonly maxValues: number;
}

/** The limit for a received CONNECT, including annotations, before and after inflating. Its sender is not known yet. */
export const MAX_CONNECT_BYTES: number = 64 << 10;

const HEAP_BYTES_PER_VALUE = 128;

function defaultMaxValues(): number {
  const { heap_size_limit } = process.getBuiltinModule("node:v8").getHeapStatistics();
  return Math.floor(heap_size_limit / HEAP_BYTES_PER_VALUE);
}

/** The limits that apply unless an option sets others. */
export const DEFAULT_LIMITS: Limits = {
  maxMessageBytes: 1 << 30, // Pyro5's default; Pyro4 has none
  maxInflatedBytes: 256 << 20,
  maxDepth: 200,
  maxSharedValues: 1 << 17, // writing them again, or comparing them as keys, takes 50 ms
  maxValues: defaultMaxValues(),
};
