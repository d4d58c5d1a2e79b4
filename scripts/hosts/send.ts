import type Docker from "dockerode";
import { Board } from "./board.ts";
import { onEach, ownEngine, type Reached, reachAll } from "./engine.ts";
import type { Fault } from "./faults.ts";
import { checkArchitecture, findImage, fingerprintOfImage, type OwnImage, ownImage, sendImage } from "./images.ts";
import type { Inventory } from "./inventory.ts";
import { readableBytes, readableSeconds } from "./units.ts";

/** Sends images to all hosts that lack them, at the same time. */
export async function send(inventory: Inventory, names: readonly string[]): Promise<readonly Fault[]> {
  using board = new Board();
  const own = ownEngine();
  const images: OwnImage[] = [];
  for (const name of names) images.push(await ownImage(own, name));
  const reached = await reachAll(inventory.hosts);
  const sent = await onEach(reached.done, async (one) => {
    for (const image of images) {
      checkArchitecture(one, image);
      const there = await findImage(one.engine, image.name);
      if (there === undefined || fingerprintOfImage(there) !== image.fingerprint) {
        await sendMissing(own, one, [image], board);
      } else {
        board.done(one.host.name, `image ${image.name}`, "is there", "dim");
      }
    }
  });
  return [...reached.faults, ...sent.faults];
}

/** Sends a host what it lacks, and shows how far that is. */
export async function sendMissing(own: Docker, to: Reached, images: readonly OwnImage[], board: Board): Promise<void> {
  const { name: host } = to.host;
  for (const image of images) {
    const subject = `image ${image.name}`;
    const started = performance.now();
    let sent = 0;
    board.moving(host, subject, 0, image.size);
    try {
      await sendImage(own, to, image.name, (progress) => {
        ({ sent } = progress);
        board.moving(host, subject, progress.passed, image.size);
      });
    } catch (error) {
      board.done(host, subject, "failed", "red");
      throw error;
    }
    board.done(host, subject, `sent, ${readableBytes(sent)} in ${readableSeconds(performance.now() - started)}`);
  }
}
