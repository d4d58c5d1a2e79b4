import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { ComposeService, Composition } from "../../scripts/hosts/composition.ts";
import { type Deployment, deploymentOf, type Placement } from "../../scripts/hosts/deployment.ts";
import type { Host, Inventory } from "../../scripts/hosts/inventory.ts";

/** The folder of the Compose file, with a file and a folder beside it; it goes with the tests of the importing file. */
export const folder: string = mkdtempSync(join(tmpdir(), "deployment-"));
writeFileSync(join(folder, "visits.yml"), "- {}\n");
mkdirSync(join(folder, "certs"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export const host = (name: string, number: number, ...services: string[]): Host => ({
  name,
  engine: { kind: "local" },
  engineText: "local",
  address: `10.133.1.${number}`,
  bind: `10.133.1.${number}`,
  services,
});
/** The tutorial's three. */
export const HOSTS: readonly Host[] = [
  host("h221", 221, "nameserver"),
  host("h220", 220, "warehouse"),
  host("h224", 224, "client"),
];

export function inventory(hosts: readonly Host[]): Inventory {
  return { path: "hosts.yml", folder, composeFiles: [join(folder, "docker-compose.yml")], hosts };
}

export function composition(services: Record<string, ComposeService>, more: Partial<Composition> = {}): Composition {
  const rest = { networks: {}, volumes: {}, secrets: {}, configs: {} };
  return { project: "lab", folder, files: [], services, ...rest, ...more };
}

const needs = (...others: string[]): object => ({
  depends_on: Object.fromEntries(others.map((other) => [other, { condition: "service_healthy" }])),
});
export const port = (target: number, published: string = String(target)): object => ({
  ports: [{ mode: "ingress", host_ip: "127.0.0.1", target, published, protocol: "tcp" }],
});
/** The tutorial's three, as Compose has them. */
export const SERVICES: Record<string, ComposeService> = {
  nameserver: { image: "lab", restart: "unless-stopped", ...port(9090) },
  warehouse: { image: "lab", restart: "unless-stopped", ...port(9100), ...needs("nameserver") },
  client: { image: "lab", ...needs("nameserver", "warehouse") },
};

export const deployed = (services: Record<string, ComposeService>, more?: Partial<Composition>): Deployment =>
  deploymentOf(inventory(HOSTS), composition(services, more));

/** The client, with these keys. */
export function client(keys: ComposeService, more?: Partial<Composition>): Placement {
  const { placements } = deployed({ ...SERVICES, client: { ...SERVICES["client"], ...keys } }, more);
  return placements.find(({ service }) => service === "client") as Placement;
}
