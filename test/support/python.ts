import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Which Pyro: Pyro4 4.82 or Pyro5 5.15, each in a folder of its own, as the two cannot be installed together. */
export type PythonPyro = 4 | 5;

/** The folder with `py4` and `py5`: PYTHON_PEERS, or what `.ci/python-peers .cache/python-peers` makes. */
const PEERS: string =
  process.env["PYTHON_PEERS"] ?? fileURLToPath(new URL("../../.cache/python-peers", import.meta.url));
// Debian's own, which the packages were made for.
const INTERPRETER = "/usr/bin/python3";

let told = false;

/** Why tests against Python cannot run here, or undefined where they can; it also says so on stderr, once a file. */
export function whyNoPython(): string | undefined {
  const reason = existsSync(INTERPRETER)
    ? existsSync(join(PEERS, "done"))
      ? undefined
      : `there is no Pyro4 and Pyro5 in ${PEERS}. On Debian: .ci/python-peers .cache/python-peers`
    : `there is no ${INTERPRETER}`;
  if (reason !== undefined && !told) {
    told = true;
    process.stderr.write(`!! Tests against Python are SKIPPED: ${reason}\n`);
  }
  return reason;
}

/**
 * How to run a program with that Pyro.
 *
 * @throws where `whyNoPython` tells a reason.
 */
export function python(version: PythonPyro): { command: string; env: Record<string, string> } {
  const reason = whyNoPython();
  if (reason !== undefined) throw new Error(reason);
  const env: Record<string, string> = { PYTHONPATH: join(PEERS, `py${version}`), PYTHONUNBUFFERED: "1" };
  // Only what the test sets: Pyro5 refuses to start on a PYRO_ variable it does not know.
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !name.startsWith("PYRO_") && !name.startsWith("PYTHON")) env[name] = value;
  }
  return { command: INTERPRETER, env };
}

export interface StartOptions {
  /** Waits until a line of stdout matches. */
  until?: RegExp;
  env?: Record<string, string>;
  /** For `until`; 10 s by default. */
  timeoutMs?: number;
}

/** A Python program that runs; disposing ends it. */
export class PythonProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<number>;
  readonly #lines: string[] = [];
  #looked = 0;
  #over = false;
  #unfinished = "";
  #stderr = "";
  #onOutput: () => void = () => {};

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#child = child;
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#unfinished + text).split("\n");
      this.#unfinished = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#onOutput();
    });
    this.#ended = new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
    void this.#ended.then(() => {
      this.#over = true; // only now: output may arrive after the exit
      this.#onOutput();
    });
  }

  /** The whole lines it wrote to stdout so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /**
   * The next line of stdout that matches, behind the one found before; with groups, if the expression has any.
   *
   * @throws if it ends first, or does not write it within `timeoutMs`; the error shows what it did write.
   */
  async line(wanted: RegExp, timeoutMs = 10_000): Promise<RegExpExecArray> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      for (const text of this.#lines.slice(this.#looked)) {
        this.#looked += 1;
        const found = new RegExp(wanted, wanted.flags.replace(/[gy]/g, "")).exec(text);
        if (found !== null) return found;
      }
      const left = deadline - performance.now();
      if (left <= 0 || this.#over) {
        const wrote = `stdout:\n${this.#lines.join("\n")}\nstderr:\n${this.#stderr}`;
        throw new Error(`Python ${this.#over ? "ended" : "ran on"} without a line like ${wanted}\n${wrote}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#onOutput = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Gives it a line of input. */
  say(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends its input and waits: its exit code. */
  async ends(): Promise<number> {
    this.#child.stdin.end();
    return this.#ended;
  }

  kill(signal: NodeJS.Signals = "SIGTERM"): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 2_000);
    await this.#ended;
    clearTimeout(timer);
  }
}

/**
 * Starts Python with that Pyro: `["-m", "Pyro5.nameserver", "-p", "0"]`, `["-c", program]` or a file with arguments.
 *
 * @example
 * await using names = await startPython(5, ["-m", "Pyro5.nameserver", "-p", "0"], { until: /^URI = / });
 */
export async function startPython(
  version: PythonPyro,
  args: readonly string[],
  options: StartOptions = {},
): Promise<PythonProcess> {
  const { command, env } = python(version);
  const child = spawn(command, args, { env: { ...env, ...options.env }, stdio: ["pipe", "pipe", "pipe"] });
  const started = new PythonProcess(child);
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  if (options.until !== undefined) {
    try {
      await started.line(options.until, options.timeoutMs);
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  }
  return started;
}
