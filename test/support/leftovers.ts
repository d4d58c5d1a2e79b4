import { docker } from "./docker.ts";

/** The Compose project of all container tests: one at a time, as there is one subnet. */
export const PROJECT = "pyro-ts-test";

const SUBNET = "10.133.1.0/24";
const OURS = { label: [`com.docker.compose.project=${PROJECT}`] };

/**
 * Removes every container, network and volume of the project, running or not.
 *
 * @returns how many things there were.
 */
export async function removeLeftovers(): Promise<number> {
  const containers = await docker.listContainers({ all: true, filters: OURS });
  await Promise.all(
    containers.map((found) => docker.getContainer(found.Id).remove({ force: true, v: true }).catch(unlessGone)),
  );
  const networks = await docker.listNetworks({ filters: OURS });
  await Promise.all(networks.map((found) => docker.getNetwork(found.Id).remove().catch(unlessGone)));
  const { Volumes: volumes } = await docker.listVolumes({ filters: OURS });
  await Promise.all(volumes.map((found) => docker.getVolume(found.Name).remove({ force: true }).catch(unlessGone)));
  return containers.length + networks.length + volumes.length;
}

/** @throws if a network of somebody else holds the addresses the tests need. */
export async function claimSubnet(): Promise<void> {
  for (const network of await docker.listNetworks()) {
    if (network.IPAM?.Config?.some((range) => range.Subnet === SUBNET)) {
      const project = network.Labels?.["com.docker.compose.project"];
      const cure = project === undefined ? `docker network rm ${network.Name}` : `docker compose -p ${project} down`;
      throw new Error(`the network ${network.Name} holds ${SUBNET}, which the container tests need; first: ${cure}`);
    }
  }
}

/** Gone already (404), or on its way (409): another sweep sees to it. */
function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
