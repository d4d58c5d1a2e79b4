/** Compose's ways to write times and sizes (`docker compose config` has them all in one of these). */

const NANOSECONDS: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Nanoseconds of a duration such as `1m30s` or `250ms`. */
export function nanoseconds(text: unknown): number {
  const pieces = [...String(text).matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (pieces.length === 0 || pieces.map(([whole]) => whole).join("") !== String(text)) {
    throw new RangeError(`${String(text)} is no duration`);
  }
  return Math.round(pieces.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (NANOSECONDS[unit] ?? 0), 0));
}

/** Bytes of a size: a number, as text or not. */
export function bytes(value: unknown): number {
  const size = Number(value);
  if (!Number.isFinite(size)) throw new RangeError(`${String(value)} is no size in bytes`);
  return size;
}

/** A size as people read it. */
export function readableBytes(size: number): string {
  return size < 1e6 ? `${Math.ceil(size / 1e3)} kB` : `${Math.round(size / 1e6)} MB`;
}

/** A time as people read it. */
export function readableSeconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
