import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import type Docker from "dockerode";
import { ask, type Reached } from "./engine.ts";
import { Fault } from "./faults.ts";

/** An image that this machine has. */
export interface OwnImage {
  readonly name: string;
  /** The same for the same image on every engine. */
  readonly fingerprint: string;
  readonly architecture: string;
  readonly size: number;
}

const STALLED_MS = 60_000;

/**
 * What makes two images the same. Not their ids: those of an engine with containerd's store differ from those of one
 * without, for one and the same image.
 */
export function fingerprintOfImage({ RootFS, Architecture, Os, Config }: Docker.ImageInspectInfo): string {
  const { Cmd, Entrypoint, Env, User, WorkingDir } = Config;
  const essence = [RootFS.Layers, Architecture, Os, Cmd ?? null, Entrypoint ?? null, Env ?? null, User, WorkingDir];
  return createHash("sha256").update(JSON.stringify(essence)).digest("hex").slice(0, 12);
}

/** The image of that name, undefined where the engine has none. */
export async function findImage(engine: Docker, name: string): Promise<Docker.ImageInspectInfo | undefined> {
  try {
    return await ask(engine.getImage(name).inspect());
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** @throws {Error} if this machine has no such image. */
export async function ownImage(engine: Docker, name: string): Promise<OwnImage> {
  const found = await findImage(engine, name).catch((error: Error) => {
    throw new Error(`the Docker engine of this machine does not answer, and it has the images: ${error.message}`);
  });
  if (found === undefined)
    throw new Error(`there is no image ${name} on this machine: build or pull it, then run up again`);
  return { name, fingerprint: fingerprintOfImage(found), architecture: found.Architecture, size: found.Size };
}

/** @throws {Fault} if the host's processor cannot run the image. */
export function checkArchitecture({ host, architecture }: Reached, image: OwnImage): void {
  if (image.architecture === architecture) return;
  throw new Fault(
    host,
    `it is ${architecture}, the image ${image.name} is for ${image.architecture}; build that for it (platform: linux/${architecture} in the Compose file)`,
  );
}

/**
 * Sends an image from one engine to another.
 *
 * @param onBytes told how many bytes have gone so far.
 * @throws {Error} with what the other engine says, or when nothing has moved for a minute.
 */
export async function sendImage(
  from: Docker,
  { host, engine }: Reached,
  name: string,
  onBytes: (sent: number) => void,
): Promise<void> {
  const archive = (await from.getImage(name).get()) as Readable;
  let sent = 0;
  let watchdog = setTimeout(() => {}, 0);
  const watch = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(
      () => counted.destroy(new Error("it did not answer, nothing moved for a minute")),
      STALLED_MS,
    );
  };
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      watch();
      onBytes(sent);
      done(null, chunk);
    },
  });
  archive.on("error", (error) => counted.destroy(error)).pipe(counted);
  watch();
  try {
    const answer = (await engine.loadImage(counted as never, { quiet: true })) as Readable;
    await told(answer);
  } catch (error) {
    throw sent === 0
      ? error
      : new Fault(host, "it went away while the image was sent; when it is back, run up again", error);
  } finally {
    clearTimeout(watchdog);
    archive.destroy();
    counted.destroy();
  }
}

/** Reads an engine's report to its end. @throws {Error} with the first error in it. */
async function told(answer: Readable): Promise<void> {
  let text = "";
  for await (const chunk of answer) text += String(chunk);
  for (const line of text.split("\n")) {
    if (!line.includes('"error"')) continue;
    const { error } = JSON.parse(line) as { error?: string };
    if (error !== undefined) throw new Error(error);
  }
}
