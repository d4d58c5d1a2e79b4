import { docker, eventually } from "./docker.ts";

/** The Compose project of all container tests: one at a time, as there is one subnet. */
export const PROJECT = "pyro-ts-test";

const SUBNET = "10.133.1.0/24";
const PROJECT_LABEL = `com.docker.compose.project=${PROJECT}`;
const OURS = { label: [PROJECT_LABEL] };

/**
 * Removes every container, network and volume of the project, running or not.
 *
 * @throws if there is still something after 20 s.
 */
export async function removeLeftovers(): Promise<void> {
  await eventually(`nothing is left of the project ${PROJECT}`, 20_000, async () => (await sweep()) === 0);
}

/** Removes once what is there; returns how many things there were. */
export async function sweep(): Promise<number> {
  const containers = await removeContainers(OURS.label);
  const networks = await docker.listNetworks({ filters: OURS });
  await Promise.all(networks.map((found) => docker.getNetwork(found.Id).remove().catch(unlessGone)));
  const { Volumes: volumes } = await docker.listVolumes({ filters: OURS });
  await Promise.all(volumes.map((found) => docker.getVolume(found.Name).remove({ force: true }).catch(unlessGone)));
  return containers + networks.length + volumes.length;
}

/** Removes the containers that `docker compose run` made and left; `docker compose down` leaves them alone. */
export async function removeOneOffs(): Promise<void> {
  await removeContainers([PROJECT_LABEL, "com.docker.compose.oneoff=True"]);
}

async function removeContainers(label: readonly string[]): Promise<number> {
  const containers = await docker.listContainers({ all: true, filters: { label: [...label] } });
  await Promise.all(
    containers.map((found) => docker.getContainer(found.Id).remove({ force: true, v: true }).catch(unlessGone)),
  );
  return containers.length;
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

/** Gone already (404), on its way (409), or still in use by something that is (403): another sweep sees to it. */
function unlessGone(error: { statusCode?: number }): void {
  if (![403, 404, 409].includes(error.statusCode ?? 0)) throw error;
}
