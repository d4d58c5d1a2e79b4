import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import { ask, type Reached } from "./engine.ts";
import { Fault } from "./faults.ts";
import { type Found, LABEL } from "./observe.ts";

/** Who types, and who reads: this process, as a rule. */
export interface Console {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/**
 * Runs a service's program, or another command, in a container of its own that is like the service's: same image,
 * settings, files and network, but no published ports. It is removed when it has ended, whatever ends it.
 *
 * @returns its exit code.
 */
export async function runBeside(
  { engine, host }: Reached,
  { info, service }: Found,
  command: readonly string[] | undefined,
  console: Console,
): Promise<number> {
  const tty = isTerminal(console);
  const { Cmd, Entrypoint, Env, User, WorkingDir, Labels, Image } = info.Config;
  const { PortBindings, RestartPolicy, AutoRemove, ...settings } = info.HostConfig;
  void [PortBindings, RestartPolicy, AutoRemove];
  const { [LABEL.parts]: _parts, ...labels } = Labels;
  const create = (image: string): Promise<Docker.Container> =>
    ask(
      engine.createContainer({
        Image: image,
        Cmd: command === undefined ? Cmd : [...command],
        ...(Entrypoint === null || Entrypoint === undefined ? {} : { Entrypoint }),
        Env: [...Env],
        User,
        WorkingDir,
        Labels: { ...labels, [LABEL.passing]: service },
        Tty: tty,
        OpenStdin: true,
        StdinOnce: true,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Healthcheck: { Test: ["NONE"] },
        HostConfig: { ...settings, AutoRemove: true },
      }),
    );
  const unlessMissing = (error: { statusCode?: number }): undefined => {
    if (error.statusCode !== 404) throw error;
  };
  // The very image, even if its name means another one by now; containerd's store forgets one that has lost its name.
  const container = (await create(info.Image).catch(unlessMissing)) ?? (await create(Image).catch(unlessMissing));
  if (container === undefined) {
    throw new Fault(host, `the image ${Image} of ${service} is not there any more; run up again`);
  }
  const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
  // Asked before the start: what ends at once is removed at once. And when this says so, nothing is left of it.
  const ended = container.wait({ condition: "removed" } as never) as unknown as Promise<{ StatusCode: number }>;
  ended.catch(() => {});
  await ask(container.start());
  await converse(engine, stream as Duplex, tty, console, (size) => container.resize(size));
  return (await ended).StatusCode;
}

/** Runs a command in a container that runs. @returns its exit code. */
export async function runInside(
  { engine }: Reached,
  { id }: Found,
  command: readonly string[],
  console: Console,
): Promise<number> {
  const tty = isTerminal(console);
  const exec = await ask(
    engine.getContainer(id).exec({
      Cmd: [...command],
      Tty: tty,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    }),
  );
  const stream = await exec.start({ hijack: true, stdin: true, Tty: tty });
  await converse(engine, stream, tty, console, (size) => exec.resize(size));
  return (await ask(exec.inspect())).ExitCode ?? 1;
}

const isTerminal = ({ stdin, stdout }: Console): boolean => stdin.isTTY === true && stdout.isTTY === true;

/** Joins this terminal, or these pipes, with a program's, until the program ends. */
async function converse(
  engine: Docker,
  stream: Duplex,
  tty: boolean,
  { stdin, stdout, stderr }: Console,
  resize: (size: { h: number; w: number }) => Promise<unknown>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.once("end", resolve).once("close", resolve).once("error", reject);
  const fill = (): void => void resize({ h: stdout.rows, w: stdout.columns }).catch(() => {}); // it may have ended
  if (tty) {
    stream.pipe(stdout, { end: false });
    stdin.setRawMode(true); // Ctrl-C is for the program there
    stdout.on("resize", fill);
    fill();
  } else {
    engine.modem.demuxStream(stream, stdout, stderr);
  }
  stdin.pipe(stream);
  try {
    await promise;
  } finally {
    stdin.unpipe(stream);
    stdin.pause();
    stream.destroy();
    if (tty) {
      stdin.setRawMode(false);
      stdout.off("resize", fill);
    }
  }
}
