/** What the run and its processes tell each other. */
import type { Finding, Tally } from "./engine.ts";

export interface Order {
  readonly format: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Where the number of the input goes that is being read: 4 bytes. */
  readonly progressFile: string;
}

/** In the progress file when no input is being read. */
export const NOTHING_IS_READ = -1;

/** What a worker tells. */
export type Report =
  | { readonly kind: "finding"; readonly finding: Told }
  | { readonly kind: "done"; readonly tally: Tally; readonly memory: Memory; readonly ms: number };

/** A finding without its error, as errors do not travel. */
export type Told = Omit<Finding, "problem"> & {
  readonly problem: { readonly kind: string; readonly message: string; readonly stack: string };
};

export interface Memory {
  /** Heap and buffers in use after a collection, in bytes: when an eighth of the inputs was read, and in the end. */
  readonly before: number;
  readonly after: number;
}
