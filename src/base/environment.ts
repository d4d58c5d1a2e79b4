/**
 * Time, timers, random numbers and per-process state. Tests and simulations pass their own environment, so that they
 * control the time, and so that several simulated processes do not share state.
 */

/** A running timer. */
export interface Timer {
  /** Restarts the timer with the same delay. */
  refresh(): unknown;
  /** Allows the process to exit while the timer runs. */
  unref(): unknown;
}

/** What a program gets from its process. Tests and simulations pass their own. */
export interface Environment {
  /** The environment variables with the configuration. They are read once. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Monotonic time in milliseconds since an unspecified start. */
  now(): number;
  /** The current date and time. */
  date(): Date;
  /** Runs `work` once, after `ms` milliseconds. */
  setTimeout(work: () => void, ms: number): Timer;
  /** Runs `work` again and again, every `ms` milliseconds. */
  setInterval(work: () => void, ms: number): Timer;
  /** Stops a timeout or an interval; does nothing for a timer that has ended, or for undefined. */
  clearTimer(timer: Timer | undefined): void;
  /** Runs `work` after pending input is read, like Node's `setImmediate`. */
  setImmediate(work: () => void): void;
  /** Runs `work` before any other event, like `process.nextTick`. */
  nextTick(work: () => void): void;
  /** A random number >= 0 and < 1. Not cryptographically secure. */
  random(): number;
  /** Cryptographically secure random bytes, as hexadecimal text. */
  randomHex(bytes: number): string;
  /** A cryptographically secure random UUID (version 4). */
  randomUuid(): string;
}

/** Node's environment. `node:crypto` is loaded on first use, because loading it takes 6 ms. */
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

/** Per-process state: each environment has its own, created on first use. */
export class EnvironmentState<T extends object> {
  readonly #values = new WeakMap<Environment, T>();
  readonly #create: (environment: Environment) => T;

  constructor(create: (environment: Environment) => T) {
    this.#create = create;
  }

  of(environment: Environment): T {
    let value = this.#values.get(environment);
    if (value === undefined) {
      value = this.#create(environment);
      this.#values.set(environment, value);
    }
    return value;
  }
}

/** Resolves after `ms` milliseconds. @throws the signal's reason if it aborts first. */
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
