/** Pyro's extension types, for values without a MessagePack type (`Pyro5 5.15, serializers.py`). */
export const EXT = {
  /** Two doubles, little-endian. */
  complex: 0x30,
  /** An int of more than 64 bits, as decimal text. */
  int: 0x31,
  /** A datetime without time zone: seconds since 1970, a little-endian double. */
  datetime: 0x32,
  /** A date: its proleptic ordinal, a little-endian int64. */
  date: 0x33,
} as const;
