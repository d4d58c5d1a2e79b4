import type { Environment, Timer } from "../../src/base/environment.ts";

/** Turns of the real event loop without any work of the environment, after which `settle` returns. */
const QUIET_TURNS = 3;

interface VirtualTimer extends Timer {
  dueAt: number;
  readonly run: () => void;
}

/** An environment with a clock that a test advances, random numbers that repeat, and variables of its own. */
export class VirtualEnvironment implements Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** In the order in which they were started. Timers that are due at the same time run in this order. */
  readonly #timers = new Set<VirtualTimer>();
  readonly #epoch = Date.parse("2026-01-01T00:00:00Z");
  #now = 0;
  #seed: number;
  /** Work that was passed to `nextTick` and `setImmediate`: all of it, and what did not run yet. */
  #started = 0;
  #waiting = 0;

  constructor(variables: Readonly<Record<string, string>> = {}, seed = 1) {
    this.variables = variables;
    this.#seed = seed;
  }

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(this.#epoch + this.#now);
  }

  setTimeout(work: () => void, ms: number): Timer {
    const timer = this.#startTimer(ms, () => {
      this.#timers.delete(timer);
      work();
    });
    return timer;
  }

  setInterval(work: () => void, ms: number): Timer {
    const timer: VirtualTimer = this.#startTimer(ms, () => {
      timer.refresh();
      work();
    });
    return timer;
  }

  clearTimer(timer: Timer | undefined): void {
    this.#timers.delete(timer as VirtualTimer);
  }

  setImmediate(work: () => void): void {
    setImmediate(this.#counted(work));
  }

  nextTick(work: () => void): void {
    process.nextTick(this.#counted(work));
  }

  /** The next number of a simple generator (Park and Miller's). */
  random(): number {
    this.#seed = (this.#seed * 48_271) % 0x7fffffff;
    return this.#seed / 0x7fffffff;
  }

  randomHex(bytes: number): string {
    return Array.from({ length: 2 * bytes }, () => Math.floor(this.random() * 16).toString(16)).join("");
  }

  randomUuid(): string {
    return this.randomHex(16).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets the time pass. Timers run one by one in order of time; what each one starts is done before the next one. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let timer = this.#nextTimer(); timer !== undefined && timer.dueAt <= end; timer = this.#nextTimer()) {
      this.#now = timer.dueAt;
      timer.run();
      await this.settle();
    }
    this.#now = end;
  }

  /** Resolves when all promises, ticks and immediates have run, and those that they started. No time passes. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      const before = this.#started;
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.#waiting > 0 || this.#started > before ? 0 : quiet + 1;
    }
  }

  #startTimer(ms: number, run: () => void): VirtualTimer {
    const timer: VirtualTimer = {
      dueAt: 0,
      run,
      refresh: () => {
        timer.dueAt = this.#now + Math.max(1, ms); // as Node does
        this.#timers.delete(timer);
        this.#timers.add(timer);
      },
      unref: () => undefined,
    };
    timer.refresh();
    return timer;
  }

  #nextTimer(): VirtualTimer | undefined {
    let next: VirtualTimer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.dueAt < next.dueAt) next = timer;
    return next;
  }

  #counted(work: () => void): () => void {
    this.#waiting++;
    this.#started++;
    return () => {
      this.#waiting--;
      work();
    };
  }
}
