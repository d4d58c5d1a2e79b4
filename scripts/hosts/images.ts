import { createHash } from "node:crypto";
import { Duplex, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { extract, pack } from "tar-stream";
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

/** What of an image has gone to a host. */
export interface Progress {
  /** The share of the image that has been dealt with, sent or found there, in bytes. */
  readonly passed: number;
  readonly sent: number;
}

/**
 * Sends an image from one engine to another: only those layers that the other one lacks, as an engine does not look at
 * what it has. One with containerd's store does, and is sent all of it.
 *
 * @throws {Error} with what the other engine says, or when nothing has moved for a minute.
 */
export async function sendImage(
  from: Docker,
  to: Reached,
  name: string,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const known = await layersThere(to.engine, (await from.getImage(name).inspect()).RootFS.Layers ?? []);
  try {
    await transfer(from, to, name, known, onProgress);
  } catch (error) {
    if (known.size === 0 || error instanceof Fault || !/not found|no such file|not exist/i.test(String(error)))
      throw error;
    await transfer(from, to, name, new Set(), onProgress);
  }
}

/** Those of the layers that lie on one another in an image of the engine, from the bottom on. */
async function layersThere(engine: Docker, layers: readonly string[]): Promise<ReadonlySet<string>> {
  let most = 0;
  for (const { Id } of await ask(engine.listImages())) {
    const { Layers: others = [] } = (await findImage(engine, Id))?.RootFS ?? {};
    const differs = layers.findIndex((layer, at) => layer !== others[at]);
    most = Math.max(most, differs < 0 ? layers.length : differs);
  }
  return new Set(layers.slice(0, most));
}

async function transfer(
  from: Docker,
  { host, engine }: Reached,
  name: string,
  known: ReadonlySet<string>,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const archive = (await from.getImage(name).get()) as Readable;
  const progress = { passed: 0, sent: 0 };
  const thinned = thin(known);
  let watchdog: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(watchdog);
    const stalled = new Error("it did not answer, nothing moved for a minute");
    watchdog = setTimeout(() => counted.destroy(stalled), STALLED_MS);
  };
  const counting = (counter: keyof typeof progress): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        progress[counter] += chunk.length;
        watch();
        onProgress(progress);
        done(null, chunk);
      },
    });
  const counted = counting("sent");
  const piped = pipeline(archive, counting("passed"), thinned, counted);
  piped.catch(() => {}); // the other engine's answer tells more
  watch();
  try {
    await told((await engine.loadImage(counted as never, { quiet: true })) as Readable);
    // What is left of the archive behind its end mark is of no use to anyone.
  } catch (error) {
    const why = "it went away while the image was sent; when it is back, run up again";
    if (progress.sent > 0 && isBroken(error)) throw new Fault(host, why, error);
    throw error;
  } finally {
    clearTimeout(watchdog);
    archive.destroy();
  }
}

const isBroken = (error: unknown): boolean =>
  /ECONNRESET|EPIPE|socket hang up|premature close|aborted|ssh|closed|did not answer/i.test(
    `${String(error)} ${String((error as { code?: unknown }).code)}`,
  );

/** Leaves layers out of an image's archive, in which their names are their digests (Docker 25 and newer). */
function thin(known: ReadonlySet<string>): Duplex {
  const taken = extract();
  const packed = pack();
  taken.on("entry", (header, stream, next) => {
    const digest = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(header.name)?.[1];
    if (digest !== undefined && known.has(`sha256:${digest}`)) {
      stream.on("end", next).resume();
      return;
    }
    const entry = packed.entry(header, (error) => (error ? packed.destroy(error) : next()));
    // When the whole is destroyed, so is what is just being packed; the whole tells of it.
    entry.on("error", () => {});
    stream.on("error", () => {});
    stream.pipe(entry);
  });
  taken.on("finish", () => packed.finalize());
  return Duplex.from({ writable: taken as never, readable: packed as never });
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
