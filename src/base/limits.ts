/** Bounds on what a peer may make us do. Each has a default that no honest peer meets. */
export interface Limits {
  /** Payload plus annotations of one message, in bytes, judged from the header before the rest is read. */
  readonly maxMessageBytes: number;
  /** A compressed payload after inflating, in bytes; Python has no such bound, and can be bombed. */
  readonly maxInflatedBytes: number;
  /** Containers inside containers. Serpent's own limit, for reading and writing alike (`serpent 1.41`). */
  readonly maxDepth: number;
  /**
   * What references in one marshal payload may stand for, in values: a few bytes could say more than any memory holds.
   * Python has no such bound. A list of 300 rows that are one and the same list of 400 numbers counts 120,000.
   */
  readonly maxSharedValues: number;
  /**
   * Values in one payload. A container and each of its items count one. An empty dict takes one byte of a message and 60 bytes of memory, so a
   * bound on bytes alone does not bound memory. Default: one value for each 128 bytes that the heap may grow to.
   */
  readonly maxValues: number;
}

/** An inbound CONNECT, annotations included, as received and as inflated. It is read before the client is known. */
export const MAX_CONNECT_BYTES: number = 64 << 10;

const HEAP_BYTES_PER_VALUE = 128;

function defaultMaxValues(): number {
  const { heap_size_limit } = process.getBuiltinModule("node:v8").getHeapStatistics();
  return Math.floor(heap_size_limit / HEAP_BYTES_PER_VALUE);
}

export const DEFAULT_LIMITS: Limits = {
  maxMessageBytes: 1 << 30, // Pyro5's default; Pyro4 has none
  maxInflatedBytes: 256 << 20,
  maxDepth: 200,
  maxSharedValues: 1 << 17, // written again, or as keys, they take 50 ms
  maxValues: defaultMaxValues(),
};
