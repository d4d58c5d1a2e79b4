import type Docker from "dockerode";
import type { Deployment, Placement } from "./deployment.ts";
import { ask, type Reached, within } from "./engine.ts";
import { fileMounts, fillVolume } from "./files.ts";
import { passesWithin, settled } from "./health.ts";
import type { OwnImage } from "./images.ts";
import { type Found, LABEL, networkOf } from "./observe.ts";
import { partsOf, type ServiceStep } from "./plan.ts";

type Doing = (text: string) => void;

/** Ours look after their names every second. */
const FINDS_ITS_WAY_MS = 6_000;

/**
 * Does what a step says, and waits until the service is ready.
 *
 * @param renewed services that it depends on which are not what they were: one that is kept must find its way to them,
 *   as ours do by themselves, and is started anew if it does not, as programs must that register only once.
 * @returns what was done, in a few words.
 * @throws {Fault} when the service does not get ready; a container that was to be replaced runs again then.
 */
export async function applyStep(
  reached: Reached,
  step: ServiceStep,
  deployment: Deployment,
  images: ReadonlyMap<string, OwnImage>,
  renewed: readonly string[],
  doing: Doing,
): Promise<string> {
  const { placement } = step;
  const { engine } = reached;
  switch (step.kind) {
    case "keep": {
      const { id, info } = step.found;
      doing("waiting");
      await settled(reached, id, placement);
      const asItIs = `as it is: ${step.why}`;
      if (renewed.length === 0 || !info.State.Running || (await passesWithin(FINDS_ITS_WAY_MS, reached, id)))
        return asItIs;
      doing("starting anew");
      await within(stopMs(info) + 30_000, engine.getContainer(id).restart());
      const how = await settled(reached, id, placement);
      return `started anew (it did not find its way back to ${renewed.join(", ")}), ${how}`;
    }
    case "start":
      doing("starting");
      await ask(engine.getContainer(step.found.id).start());
      return `started, ${await settled(reached, step.found.id, placement)}`;
    case "create": {
      doing("creating");
      const { id } = await create(reached, placement, placement.container, deployment, images);
      await ask(engine.getContainer(id).start());
      doing("started");
      return `created, ${await settled(reached, id, placement)}`;
    }
    case "replace": {
      const how = await replace(reached, step, deployment, images, doing);
      return `replaced (${step.why}), ${how}`;
    }
  }
}

/** The new one is made before the old one ends, so that the service is away for as short as can be. */
async function replace(
  reached: Reached,
  { placement, found }: Exclude<ServiceStep, { kind: "create" }>,
  deployment: Deployment,
  images: ReadonlyMap<string, OwnImage>,
  doing: Doing,
): Promise<string> {
  const { engine } = reached;
  const name = placement.container;
  doing("creating the new one");
  const next = await create(reached, placement, `${name}-next`, deployment, images);
  const previous = engine.getContainer(found.id);
  doing("stopping the old one");
  if (found.info.State.Status === "paused") await ask(previous.unpause());
  await stop(previous, found.info);
  await ask(previous.rename({ name: `${name}-previous` }));
  await ask(next.rename({ name }));
  try {
    await ask(next.start());
    doing("started");
    const how = await settled(reached, next.id, placement);
    await ask(previous.remove({ force: true, v: true }));
    return how;
  } catch (error) {
    doing("going back to the old one");
    await ask(next.remove({ force: true, v: true }));
    await ask(previous.rename({ name }));
    if (found.info.State.Running) await ask(previous.start());
    throw error;
  }
}

async function create(
  reached: Reached,
  placement: Placement,
  name: string,
  deployment: Deployment,
  images: ReadonlyMap<string, OwnImage>,
): Promise<Docker.Container> {
  const { engine } = reached;
  const { carried, service, rank, image } = placement;
  const { project } = deployment;
  const own = { [LABEL.project]: project };
  for (const volume of carried.volumes) {
    if (volume.external) continue;
    const { name: Name, driver, options } = volume;
    const Labels = { ...own, [LABEL.volume]: "data" };
    await ask(
      engine.createVolume({
        Name,
        Labels,
        ...(driver ? { Driver: driver } : {}),
        ...(options ? { DriverOpts: options } : {}),
      }),
    );
  }
  const mounts = [...(carried.mounts ?? [])];
  if (carried.files.length > 0) {
    const volume = `${project}_${service}_${placement.parts["files"]}`;
    await fillVolume(engine, carried.files, { volume, image, labels: { ...own, [LABEL.volume]: "files" } });
    mounts.push(...(fileMounts(carried.files, volume) ?? []));
  }
  const labels = {
    ...own,
    [LABEL.service]: service,
    [LABEL.rank]: String(rank),
    [LABEL.parts]: JSON.stringify(partsOf(placement, images.get(image))),
  };
  return ask(
    engine.createContainer({
      ...carried.create,
      name,
      Image: image,
      Labels: { ...carried.create.Labels, ...labels },
      HostConfig: { NetworkMode: networkOf(project), ...carried.host, Mounts: mounts },
    }),
  );
}

/** Ends a container in its own way, and removes it with the volumes that have no name. */
export async function removeContainer({ engine }: Reached, { id, info }: Found): Promise<void> {
  const container = engine.getContainer(id);
  if (info.State.Status === "paused") await ask(container.unpause());
  if (info.State.Running) await stop(container, info);
  await ask(container.remove({ force: true, v: true })).catch((error: { statusCode?: number }) => {
    if (error.statusCode !== 404) throw error;
  });
}

/** Waits for as long as the container may take to end in its own way, and a little longer. */
async function stop(container: Docker.Container, info: Docker.ContainerInspectInfo): Promise<void> {
  await within(stopMs(info) + 30_000, container.stop().catch(unlessStopped));
}

function stopMs({ Config }: Docker.ContainerInspectInfo): number {
  return ((Config as { StopTimeout?: number }).StopTimeout ?? 10) * 1_000;
}

/** 304: it is not running; 404: it is gone. */
function unlessStopped(error: { statusCode?: number }): void {
  if (error.statusCode !== 304 && error.statusCode !== 404) throw error;
}
