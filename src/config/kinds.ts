/** The types of configuration items: how values are parsed from environment variables, and checked. */
import { SERIALIZERS, type SerializerName } from "../base/serializer-names.ts";

export interface Kind<T> {
  /** A description of valid values, for error texts. */
  readonly expected: string;
  /** Converts the text of a variable to a value, which can be invalid: `validate` checks it. */
  fromText(text: string): unknown;
  /** Returns the value; undefined if it is invalid. */
  validate(value: unknown): T | undefined;
  /** Converts a value to the text of a variable. */
  toText(value: T): string;
}

export const text: Kind<string> = {
  expected: "must be text",
  fromText: (input) => input,
  validate: (value) => (typeof value === "string" ? value : undefined),
  toText: String,
};

const TRUE = ["1", "yes", "on", "true"];
const FALSE = ["0", "no", "off", "false"];

export const flag: Kind<boolean> = {
  expected: `must be one of ${[...TRUE, ...FALSE].join(", ")}`,
  fromText(input) {
    const lower = input.toLowerCase();
    return TRUE.includes(lower) ? true : FALSE.includes(lower) ? false : undefined;
  },
  validate: (value) => (typeof value === "boolean" ? value : undefined),
  toText: (value) => (value ? "on" : "off"),
};

export function integer(min: number, max: number): Kind<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `, ${min} or more` : ` from ${min} to ${max}`;
  return {
    expected: `must be a whole number${range}`,
    fromText: Number,
    validate: (value) => (Number.isSafeInteger(value) && isWithin(value, min, max) ? (value as number) : undefined),
    toText: String,
  };
}

export const port: Kind<number> = integer(0, 65_535);

/** Bytes; 0 means no limit. */
export const byteLimit: Kind<number> = {
  ...integer(0, Number.MAX_SAFE_INTEGER),
  validate: (value) => (value === 0 ? Number.MAX_SAFE_INTEGER : integer(0, Number.MAX_SAFE_INTEGER).validate(value)),
};

/**
 * A time: in seconds in environment variables, as in Python; in milliseconds in options.
 *
 * @param min the minimum in seconds; 0 is always valid.
 */
export function seconds(min = 0): Kind<number> {
  return {
    expected: `must be seconds, ${min === 0 ? "0 or more" : `0 or at least ${min}`} (milliseconds in options)`,
    fromText: (input) => Number(input) * 1_000,
    validate: (value) => {
      const isValid = value === 0 || isWithin(value, min * 1_000, Number.MAX_VALUE);
      return isValid ? (value as number) : undefined;
    },
    toText: (value) => String(value / 1_000),
  };
}

/** One of the listed texts or numbers. */
export function oneOf<const T extends string | number>(all: readonly T[]): Kind<T> {
  return {
    expected: `must be one of ${all.join(", ")}`,
    fromText: (input) => all.find((one) => String(one) === input),
    validate: (value) => all.find((one) => one === value),
    toText: String,
  };
}

/** Texts separated by commas; `''` is an empty text. */
export const texts: Kind<readonly string[]> = {
  expected: "must be texts separated by commas",
  fromText: (input) => splitList(input).map((one) => (one === "''" ? "" : one)),
  validate: (value) => (isTexts(value) ? value : undefined),
  toText: (value) => value.map((one) => (one === "" ? "''" : one)).join(","),
};

/** Names of serializers, separated by commas. */
export const serializers: Kind<readonly SerializerName[]> = {
  expected: `must be one or more of ${SERIALIZERS.join(", ")}`,
  fromText: splitList,
  validate: (value) =>
    isTexts(value) && value.length > 0 && value.every((one) => SERIALIZERS.includes(one as SerializerName))
      ? (value as readonly SerializerName[])
      : undefined,
  toText: (value) => value.join(","),
};

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && value >= min && value <= max;
}

function splitList(input: string): string[] {
  return input.split(",").map((one) => one.trim());
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
