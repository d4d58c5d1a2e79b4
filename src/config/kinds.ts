/** What values configuration items take: as text of the environment, and as options of a program. */
import { SERIALIZERS, type SerializerName } from "../base/serializer-names.ts";

export interface Kind<T> {
  /** What a right value is, for those who gave a wrong one. */
  readonly expected: string;
  /** What the text of a variable stands for; whatever else it is, `from` judges. */
  fromText(text: string): unknown;
  /** The value, or undefined for one that is wrong. */
  validate(value: unknown): T | undefined;
  /** A value as one would write it into the environment. */
  toText(value: T): string;
}

export const text: Kind<string> = {
  expected: "must be text",
  fromText: (given) => given,
  validate: (value) => (typeof value === "string" ? value : undefined),
  toText: String,
};

const TRUE = ["1", "yes", "on", "true"];
const FALSE = ["0", "no", "off", "false"];

export const flag: Kind<boolean> = {
  expected: `must be one of ${[...TRUE, ...FALSE].join(", ")}`,
  fromText(given) {
    const word = given.toLowerCase();
    return TRUE.includes(word) ? true : FALSE.includes(word) ? false : undefined;
  },
  validate: (value) => (typeof value === "boolean" ? value : undefined),
  toText: (value) => (value ? "on" : "off"),
};

export function integer(lowest: number, highest: number): Kind<number> {
  const end = highest === Number.MAX_SAFE_INTEGER ? `, ${lowest} or more` : ` from ${lowest} to ${highest}`;
  return {
    expected: `must be a whole number${end}`,
    fromText: Number,
    validate: (value) =>
      Number.isSafeInteger(value) && within(value, lowest, highest) ? (value as number) : undefined,
    toText: String,
  };
}

export const port: Kind<number> = integer(0, 65_535);

/** Bytes, of which 0 is no limit. */
export const byteLimit: Kind<number> = {
  ...integer(0, Number.MAX_SAFE_INTEGER),
  validate: (value) => (value === 0 ? Number.MAX_SAFE_INTEGER : integer(0, Number.MAX_SAFE_INTEGER).validate(value)),
};

/**
 * Seconds in the environment, as Python has them; milliseconds here.
 *
 * @param least the least that makes sense beside 0, which is none.
 */
export function seconds(least = 0): Kind<number> {
  return {
    expected: `must be seconds, ${least === 0 ? "0 or more" : `0 or at least ${least}`} (milliseconds in options)`,
    fromText: (given) => Number(given) * 1_000,
    validate: (value) => {
      const fits = value === 0 || within(value, least * 1_000, Number.MAX_VALUE);
      return fits ? (value as number) : undefined;
    },
    toText: (value) => String(value / 1_000),
  };
}

/** One of some words or numbers. */
export function oneOf<const T extends string | number>(all: readonly T[]): Kind<T> {
  return {
    expected: `must be one of ${all.join(", ")}`,
    fromText: (given) => all.find((one) => String(one) === given),
    validate: (value) => all.find((one) => one === value),
    toText: String,
  };
}

/** Texts with commas between them; `''` is an empty one. */
export const texts: Kind<readonly string[]> = {
  expected: "must be texts with commas between them",
  fromText: (given) => words(given).map((word) => (word === "''" ? "" : word)),
  validate: (value) => (isTexts(value) ? value : undefined),
  toText: (value) => value.map((one) => (one === "" ? "''" : one)).join(","),
};

/** Names of serializers. */
export const serializers: Kind<readonly SerializerName[]> = {
  expected: `must be one or more of ${SERIALIZERS.join(", ")}`,
  fromText: words,
  validate: (value) =>
    isTexts(value) && value.length > 0 && value.every((one) => SERIALIZERS.includes(one as SerializerName))
      ? (value as readonly SerializerName[])
      : undefined,
  toText: (value) => value.join(","),
};

function within(value: unknown, lowest: number, highest: number): boolean {
  return typeof value === "number" && value >= lowest && value <= highest;
}

function words(given: string): string[] {
  return given.split(",").map((word) => word.trim());
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
