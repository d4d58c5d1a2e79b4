import { spawn } from "node:child_process";
import Docker from "dockerode";
import { logLines } from "../../scripts/hosts/log-lines.ts";

/** The engine as `DOCKER_HOST` or the usual socket has it. */
export const docker: Docker = new Docker();

/** How a command ended: its exit code and all it wrote. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Given to the command as its input, which ends with it; without it the input is empty. */
  input?: string | Promise<string>;
  timeoutMs?: number;
}

/**
 * Runs a command to its end; a code other than 0 is an outcome like any other.
 *
 * @throws if it cannot be started, or is not done within `timeoutMs` (2 minutes by default).
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
  const written = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (written.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  child.stdin.on("error", () => {}); // it may end without reading
  void Promise.resolve(options.input ?? "").then((text) => child.stdin.end(text));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timeoutMs = options.timeoutMs ?? 120_000;
  const timer = setTimeout(() => {
    child.kill("SIGKILL");
    const so = `stdout: ${written.stdout}\nstderr: ${written.stderr}`;
    reject(new Error(`not done within ${timeoutMs} ms: ${command} ${args.join(" ")}\n${so}`));
  }, timeoutMs);
  child.once("error", reject);
  child.once("close", (code) => resolve(code ?? 1));
  try {
    return { code: await promise, ...written };
  } finally {
    clearTimeout(timer);
  }
}

/** Like `run`, for commands that have to succeed: their stdout. */
export async function must(command: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const outcome = await run(command, args, options);
  if (outcome.code !== 0) {
    throw new Error(`${command} ${args.join(" ")} ended with ${outcome.code}:\n${outcome.stderr}${outcome.stdout}`);
  }
  return outcome.stdout;
}

/** Why container tests cannot run here, or undefined where an engine with Compose v2 and buildx answers. */
export async function whyNoEngine(): Promise<string | undefined> {
  for (const [args, what] of [
    [["version", "--format", "{{.Server.Version}}"], "no Docker engine answers"],
    [["compose", "version"], "the docker command has no Compose v2 plugin"],
    [["buildx", "version"], "the docker command has no buildx plugin"],
  ] as const) {
    const answer = await run("docker", args, { timeoutMs: 20_000 }).catch((error: Error) => error);
    if (answer instanceof Error) return `${what} (${answer.message})`;
    if (answer.code !== 0) return `${what} (${answer.stderr.trim().split("\n").at(-1) ?? ""})`;
  }
  return undefined;
}

/** What a container wrote to its stdout, as lines. */
export async function stdoutLines(container: Docker.Container): Promise<string[]> {
  return (await logLines(container, { stderr: false })).map(({ text }) => text);
}

/** Asks every 100 ms until `answer` gives something; the last error or `what` tells why it never did. */
export async function eventually<T>(
  what: string,
  timeoutMs: number,
  answer: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const given = await answer();
      if (given !== undefined && given !== false) return given;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until the container's health check succeeds, counted from its latest start. */
export async function healthy(container: Docker.Container, timeoutMs = 60_000): Promise<void> {
  await eventually(`${container.id.slice(0, 12)} is healthy`, timeoutMs, async () => {
    const { State } = await container.inspect();
    return State.Running && State.Health?.Status === "healthy";
  });
}
