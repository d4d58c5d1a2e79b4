import type Docker from "dockerode";
import { applyStep, removeContainer } from "./apply.ts";
import { Board } from "./board.ts";
import type { Deployment } from "./deployment.ts";
import { ask, onEach, ownEngine, reachAll } from "./engine.ts";
import { type Fault, faultOf } from "./faults.ts";
import { checkArchitecture, findImage, type OwnImage, ownImage } from "./images.ts";
import type { Inventory } from "./inventory.ts";
import { LABEL, networkOf, observe } from "./observe.ts";
import { type HostPlan, isChange, planFor } from "./plan.ts";
import { sendMissing } from "./send.ts";

/** What there is to do, as far as the hosts could be reached. */
export interface Survey {
  /** The engine that has the images. */
  readonly own: Docker;
  readonly plans: readonly HostPlan[];
  readonly images: ReadonlyMap<string, OwnImage>;
  readonly faults: readonly Fault[];
}

/** Looks at all hosts at once, and compares them with what they are to have. */
export async function survey(inventory: Inventory, deployment: Deployment): Promise<Survey> {
  const names = imagesOf(deployment);
  const own = ownEngine();
  const images = new Map<string, OwnImage>();
  for (const name of names) images.set(name, await ownImage(own, name));
  const reached = await reachAll(inventory.hosts);
  const observed = await onEach(reached.done, async (one) => {
    for (const { host, image } of deployment.placements) {
      const needed = images.get(image);
      if (host.name === one.host.name && needed !== undefined) checkArchitecture(one, needed);
    }
    return observe(one, deployment.project, names);
  });
  return {
    own,
    plans: observed.done.map((one) => planFor(one, deployment.placements, images)),
    images,
    faults: [...reached.faults, ...observed.faults],
  };
}

/**
 * Makes the hosts have what they are to have: sends images where they are missing, to all at the same time; then starts
 * services, each when those that it depends on are ready. What is as it should be is left alone.
 *
 * @returns what went wrong; the rest is done.
 */
export async function up(found: Survey, deployment: Deployment): Promise<readonly Fault[]> {
  using board = new Board();
  const faults: Fault[] = [];
  const failed = (fault: Fault, subject: string): void => {
    faults.push(fault);
    board.done(fault.host, subject, "failed", "red");
  };
  const sent = await onEach(
    found.plans.map((plan) => ({ host: plan.observed.host, plan })),
    async ({ plan }) => {
      await prepare(plan, deployment, found.own, board);
      return plan;
    },
  );
  faults.push(...sent.faults);

  const ready = new Map<string, Promise<Readiness>>();
  const steps = sent.done
    .flatMap((plan) => plan.steps.map((step) => ({ plan, step })))
    .flatMap(({ plan, step }) => (step.kind === "remove" ? [] : [{ plan, step }]))
    .toSorted((a, b) => a.step.placement.rank - b.step.placement.rank);
  const work = steps.map(({ plan, step }) => {
    const { service, dependsOn } = step.placement;
    const { host } = plan.observed;
    const kept = step.kind === "keep";
    const act = async (): Promise<Readiness> => {
      const renewed: string[] = [];
      for (const other of dependsOn.keys()) {
        const how = (await ready.get(other)) ?? "missing";
        if (how === "renewed") renewed.push(other);
        if (how !== "missing") continue;
        board.done(host.name, service, `${kept ? "left as it is" : "not started"}: ${other} is not ready`, "yellow");
        return kept ? "kept" : "missing";
      }
      try {
        const { images } = found;
        const doing = (text: string): void => board.doing(host.name, service, text);
        const how = await applyStep(plan.observed, step, deployment, images, renewed, doing);
        board.done(host.name, service, how, kept ? "dim" : "green");
        return kept && renewed.length === 0 ? "kept" : "renewed";
      } catch (error) {
        failed(faultOf(host, error), service);
        return "missing";
      }
    };
    const done = act();
    const elsewhere = ready.get(service);
    ready.set(service, elsewhere === undefined ? done : Promise.all([elsewhere, done]).then(worstOf));
    return done;
  });
  await Promise.all(work);
  await onEach(
    sent.done.map((plan) => ({ host: plan.observed.host, plan })),
    ({ plan }) => sweep(plan, deployment),
  );
  return faults;
}

/** Whether others can rely on a service: as before, as on a new one, or not at all. */
type Readiness = "kept" | "renewed" | "missing";

const worstOf = (all: readonly Readiness[]): Readiness =>
  (["missing", "renewed"] as const).find((one) => all.includes(one)) ?? "kept";

/** Everything that services on a host need: images, the network; and away with what is too much. */
async function prepare(plan: HostPlan, deployment: Deployment, own: Docker, board: Board): Promise<void> {
  const { observed, images, steps } = plan;
  const { host, engine } = observed;
  await sendMissing(own, observed, images, board);
  for (const step of steps) {
    if (step.kind !== "remove") continue;
    await removeContainer(observed, step.found);
    board.done(host.name, step.found.name, `removed: ${step.why}`);
  }
  if (!isChange(plan)) return;
  const Name = networkOf(deployment.project);
  const networks = await ask(engine.listNetworks({ filters: { name: [Name] } }));
  if (networks.some((network) => network.Name === Name)) return;
  await ask(engine.createNetwork({ Name, Driver: "bridge", Labels: { [LABEL.project]: deployment.project } }));
}

/** What nothing uses any more: copies of files, and images that had the name that others have now. */
async function sweep({ observed: { engine }, steps }: HostPlan, { project }: Deployment): Promise<void> {
  const label = [`${LABEL.project}=${project}`, `${LABEL.volume}=files`];
  const filters = JSON.stringify({ label, dangling: ["true"] }) as never;
  const { Volumes: volumes } = await ask(engine.listVolumes({ filters }));
  for (const { Name } of volumes ?? []) await ask(engine.getVolume(Name).remove());
  const left = new Set(steps.flatMap((step) => (step.kind === "create" ? [] : [step.found.info.Image])));
  for (const id of left) {
    const image = await findImage(engine, id);
    if (image === undefined || image.RepoTags.length > 0) continue;
    await ask(engine.getImage(id).remove()).catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 409) throw error; // something runs it
    });
  }
}

/** The images that the placed services run. */
export const imagesOf = ({ placements }: Deployment): string[] => [...new Set(placements.map(({ image }) => image))];

/** Which services an `up` would build images for: those that the placed ones run. */
export function toBuild({ composition, placements }: Deployment): string[] {
  const needed = new Set(placements.map(({ image }) => image));
  return Object.entries(composition.services).flatMap(([name, service]) =>
    service["build"] !== undefined && needed.has(String(service["image"])) ? [name] : [],
  );
}
