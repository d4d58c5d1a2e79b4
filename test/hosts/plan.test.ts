import type Docker from "dockerode";
import { expect, test } from "vitest";
import type { Placement } from "../../scripts/hosts/deployment.ts";
import type { OwnImage } from "../../scripts/hosts/images.ts";
import type { Host } from "../../scripts/hosts/inventory.ts";
import type { Found, Observed } from "../../scripts/hosts/observe.ts";
import { type HostPlan, isChange, partsOf, planFor } from "../../scripts/hosts/plan.ts";

const HOST = { name: "h220", address: "10.133.1.220", services: ["warehouse"] } as unknown as Host;
const IMAGE: OwnImage = { name: "lab", fingerprint: "abc", architecture: "amd64", size: 1 };

function placement(service: string, more: Partial<Placement> = {}): Placement {
  const parts = { environment: "1", ports: "2" };
  return { host: HOST, service, container: `lab-${service}`, image: "lab", lasting: true, parts, ...more } as Placement;
}

interface State {
  Status: string;
  ExitCode?: number;
  Health?: string;
}

function found(
  { container, service, parts }: Placement,
  { Status, ExitCode = 0, Health }: State = { Status: "running" },
  changed: Record<string, string> = {},
): Found {
  const State = { Status, ExitCode, Running: Status === "running", ...(Health ? { Health: { Status: Health } } : {}) };
  const info = { State } as unknown as Docker.ContainerInspectInfo;
  return { service, id: "1", name: container, rank: 0, parts: { image: "abc", ...parts, ...changed }, info };
}

function plan(
  placements: readonly Placement[],
  containers: readonly Found[],
  images: readonly [string, string][] = [["lab", "abc"]],
): HostPlan {
  const observed = { host: HOST, containers, images: new Map(images) } as unknown as Observed;
  return planFor(observed, placements, new Map([["lab", IMAGE]]));
}

const told = ({ steps }: HostPlan): string[] =>
  steps.map((step) => {
    const name = step.kind === "remove" ? step.found.name : step.placement.service;
    return [step.kind, name, ...("why" in step ? [step.why] : [])].join(": ");
  });

const warehouse = placement("warehouse");
const client = placement("client", { lasting: false });

test("what is not there is created, with its image sent", () => {
  const all = plan([warehouse], [], []);
  expect(told(all)).toEqual(["create: warehouse"]);
  expect(all.images).toEqual([IMAGE]);
  expect(isChange(all)).toBe(true);
});

test("an image of another version is sent again", () => {
  expect(plan([warehouse], [], [["lab", "older"]]).images).toEqual([IMAGE]);
  expect(plan([warehouse], []).images).toEqual([]);
});

test("what is as it should be is kept, and that is no change", () => {
  const all = plan([warehouse, client], [found(warehouse), found(client, { Status: "exited" })]);
  expect(told(all)).toEqual(["keep: warehouse: it is running", "keep: client: it has done its work"]);
  expect(isChange(all)).toBe(false);
});

test.for<readonly [string, Placement, State, string]>([
  ["a server that ended is started", warehouse, { Status: "exited" }, "start: warehouse: it ended with 0"],
  ["a task that failed is started", client, { Status: "exited", ExitCode: 3 }, "start: client: it ended with 3"],
  ["one that never ran is started", client, { Status: "created" }, "start: client: it is created"],
  [
    "an unhealthy one is replaced",
    warehouse,
    { Status: "running", Health: "unhealthy" },
    "replace: warehouse: it is unhealthy",
  ],
  ["a paused one is replaced", warehouse, { Status: "paused" }, "replace: warehouse: it is paused"],
  [
    "one that is still starting is left",
    warehouse,
    { Status: "running", Health: "starting" },
    "keep: warehouse: it is running",
  ],
])("%s", ([, one, state, expected]) => {
  expect(told(plan([one], [found(one, state)]))).toEqual([expected]);
});

test("what has other settings is replaced, and those are named", () => {
  const other = found(warehouse, undefined, { image: "older", ports: "9", gone: "x" });
  expect(told(plan([warehouse], [other]))).toEqual(["replace: warehouse: gone, image, ports changed"]);
  expect(partsOf(warehouse, IMAGE)).toEqual({ image: "abc", environment: "1", ports: "2" });
});

test("what has moved away, and what an interrupted up left, is removed first", () => {
  const shop = placement("shop");
  const next = { ...found(warehouse), name: "lab-warehouse-next" };
  expect(told(plan([warehouse], [found(shop), next, found(warehouse)]))).toEqual([
    "remove: lab-shop: hosts.yml has it here no more",
    "remove: lab-warehouse-next: lab-warehouse-next is left of an up that was interrupted",
    "keep: warehouse: it is running",
  ]);
});
