import { PyroError } from "../../src/base/errors.ts";

export type ProblemKind =
  | "error"
  | "slow"
  | "hang"
  | "crash"
  | "pollution"
  | "differs"
  | "unserved"
  | "left"
  | "memory";

/** Something that no input may bring about. */
export class Problem extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }

  /** Equal for problems that are likely to have one reason. */
  get signature(): string {
    const origin = this.cause instanceof Error ? this.cause : this;
    const frame = /at (.*?src\/[\w./-]+)/.exec((origin.stack ?? "").replaceAll("\\", "/"))?.[1] ?? "";
    return `${this.kind} ${this.message.replaceAll(/\d+/g, "#").slice(0, 120)} ${frame.replace(/^.*src\//, "src/")}`;
  }
}

/** Errors of the engine that a PyroError may have as its cause, by the code of the PyroError. */
const KNOWN_CAUSES: ReadonlySet<string> = new Set(["PYRO_INFLATED_TOO_LARGE", "PYRO_BAD_COMPRESSION"]);

/**
 * The code of a refusal, if it is one that the library declares: of the PyroError family, and not made of a slip of its own
 * that was caught further up.
 *
 * @throws {Problem} for any other error.
 */
export function refusalCode(error: unknown): string {
  if (error instanceof Problem) throw error;
  if (!(error instanceof PyroError)) throw new Problem("error", `not a PyroError: ${inOneLine(error)}`, error);
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    const slip = cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError;
    if (slip && !KNOWN_CAUSES.has(error.code)) {
      throw new Problem("error", `${error.code} made of ${inOneLine(cause)}`, cause);
    }
  }
  return error.code;
}

export function inOneLine(thrown: unknown): string {
  return (
    (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).split("\n")[0]?.slice(0, 200) ?? ""
  );
}

/** What every object inherits from, and what it had at first. */
const INTRINSICS: readonly object[] = [
  ...[Object, Array, Function, Map, Set, Promise, RegExp, Error, String, Number, Boolean, BigInt, Uint8Array],
  ...[Object, Array, Function, Map, Set, Promise, RegExp, Error, String, Number, Boolean, BigInt, Uint8Array].map(
    (one) => one.prototype as object,
  ),
];
const shapes = INTRINSICS.map(shapeOf);

function shapeOf(object: object): string {
  return Reflect.ownKeys(object).map(String).join();
}

/** Whether an assignment reached what all objects inherit: cheap, for every input. */
export function isPolluted(): boolean {
  for (const _key in []) return true;
  return false;
}

/** @throws {Problem} when what objects inherit is not what it was; all of it, looked at once in a while. */
export function judgePrototypes(): void {
  const changed = INTRINSICS.findIndex((one, index) => shapeOf(one) !== shapes[index]);
  if (isPolluted() || changed >= 0) throw new Problem("pollution", `intrinsic object ${changed} has other members now`);
}
