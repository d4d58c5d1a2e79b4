import type { Placement } from "./deployment.ts";
import type { OwnImage } from "./images.ts";
import type { Host } from "./inventory.ts";
import type { Found, Observed } from "./observe.ts";

/** What is to be done with a service on a host. */
export type Step =
  | ServiceStep
  | { readonly kind: "remove"; readonly host: Host; readonly found: Found; readonly why: string };

/** What is to be done with a service that is to be there. */
export type ServiceStep = { readonly kind: "create"; readonly placement: Placement } | ExistingStep;

interface ExistingStep {
  readonly kind: "keep" | "start" | "replace";
  readonly placement: Placement;
  readonly found: Found;
  readonly why: string;
}

/** What is to be done on one host. */
export interface HostPlan {
  readonly observed: Observed;
  /** Images that the host has not, or in another version. */
  readonly images: readonly OwnImage[];
  readonly steps: readonly Step[];
}

/** Compares what a host has with what it is to have. Nothing is changed by it. */
export function planFor(
  observed: Observed,
  placements: readonly Placement[],
  images: ReadonlyMap<string, OwnImage>,
): HostPlan {
  const own = placements.filter(({ host }) => host.name === observed.host.name);
  const used = [...new Set(own.map(({ image }) => image))].flatMap((name) => images.get(name) ?? []);
  const steps = own.map((placement) => stepFor(placement, observed, images.get(placement.image)));
  const orphans = observed.containers.filter(({ name }) => !own.some(({ container }) => container === name));
  return {
    observed,
    images: used.filter(({ name, fingerprint }) => observed.images.get(name) !== fingerprint),
    steps: [
      ...orphans.map((found): Step => ({ kind: "remove", host: observed.host, found, why: whyOrphan(found, own) })),
      ...steps,
    ],
  };
}

/** Whether anything is to be done. */
export function isChange(plan: HostPlan): boolean {
  return plan.images.length > 0 || plan.steps.some(({ kind }) => kind !== "keep");
}

/** All settings of a placement, its image among them. */
export function partsOf(placement: Placement, image: OwnImage | undefined): Record<string, string> {
  return { image: image?.fingerprint ?? "", ...placement.parts };
}

function stepFor(placement: Placement, observed: Observed, image: OwnImage | undefined): ServiceStep {
  const found = observed.containers.find(({ name }) => name === placement.container);
  if (found === undefined) return { kind: "create", placement };
  const parts = partsOf(placement, image);
  const changed = [...new Set([...Object.keys(parts), ...Object.keys(found.parts)])].filter(
    (key) => parts[key] !== found.parts[key],
  );
  if (changed.length > 0) return { kind: "replace", placement, found, why: `${changed.toSorted().join(", ")} changed` };
  const { Status, ExitCode, Health } = found.info.State;
  if (Status === "dead" || Status === "paused") return { kind: "replace", placement, found, why: `it is ${Status}` };
  if (Status === "running" && Health?.Status === "unhealthy") {
    return { kind: "replace", placement, found, why: "it is unhealthy" };
  }
  if (Status === "running" || Status === "restarting")
    return { kind: "keep", placement, found, why: `it is ${Status}` };
  if (!placement.lasting && Status === "exited" && ExitCode === 0) {
    return { kind: "keep", placement, found, why: "it has done its work" };
  }
  return {
    kind: "start",
    placement,
    found,
    why: Status === "exited" ? `it ended with ${ExitCode}` : `it is ${Status}`,
  };
}

function whyOrphan({ name, service }: Found, own: readonly Placement[]): string {
  const left = own.some((placement) => placement.service === service);
  return left ? `${name} is left of an up that was interrupted` : "hosts.yml has it here no more";
}
