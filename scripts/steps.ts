/** Steps that run a few at a time, one line each: what `check.ts` and `check-package.ts` consist of. */
import type { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { styleText } from "node:util";

export const ROOT: string = join(import.meta.dirname, "..");

export interface Outcome {
  /** Undefined for a step that could not run. */
  readonly ok: boolean | undefined;
  /** Shown if the step failed or could not run. */
  readonly output: string;
  /** The rest of the step's line: figures, or why it could not run. */
  readonly note?: string;
}

export interface Step {
  readonly name: string;
  run(): Promise<Outcome>;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program, of `node_modules/.bin` or of the system, without colors. The output is stdout and stderr together. */
export function runCommand(
  tool: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<{ readonly ok: boolean; readonly output: string }> {
  const path = [join(ROOT, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: path, NO_COLOR: "1", ...options.env };
  delete env["FORCE_COLOR"];
  return new Promise((resolve) => {
    const cwd = options.cwd ?? ROOT;
    // On Windows the programs of npm packages are scripts of cmd.exe.
    const quoted = [tool, ...args].map((word) => (/[^\w./:=@\\-]/.test(word) ? `"${word}"` : word)).join(" ");
    const child =
      process.platform === "win32"
        ? spawn(quoted, { cwd, env, stdio: ["ignore", "pipe", "pipe"], shell: true })
        : spawn(tool, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (text: Buffer): void => {
      output += text.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ ok: false, output: `cannot run ${tool}: ${error.message}\n` }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

/** A step that is one command. `note` makes the rest of its line from what it printed. */
export function commandStep(
  name: string,
  [tool = "", ...args]: readonly string[],
  note?: (output: string) => string,
): Step {
  return {
    name,
    async run(): Promise<Outcome> {
      const { ok, output } = await runCommand(tool, args);
      return { ok, output: `$ ${[tool, ...args].join(" ")}\n${output}`, note: note?.(output) ?? "" };
    },
  };
}

export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1_000).toFixed(1)} s`;
}

function markOf(ok: boolean | undefined): string {
  if (ok === undefined) return styleText("yellow", "SKIPPED");
  return ok ? styleText("green", "ok     ") : styleText("red", "FAILED ");
}

export interface Summary {
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** Runs all steps, `atATime` at once, and prints each when it ends. A failed step does not stop the others. */
export async function runSteps(steps: readonly Step[], atATime: number): Promise<Summary> {
  const waiting = [...steps];
  const failed: string[] = [];
  const skipped: string[] = [];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const start = performance.now();
      const {
        ok,
        output,
        note = "",
      } = await step.run().catch((error: unknown): Outcome => {
        return { ok: false, output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      });
      console.log(`${markOf(ok)} ${step.name.padEnd(22)} ${secondsSince(start).padStart(7)}  ${note}`.trimEnd());
      if (ok === true) continue;
      (ok === false ? failed : skipped).push(step.name);
      if (output !== "") console.log(`\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return { failed, skipped };
}
