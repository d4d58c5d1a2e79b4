import { finished } from "node:stream/promises";
import type Docker from "dockerode";
import type { Placement } from "./deployment.ts";
import { ask, type Reached } from "./engine.ts";
import { Fault } from "./faults.ts";
import { logLines } from "./log-lines.ts";
import { readableSeconds } from "./units.ts";

const LOOK_EVERY_MS = 200;
/** Beyond what the health check itself allows. */
const GRACE_MS = 15_000;
const WORK_MS = 15_000;
const MOST_RESTARTS = 3;

/**
 * Waits until a container that was started does what it is for: until it is healthy; where there is no check, until it
 * runs; and where it has a task rather than a service, until that is done, or takes long.
 *
 * @returns how it is, in a few words.
 * @throws {Fault} with its last words, when it does not get there.
 */
export async function settled({ host, engine }: Reached, id: string, placement: Placement): Promise<string> {
  const container = engine.getContainer(id);
  const started = performance.now();
  const since = (): string => readableSeconds(performance.now() - started);
  for (;;) {
    const { State, RestartCount, Config } = await ask(container.inspect());
    const check = State.Health;
    const waited = performance.now() - started;
    if (State.Status === "running" && check === undefined) {
      if (placement.lasting) return "running";
      if (waited > WORK_MS) return "still at work";
    } else if (State.Status === "running" && check?.Status === "healthy") {
      return `healthy after ${since()}`;
    } else if (State.Status === "exited" && !placement.lasting) {
      if (State.ExitCode === 0) return `ended with 0 after ${since()}`;
      throw new Fault(host, `${placement.service} ended with ${State.ExitCode}: ${await lastWords(container)}`);
    }
    const over =
      check?.Status === "unhealthy" ||
      RestartCount >= MOST_RESTARTS ||
      State.Status === "exited" ||
      State.Status === "dead";
    if (over || waited > patience(Config.Healthcheck) + GRACE_MS) {
      const how = RestartCount > 0 ? `ends again and again (${State.ExitCode})` : `is not healthy after ${since()}`;
      const said = check?.Log?.at(-1)?.Output.trim().split("\n").at(-1) ?? "";
      throw new Fault(
        host,
        `${placement.service} ${how}: ${(await lastWords(container)) || said || "it said nothing"}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/**
 * Whether a container that runs passes its own health check now, or within a while. What its engine knows of its health may
 * be from before something that it depends on was replaced.
 */
export async function passesWithin(ms: number, { engine }: Reached, id: string): Promise<boolean> {
  const container = engine.getContainer(id);
  const { Config } = await ask(container.inspect());
  const [kind, ...words] = Config.Healthcheck?.Test ?? [];
  if (kind !== "CMD" && kind !== "CMD-SHELL") return true;
  const Cmd = kind === "CMD" ? words : ["/bin/sh", "-c", ...words];
  for (const started = performance.now(); performance.now() - started < ms; ) {
    const exec = await ask(container.exec({ Cmd, AttachStdout: true, AttachStderr: true }));
    const output = await exec.start({});
    await ask(finished(output.resume()));
    if ((await ask(exec.inspect())).ExitCode === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return false;
}

/** How long a health check lets a container be until it calls it unhealthy, in milliseconds. */
function patience(check: Docker.HealthConfig | undefined): number {
  const { Interval = 30e9, Timeout = 30e9, Retries = 3, StartPeriod = 0 } = check ?? {};
  return (StartPeriod + (Interval + Timeout) * (Retries || 3)) / 1e6;
}

async function lastWords(container: Docker.Container): Promise<string> {
  const lines = await logLines(container, { tail: 20 }).catch(() => []);
  return lines.map(({ text }) => text.trim()).findLast((text) => text !== "") ?? "";
}
