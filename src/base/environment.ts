/**
 * What a program gets from the process that it runs in: time, timers, randomness, and the state that a process has once.
 * Tests and simulations pass an environment of their own, so that time passes when they say so and two simulated
 * processes in one do not share state.
 */

/** A timer that was started. */
export interface Timer {
  /** Starts it again, with the same delay. */
  refresh(): unknown;
  /** Lets the process end while the timer runs. */
  unref(): unknown;
}

export interface Environment {
  /** The variables that configuration is read from. They are read once. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since some moment in the past; never goes back. */
  now(): number;
  /** The time of day. */
  date(): Date;
  setTimeout(work: () => void, ms: number): Timer;
  setInterval(work: () => void, ms: number): Timer;
  /** Stops a timer of either kind; does nothing for a timer that has ended, or for undefined. */
  clearTimer(timer: Timer | undefined): void;
  /** Runs `work` after the input that is there now was read. */
  setImmediate(work: () => void): void;
  /** Runs `work` before anything else is read or any timer ends. */
  nextTick(work: () => void): void;
  /** A number from 0 up to, but not including, 1. For ids that guard nothing, and for choices. */
  random(): number;
  /** Bytes that cannot be guessed, as hexadecimal text of twice that length. */
  randomHex(bytes: number): string;
  /** A random UUID (version 4) that cannot be guessed. */
  randomUuid(): string;
}

/** Node's own. `node:crypto` is loaded with the first id: that takes 6 ms. */
export const processEnvironment: Environment = {
  variables: process.env,
  now: () => performance.now(),
  date: () => new Date(),
  setTimeout: (work, ms) => setTimeout(work, ms),
  setInterval: (work, ms) => setInterval(work, ms),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  setImmediate: (work) => void setImmediate(work),
  nextTick: (work) => process.nextTick(work),
  random: Math.random,
  randomHex: (bytes) => process.getBuiltinModule("node:crypto").randomBytes(bytes).toString("hex"),
  randomUuid: () => process.getBuiltinModule("node:crypto").randomUUID(),
};

/** State that a process has once: each environment has its own, made when it is first asked for. */
export class EnvironmentState<T extends object> {
  readonly #values = new WeakMap<Environment, T>();
  readonly #make: (environment: Environment) => T;

  constructor(make: (environment: Environment) => T) {
    this.#make = make;
  }

  of(environment: Environment): T {
    let value = this.#values.get(environment);
    if (value === undefined) {
      value = this.#make(environment);
      this.#values.set(environment, value);
    }
    return value;
  }
}

/** Resolves after `ms` milliseconds. @throws the signal's reason when it aborts first. */
export function sleep(environment: Environment, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const abort = (): void => {
      environment.clearTimer(timer);
      reject(signal?.reason as Error);
    };
    const timer = environment.setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
