import type { Deployment } from "./deployment.ts";
import { onEach, reachAll } from "./engine.ts";
import type { Fault } from "./faults.ts";
import type { Inventory } from "./inventory.ts";
import { containersOf, type Found, healthOf } from "./observe.ts";

/** A service on a host, as it is. */
export interface ServiceStatus {
  readonly host: string;
  readonly service: string;
  /** running, exited ..., as the engine has it; `absent`; `unreachable`. */
  readonly state: string;
  readonly health: string;
  readonly address: string;
  readonly image: string;
  /** Whether it is as it should be. */
  readonly good: boolean;
}

/** How everything is that hosts.yml names, and what else of the project is there. */
export async function status(
  inventory: Inventory,
  { project, placements }: Deployment,
): Promise<{ services: readonly ServiceStatus[]; faults: readonly Fault[] }> {
  const reached = await reachAll(inventory.hosts);
  const looked = await onEach(reached.done, async (one) => ({ one, containers: await containersOf(one, project) }));
  const faults = [...reached.faults, ...looked.faults];
  const services = inventory.hosts.flatMap((host): ServiceStatus[] => {
    const containers = looked.done.find(({ one }) => one.host === host)?.containers;
    const wanted = placements.filter((placement) => placement.host === host);
    if (containers === undefined) {
      const nothing = {
        host: host.name,
        state: "unreachable",
        health: "-",
        address: host.address,
        image: "-",
        good: false,
      };
      return wanted.map(({ service }) => ({ ...nothing, service }));
    }
    const rest = containers.filter(({ name }) => !wanted.some(({ container }) => container === name));
    return [
      ...wanted.map(({ service, container, lasting }) => {
        const found = containers.find(({ name }) => name === container);
        if (found !== undefined) return statusOf(host.name, addressIn(found, host.address), found, lasting);
        return {
          host: host.name,
          service,
          state: "absent",
          health: "-",
          address: host.address,
          image: "-",
          good: false,
        };
      }),
      ...rest.map((found) => ({ ...statusOf(host.name, host.address, found, true), service: found.name, good: false })),
    ];
  });
  return { services, faults };
}

function statusOf(host: string, address: string, { service, info }: Found, lasting: boolean): ServiceStatus {
  const { Status, ExitCode, Health } = info.State;
  const running = Status === "running" && (Health === undefined || Health.Status === "healthy");
  const good = running || (!lasting && Status === "exited" && ExitCode === 0);
  const image = `${info.Config.Image} ${info.Image.replace("sha256:", "").slice(0, 12)}`;
  return { host, service, state: Status, health: healthOf(info), address, image, good };
}

function addressIn({ info }: Found, address: string): string {
  const ports = Object.values((info.HostConfig.PortBindings ?? {}) as Record<string, { HostPort: string }[]>).flat();
  const shown = address.includes(":") ? `[${address}]` : address;
  return ports.length === 0 ? address : ports.map(({ HostPort }) => `${shown}:${HostPort}`).join(" ");
}
