/** The processes of a run: none outlives it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { PATH } from "./needs.ts";
import type { Command } from "./peers.ts";

export interface StartOptions {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** One program that runs: its lines are read one by one. */
export class Started {
  readonly ended: Promise<void>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: string[] = [];
  #waiting: (() => void) | undefined;
  #over = false;
  #stderr = "";

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#child = child;
    child.stdin.on("error", () => {});
    child.stderr.on("data", (text) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.#lines.push(line);
      this.#waiting?.();
    });
    child.on("error", (error) => {
      this.#stderr += error.message;
    });
    this.ended = new Promise((resolve) => child.once("close", () => resolve()));
    void this.ended.then(() => {
      this.#over = true;
      this.#waiting?.();
    });
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /**
   * The next line of its output. One at a time.
   *
   * @throws when it ends first or is silent for so long; with the end of what it wrote to stderr.
   */
  async line(timeoutMs: number): Promise<string> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#over) throw new Error(`the process ended: ${this.#stderr}`);
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`no answer in ${timeoutMs} ms: ${this.#stderr}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#waiting = undefined;
    }
  }

  /** Ends it: politely, and after 1.5 s by force. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 1500);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** Starts programs, and ends them all when it is disposed of. They share one folder for temporary files. */
export class Processes implements Disposable {
  readonly temporary: string = mkdtempSync(join(tmpdir(), "pyro-bench-"));
  readonly #alive = new Set<Started>();
  /** Started by one of ours: they would outlive it when it is killed. */
  readonly #adopted = new Set<number>();

  start(command: Command, { folder, env }: StartOptions): Started {
    const [program, ...args] = command;
    const child = spawn(program, args, {
      cwd: folder,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...inherited(), PATH, BENCH_TMP: this.temporary, ...env },
    });
    const started = new Started(child);
    this.#alive.add(started);
    void started.ended.then(() => this.#alive.delete(started));
    return started;
  }

  /** Takes over processes that a program of ours has started. */
  adopt(pids: readonly number[]): void {
    for (const pid of pids) this.#adopted.add(pid);
  }

  /** Ends those that were taken over. */
  endAdopted(pids: readonly number[]): void {
    for (const pid of pids) {
      this.#adopted.delete(pid);
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone with the program that started it, as it should be.
      }
    }
  }

  [Symbol.dispose](): void {
    for (const one of this.#alive) one.kill();
    this.endAdopted([...this.#adopted]);
    rmSync(this.temporary, { recursive: true, force: true });
  }
}

/** Our environment without what changes how peers run; Pyro5 refuses to start on a PYRO_ variable it does not know. */
function inherited(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(PYRO_|PYTHON|NODE_OPTIONS)/.test(name)) env[name] = value;
  }
  return { ...env, NODE_ENV: "production", NODE_NO_WARNINGS: "1", PYTHONDONTWRITEBYTECODE: "1" };
}
