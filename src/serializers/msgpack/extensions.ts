/** Pyro's extension types, for what MessagePack has no type of its own (`Pyro5 5.15, serializers.py`). */
export const EXT = {
  /** Two doubles, little-endian. */
  complex: 0x30,
  /** An int beyond 64 bits, as decimal text. */
  int: 0x31,
  /** A datetime without zone: seconds since 1970, a little-endian double. */
  datetime: 0x32,
  /** A date: its proleptic ordinal, a little-endian int64. */
  date: 0x33,
} as const;
