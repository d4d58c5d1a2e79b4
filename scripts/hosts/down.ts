import { removeContainer } from "./apply.ts";
import { Board } from "./board.ts";
import { ask, onEach, type Reached, reachAll } from "./engine.ts";
import type { Fault } from "./faults.ts";
import type { Inventory } from "./inventory.ts";
import { containersOf, type Found, LABEL } from "./observe.ts";

export interface DownOptions {
  /** Volumes that services keep data in, too. */
  readonly volumes: boolean;
  /** The images that containers ran, too, unless something else has use for them. */
  readonly images: boolean;
}

/** Removes what `up` made, known by its label; services end in the opposite order of their start. */
export async function down(inventory: Inventory, project: string, options: DownOptions): Promise<readonly Fault[]> {
  using board = new Board();
  const reached = await reachAll(inventory.hosts);
  for (const fault of reached.faults) board.done(fault.host, "engine", "failed", "red");
  const looked = await onEach(reached.done, async (one) => ({
    ...one,
    containers: await containersOf(one, project, true),
  }));
  let left = looked.done;
  const faults = [...reached.faults, ...looked.faults];
  const ranks = [...new Set(left.flatMap(({ containers }) => containers.map(({ rank }) => rank)))];
  for (const rank of ranks.toSorted((a, b) => b - a)) {
    const ended = await onEach(left, async (one) => {
      for (const found of one.containers.filter((container) => container.rank === rank)) {
        board.doing(one.host.name, "down", `stopping ${found.name}`);
        await removeContainer(one, found);
      }
      return one;
    });
    left = ended.done;
    faults.push(...ended.faults);
  }
  const swept = await onEach(left, async (one) => {
    const removed = [...one.containers.map(({ name }) => name), ...(await sweep(one, project, options))];
    board.done(one.host.name, "down", removed.length === 0 ? "nothing there" : `removed ${removed.join(", ")}`);
  });
  return [...faults, ...swept.faults];
}

interface Emptied extends Reached {
  readonly containers: readonly Found[];
}

/** Everything but the services' containers. */
async function sweep(emptied: Emptied, project: string, options: DownOptions): Promise<string[]> {
  const { engine, containers } = emptied;
  const removed: string[] = [];
  const label = [`${LABEL.project}=${project}`];
  // What was interrupted while it copied files has no service.
  for (const { Id } of await ask(engine.listContainers({ all: true, filters: { label } }))) {
    await ask(engine.getContainer(Id).remove({ force: true, v: true }));
  }
  for (const { Id, Name } of await ask(engine.listNetworks({ filters: { label } }))) {
    await ask(engine.getNetwork(Id).remove());
    removed.push(`network ${Name}`);
  }
  const { Volumes: volumes } = await ask(engine.listVolumes({ filters: JSON.stringify({ label }) as never }));
  for (const { Name, Labels } of volumes ?? []) {
    if (Labels?.[LABEL.volume] !== "files" && !options.volumes) continue;
    await ask(engine.getVolume(Name).remove());
    removed.push(`volume ${Name}`);
  }
  if (options.images) {
    removed.push(...(await removeImages(emptied, [...new Set(containers.map(({ info }) => info.Image))])));
  }
  return removed;
}

async function removeImages({ engine }: Reached, ids: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const id of ids) {
    const image = engine.getImage(id);
    const found = await ask(image.inspect()).catch(() => undefined);
    for (const name of found?.RepoTags?.length ? found.RepoTags : [id]) {
      const gone = await ask(engine.getImage(name).remove()).then(
        () => true,
        (error: { statusCode?: number }) => {
          if (error.statusCode === 404 || error.statusCode === 409) return false; // gone, or in use
          throw error;
        },
      );
      if (gone) removed.push(`image ${name}`);
    }
  }
  return removed;
}
