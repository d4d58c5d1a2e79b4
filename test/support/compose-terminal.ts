import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "./compose.ts";

/**
 * A command on a terminal of its own (util-linux `script` makes it), with someone at the keyboard.
 *
 * @example
 * await using terminal = new Terminal("docker", composition.args("run", "--rm", "client"));
 * await terminal.shows("Type a thing");
 * terminal.type("television\n");
 */
export class Terminal implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;
  #shown = "";
  #read = 0;
  #over = false;
  #onText: () => void = () => {};

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    const line = [command, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    // exec: a shell that stays would get each Ctrl-C as well, and die of it (dash, where SHELL is not set).
    this.#child = spawn("script", ["-qefc", `exec ${line}`, "/dev/null"], {
      cwd: ROOT,
      env: { ...process.env, ...env },
    });
    this.#child.stdin.on("error", () => {});
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#shown += text;
      this.#onText();
    });
    this.#ended = new Promise((resolve) => this.#child.once("close", (code) => resolve(code ?? 1)));
    void this.#ended.then(() => {
      this.#over = true; // only now: text may arrive after the exit
      this.#onText();
    });
  }

  /** Everything that was shown, with plain line ends and without what only moves the cursor or sets colours. */
  get text(): string {
    return stripVTControlCharacters(this.#shown).replace(/\r+\n/g, "\n");
  }

  /** Presses keys: `\n` is Enter, `\x04` Ctrl-D, `\x03` Ctrl-C. */
  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** Waits until `text` is shown, behind what was waited for before. */
  async shows(text: string, timeoutMs = 30_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const at = this.#shown.indexOf(text, this.#read);
      if (at >= 0) {
        this.#read = at + text.length;
        return;
      }
      const left = deadline - performance.now();
      if (left <= 0 || this.#over) {
        throw new Error(`the terminal never showed ${JSON.stringify(text)}, but:\n${this.text}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#onText = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The command's exit code. */
  async ends(timeoutMs = 30_000): Promise<number> {
    const { promise, reject } = Promise.withResolvers<never>();
    const late = new Error(`the command did not end within ${timeoutMs} ms`);
    const timer = setTimeout(() => reject(late), timeoutMs);
    try {
      return await Promise.race([this.#ended, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.#child.kill("SIGKILL"); // the terminal is gone then, which ends what runs on it
    await this.#ended;
  }
}
