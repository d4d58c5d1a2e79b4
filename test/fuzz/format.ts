/** What the harness knows of a format: examples, the words that it is made of, and who reads it. */
import type { Buffer } from "node:buffer";
import type { Random } from "./random.ts";

/** Longest input; what is promised of time holds below 64 KiB. */
export const MOST_BYTES = 65_535;

/** An input that mutations begin with. */
export interface Seed {
  readonly bytes: Buffer;
  /** The bits of an input's variant that this one wants (`mask`), and how. */
  readonly variant?: number;
  readonly mask?: number;
}

/** Makes another input of one. It may give `bytes` themselves, but never changes them. */
export type Mutator = (random: Random, bytes: Buffer, grammar: Grammar) => Buffer;

/** What mutations are made of. */
export interface Grammar {
  readonly seeds: readonly Seed[];
  /** Words, type codes, numbers: what means something to the reader. */
  readonly tokens: readonly Buffer[];
  /** What stands before and behind a value that is within another. */
  readonly nests: readonly (readonly [Buffer, Buffer])[];
  /** Mutations that know the format; half of all are these, if there are any. */
  readonly own?: readonly Mutator[];
}

/** A reader under test, ready to read. */
export interface Target {
  /**
   * Reads one input. `variant` is 32 random bits for whatever the reader may be told beside the input.
   *
   * @returns "accepted", or the code of the refusal. What is thrown is judged by `refusalCode`.
   */
  feed(input: Buffer, variant: number): string | Promise<string>;
  /** Looks whether others are still served. */
  check?(): Promise<void>;
  close?(): Promise<void>;
}

export interface Format {
  readonly name: string;
  /** How many of each 1,000 inputs of a run are of this format. */
  readonly share: number;
  /** Made when the format's turn comes. */
  grammar(): Grammar;
  open(): Target | Promise<Target>;
}
