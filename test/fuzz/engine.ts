/** Feeds inputs of one format to its target, and judges what comes of it. */
import type { Buffer } from "node:buffer";
import type { Format, Grammar, Target } from "./format.ts";
import { isPolluted, judgePrototypes, Problem, refusalCode } from "./judge.ts";
import { minimised } from "./minimise.ts";
import { mutated } from "./mutate.ts";
import { Random } from "./random.ts";

/** An input may take so long, in milliseconds. */
export const MOST_MS = 100;
const LOOK_ROUND_EVERY = 2_000;

/** One input, and which of the reader's ways it is for. */
export interface Input {
  readonly bytes: Buffer;
  readonly variant: number;
}

/** An input that brought something about that none may. */
export interface Finding extends Input {
  readonly format: string;
  readonly seed: number;
  readonly index: number;
  readonly problem: Problem;
}

export interface Tally {
  inputs: number;
  bytes: number;
  /** Of "accepted" and of each refusal's code. */
  readonly outcomes: Map<string, number>;
  slowestMs: number;
  slowestIndex: number;
}

export function emptyTally(): Tally {
  return { inputs: 0, bytes: 0, outcomes: new Map(), slowestMs: 0, slowestIndex: -1 };
}

/** The input of that number: the same in every run with that seed. */
export function inputOf(format: Format, grammar: Grammar, seed: number, index: number): Input {
  const random = new Random(seed, format.name, index);
  const { bytes, variant = 0, mask = 0 } = random.pick(grammar.seeds);
  // Now and then in a way that the seed was not made for.
  const kept = random.once(16) ? 0 : mask;
  return { variant: ((random.next() & ~kept) | (variant & kept)) >>> 0, bytes: mutated(random, bytes, grammar) };
}

/** "accepted", or the code of the refusal. @throws {Problem} */
export async function outcomeOf(target: Target, { bytes, variant }: Input): Promise<string> {
  try {
    const outcome = target.feed(bytes, variant);
    return typeof outcome === "string" ? outcome : await outcome;
  } catch (error) {
    return refusalCode(error);
  }
}

export interface RunOptions {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Called before each input. */
  readonly onInput?: (index: number) => void;
  readonly onFinding: (finding: Finding) => void;
  /** Whether to look at the clock: a machine that is busy with other things makes inputs slow that are not. */
  readonly timed: boolean;
  /** Problems that were found already: each is told of once. */
  readonly known?: Set<string>;
}

/** Feeds the inputs `from` to `to`, the last not included, one after the other. */
export async function run(
  format: Format,
  target: Target,
  options: RunOptions,
  tally: Tally = emptyTally(),
): Promise<Tally> {
  const { seed, from, to, onInput, onFinding, timed, known = new Set() } = options;
  const grammar = format.grammar();
  for (let index = from; index < to; index++) {
    onInput?.(index);
    const input = inputOf(format, grammar, seed, index);
    const started = performance.now();
    try {
      const outcome = await judged(target, input);
      tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1);
      const took = performance.now() - started;
      if (took > tally.slowestMs) {
        const least = took > MOST_MS && timed ? await leastOf(target, input, took) : took;
        if (least > tally.slowestMs) Object.assign(tally, { slowestMs: least, slowestIndex: index });
        if (least > MOST_MS && timed) throw new Problem("slow", `${Math.round(least)} ms`);
      }
      if ((index + 1) % LOOK_ROUND_EVERY === 0) await lookRound(target);
    } catch (error) {
      const problem = error as Problem;
      if (!(problem instanceof Problem)) throw error;
      tally.outcomes.set(problem.kind, (tally.outcomes.get(problem.kind) ?? 0) + 1);
      const { signature } = problem;
      if (known.has(signature)) continue;
      known.add(signature);
      const least = await minimised(input, (smaller) => bringsAbout(target, smaller, signature));
      onFinding({ format: format.name, seed, index, problem, ...least });
    } finally {
      tally.inputs++;
      tally.bytes += input.bytes.length;
    }
  }
  await lookRound(target);
  return tally;
}

async function judged(target: Target, input: Input): Promise<string> {
  const outcome = await outcomeOf(target, input);
  if (isPolluted()) judgePrototypes();
  return outcome;
}

/** Lets the event loop turn, and looks at what all inputs share. @throws {Problem} */
async function lookRound(target: Target): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  judgePrototypes();
  await target.check?.();
}

/** How long an input takes when nothing else is in the way: the shortest of a few times. */
async function leastOf(target: Target, input: Input, first: number): Promise<number> {
  let least = first;
  for (let times = 0; times < 4 && least > MOST_MS; times++) {
    const started = performance.now();
    await outcomeOf(target, input).catch(() => undefined);
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

async function bringsAbout(target: Target, input: Input, signature: string): Promise<boolean> {
  const started = performance.now();
  try {
    await judged(target, input);
    const took = performance.now() - started;
    if (took <= MOST_MS || (await leastOf(target, input, took)) <= MOST_MS) return false;
    return signature.startsWith("slow");
  } catch (error) {
    return error instanceof Problem && error.signature === signature;
  }
}
