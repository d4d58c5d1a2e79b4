import { createHash } from "node:crypto";
import type { Carried } from "./carried.ts";
import { carry, publishedPort } from "./carry.ts";
import type { Composition } from "./composition.ts";
import { fingerprintOf } from "./files.ts";
import type { Host, Inventory } from "./inventory.ts";
import { Problems } from "./problems.ts";

/** When a service may start, as far as another one is concerned. */
export type Condition = "service_started" | "service_healthy" | "service_completed_successfully";

/** A service on a host, as it has to be. */
export interface Placement {
  readonly host: Host;
  readonly service: string;
  /** The name of its container. */
  readonly container: string;
  readonly carried: Carried;
  readonly image: string;
  readonly dependsOn: ReadonlyMap<string, Condition>;
  /** Services of lower rank start before, and end after. */
  readonly rank: number;
  /** Whether it is to run on; else it does its work and ends. */
  readonly lasting: boolean;
  /** A short hash for each of its settings; the image's comes in when that is known. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface Deployment {
  readonly project: string;
  readonly composition: Composition;
  readonly placements: readonly Placement[];
  /** Services of the Compose file that run on none of the hosts. */
  readonly left: readonly string[];
}

const shortHash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);

/**
 * What has to run where, from the hosts and the Compose files.
 *
 * @throws {Problems} with everything that does not fit together, or cannot be carried over.
 */
export function deploymentOf(inventory: Inventory, composition: Composition): Deployment {
  const problems: string[] = [];
  const places = inventory.hosts.flatMap((host) => host.services.map((service) => ({ host, service })));
  for (const { host, service } of places) {
    if (composition.services[service] === undefined) {
      const known = Object.keys(composition.services).join(", ");
      problems.push(
        `${inventory.path}: hosts.${host.name}.services: there is no service ${service}; there are ${known}`,
      );
    }
  }
  const known = places.filter(({ service }) => composition.services[service] !== undefined);
  const placed = new Set(known.map(({ service }) => service));
  const addresses = new Map<string, string>();
  const ports = new Map<string, string>();
  for (const service of placed) {
    const hosts = known.filter((place) => place.service === service).map(({ host }) => host);
    // Who publishes no port is not looked for by anyone.
    const [only, ...others] = composition.services[service]?.["ports"] === undefined ? [] : hosts;
    if (only !== undefined) addresses.set(service, only.address);
    const [port, ...more] = (composition.services[service]?.["ports"] ?? []) as Record<string, unknown>[];
    if (port !== undefined && more.length === 0) ports.set(service, publishedPort(port));
    if (others.length > 0) {
      const names = hosts.map(({ name }) => name).join(" and ");
      problems.push(`${service} is on ${names}, but others look for it at one address: leave it on one host`);
    }
  }
  problems.push(...networkProblems(composition, placed));
  const ranks = ranked(composition, placed, problems);
  const placements = known.flatMap(({ host, service }): Placement[] => {
    const definition = composition.services[service] ?? {};
    if (Number(definition["scale"] ?? 1) !== 1)
      problems.push(`services.${service}.scale: one container a host, not ${String(definition["scale"])}`);
    if (typeof definition["image"] !== "string") {
      problems.push(`services.${service}: needs an image, a name for what is built, to be sent to other hosts under`);
      return [];
    }
    try {
      const carried = carry(definition, {
        composition,
        service,
        addresses,
        ports,
        address: host.address,
        bind: host.bind,
      });
      const restart = carried.host.RestartPolicy?.Name ?? "no";
      return [
        {
          host,
          service,
          container: `${composition.project}-${service}`,
          carried,
          image: definition["image"],
          dependsOn: new Map(Object.entries(needsOf(composition, service)).filter(([other]) => placed.has(other))),
          rank: ranks.get(service) ?? 0,
          lasting: restart !== "no" || carried.create.Healthcheck !== undefined,
          parts: hashed(carried),
        },
      ];
    } catch (error) {
      if (!(error instanceof Problems)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new Problems([...new Set(problems)]);
  const left = Object.entries(composition.services).filter(([name, one]) => !placed.has(name) && one["scale"] !== 0);
  return { project: composition.project, composition, placements, left: left.map(([name]) => name) };
}

function hashed(carried: Carried): Record<string, string> {
  const parts = { ...carried.parts, ...(carried.files.length > 0 ? { files: fingerprintOf(carried.files) } : {}) };
  return Object.fromEntries(
    Object.entries(parts).map(([key, value]) => {
      // The path of a file on this machine says nothing: what lies there does, and counts as `files`.
      const targets = carried.files.map(({ target }) => target);
      const places = key === "volumes" || key === "secrets" || key === "configs";
      return [key, shortHash(places ? [carried.mounts, targets] : value)];
    }),
  );
}

function needsOf(composition: Composition, service: string): Record<string, Condition> {
  const needs = (composition.services[service]?.["depends_on"] ?? {}) as Record<string, { condition: Condition }>;
  return Object.fromEntries(Object.entries(needs).map(([other, { condition }]) => [other, condition]));
}

/** How many services deep each one stands on others. */
function ranked(composition: Composition, placed: ReadonlySet<string>, problems: string[]): Map<string, number> {
  const ranks = new Map<string, number>();
  const rank = (service: string): number => {
    const found = ranks.get(service);
    if (found !== undefined) return found;
    ranks.set(service, 0); // Compose refuses rings
    const below = Object.keys(needsOf(composition, service)).filter((other) => {
      const runs = placed.has(other) || composition.services[other]?.["scale"] === 0;
      if (!runs) problems.push(`services.${service}.depends_on: ${other} is on none of the hosts`);
      return placed.has(other);
    });
    const own = below.length === 0 ? 0 : Math.max(...below.map(rank)) + 1;
    ranks.set(service, own);
    return own;
  };
  for (const service of placed) rank(service);
  return ranks;
}

/** The hosts' own network takes the place of Compose's: there is one, and everyone is on it. */
function networkProblems(composition: Composition, placed: ReadonlySet<string>): string[] {
  const used = new Set<string>();
  for (const service of placed) {
    const networks = (composition.services[service]?.["networks"] ?? {}) as Record<string, unknown>;
    for (const network of Object.keys(networks)) used.add(network);
  }
  if (used.size > 1) {
    return [
      `networks: ${[...used].join(", ")} would be one and the same across hosts: put all services on one network`,
    ];
  }
  const inner = [...used].filter((network) => composition.networks[network]?.["internal"] === true);
  return inner.map((network) => `networks.${network}.internal: reaches no other host`);
}
