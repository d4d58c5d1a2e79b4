import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that runs, with what it wrote; disposing ends it. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #changed: () => void = () => undefined;
  stdout = "";
  stderr = "";
  over = false;

  constructor(command: string, args: readonly string[], options: ProgramOptions = {}) {
    this.#child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#closed = once(this.#child, "close");
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#changed();
    });
    void this.#closed.then(() => {
      this.over = true;
      this.#changed();
    });
  }

  /** Starts a TypeScript program with the Node that runs the tests. */
  static node(file: string, args: readonly string[] = [], options: ProgramOptions = {}): Program {
    return new Program(process.execPath, [file, ...args], options);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits until what it wrote, stdout or stderr, matches. @throws with all of it when it ends or `timeoutMs` pass first. */
  async wrote(wanted: RegExp, timeoutMs = 15_000): Promise<RegExpExecArray> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = wanted.exec(this.stdout) ?? wanted.exec(this.stderr);
      if (found !== null) return found;
      const left = deadline - performance.now();
      if (left <= 0 || this.over) {
        throw new Error(`${this.over ? "ended" : "ran on"} without ${wanted}\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  say(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Ends its input and waits for its exit code; a signal counts as 128 and its number, as in a shell. */
  async ends(): Promise<number> {
    this.#child.stdin?.end();
    await this.#closed;
    return this.#child.exitCode ?? { SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }[String(this.#child.signalCode)] ?? 1;
  }

  kill(signal: NodeJS.Signals = "SIGTERM"): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.over) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await this.#closed;
    clearTimeout(timer);
  }
}
