import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { pack } from "tar-stream";
import type { CarriedFile } from "./carried.ts";

/** One entry of what is packed: a folder, a file with its bytes, or a link. */
interface Packed {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content?: Buffer;
  readonly link?: string;
}

/** The number under which a file lies in its volume: containers mount it from there (a volume's subpath). */
const nameIn = (at: number): string => String(at);

function packed(files: readonly CarriedFile[]): Packed[] {
  return files.flatMap(({ source, mode, uid = 0, gid = 0 }, at): Packed[] => {
    const name = nameIn(at);
    if ("text" in source) return [{ name, mode: mode ?? 0o444, uid, gid, content: Buffer.from(source.text) }];
    // Whoever may read it here decides nothing there: the container's user has to.
    const below = (path: string, as: string): Packed[] => {
      const found = lstatSync(path);
      if (found.isSymbolicLink() && as !== name) return [{ name: as, mode: 0o777, uid, gid, link: readlinkSync(path) }];
      if (!statSync(path).isDirectory()) {
        const bits = mode ?? ((found.mode & 0o111) === 0 ? 0o444 : 0o555);
        return [{ name: as, mode: bits, uid, gid, content: readFileSync(path) }];
      }
      const inside = readdirSync(path)
        .toSorted()
        .flatMap((one) => below(join(path, one), `${as}/${one}`));
      return [{ name: as, mode: 0o555, uid, gid }, ...inside];
    };
    return below(source.path, name);
  });
}

/** What the files' contents and rights come to; the same for the same. */
export function fingerprintOf(files: readonly CarriedFile[]): string {
  const hash = createHash("sha256");
  for (const { content, ...head } of packed(files)) {
    hash.update(JSON.stringify([head, content?.length ?? 0])).update(content ?? "");
  }
  return hash.digest("hex").slice(0, 16);
}

/** How containers mount them: each at its own place, read-only. */
export function fileMounts(files: readonly CarriedFile[], volume: string): Docker.MountConfig {
  return files.map(({ target }, at) => ({
    Type: "volume",
    Source: volume,
    Target: target,
    ReadOnly: true,
    VolumeOptions: { NoCopy: true, Subpath: nameIn(at) },
  })) as unknown as Docker.MountConfig;
}

/**
 * Puts the files into a volume of the host, which is made for it, by way of a container that is never started.
 *
 * A bind mount would need them to lie on the host; a copy into the container itself would need a file system that can be
 * written to.
 */
export async function fillVolume(
  engine: Docker,
  files: readonly CarriedFile[],
  { volume, image, labels }: { volume: string; image: string; labels: Record<string, string> },
): Promise<void> {
  await engine.createVolume({ Name: volume, Labels: labels });
  const container = await engine.createContainer({
    Image: image,
    Entrypoint: ["-"],
    Labels: labels,
    HostConfig: {
      NetworkMode: "none",
      Mounts: [{ Type: "volume", Source: volume, Target: "/files", VolumeOptions: { NoCopy: true } }] as never,
    },
  });
  try {
    const archive = pack();
    for (const { name, mode, uid, gid, content, link } of packed(files)) {
      if (link !== undefined) archive.entry({ name, mode, uid, gid, type: "symlink", linkname: link });
      else if (content === undefined) archive.entry({ name, mode, uid, gid, type: "directory" });
      else archive.entry({ name, mode, uid, gid }, content);
    }
    archive.finalize();
    await container.putArchive(archive as never, { path: "/files" });
  } finally {
    await container.remove({ force: true });
  }
}
