import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { DockerComposeEnvironment, type StartedDockerComposeEnvironment } from "testcontainers";
import { docker, healthy, must, type Outcome, type RunOptions, run } from "./docker.ts";
import { PROJECT, removeOneOffs } from "./leftovers.ts";

// testcontainers would start a cleaner from an image of its own, and look for the host by the default bridge's
// address; the tests clean up themselves and stay on loopback. It reads both when it is first used.
process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
process.env["TESTCONTAINERS_HOST_OVERRIDE"] = "127.0.0.1";

export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));
export const NETWORK: string = `${PROJECT}_rpc`;

export type Service = "nameserver" | "warehouse" | "client";
/** Whose program a service is: ours, or Python's of that version. */
export type Maker = "ours" | "pyro4" | "pyro5";

// Whatever ports are free: the usual ones may be in use on this machine.
const PORTS = { PUBLISH_NAMESERVER: "0", PUBLISH_WAREHOUSE: "0" };

/** docker-compose.yml with overlays, as a project of the tests. */
export class Composition {
  readonly files: readonly string[];
  readonly env: Record<string, string>;

  constructor(makers: Partial<Record<Service, Maker>> = {}, overlays: readonly string[] = []) {
    const python = Object.entries(makers).filter(([, maker]) => maker !== "ours");
    if (new Set(python.map(([, maker]) => maker)).size > 1)
      throw new Error("Pyro4 and Pyro5 do not understand each other");
    this.files = ["docker-compose.yml", ...overlays, ...python.map(([service]) => `compose/python-${service}.yml`)];
    this.env = { ...PORTS, PYRO: python[0]?.[1] === "pyro4" ? "4" : "5" };
  }

  /** The arguments that make `docker` run a Compose command on this project. */
  args(...command: string[]): string[] {
    return ["compose", "--progress=quiet", "-p", PROJECT, ...this.files.flatMap((file) => ["-f", file]), ...command];
  }

  /** Runs a Compose command to its end. */
  async compose(command: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return run("docker", this.args(...command), { cwd: ROOT, ...options, env: { ...this.env, ...options.env } });
  }

  /** Builds the images that are not up to date. */
  async build(): Promise<void> {
    await must("docker", this.args("build", "--quiet"), { cwd: ROOT, env: this.env, timeoutMs: 280_000 });
  }

  /** Starts services and what they depend on, and waits until all are healthy; images have to be there. */
  async up(...services: Service[]): Promise<Topology> {
    const environment = new DockerComposeEnvironment(ROOT, [...this.files])
      .withProjectName(PROJECT)
      .withAutoCleanup(false)
      .withEnvironment(this.env)
      .withClientOptions({ commandOptions: ["--no-build"] });
    return new Topology(this, await environment.up(services));
  }
}

/** Services that run; disposing takes them down with their network. */
export class Topology implements AsyncDisposable {
  readonly #environment: StartedDockerComposeEnvironment;
  readonly composition: Composition;

  constructor(composition: Composition, environment: StartedDockerComposeEnvironment) {
    this.composition = composition;
    this.#environment = environment;
  }

  container(service: Service): Docker.Container {
    return docker.getContainer(this.#environment.getContainer(`${service}-1`).getId());
  }

  /** Restarts a service as `docker restart` does, and waits until it is healthy. */
  async restart(service: Service): Promise<void> {
    await this.container(service).restart({ t: 5 });
    await healthy(this.container(service));
  }

  /** Runs a command in a service's container, as `docker compose exec` does. */
  async exec(service: Service, ...command: string[]): Promise<Outcome> {
    return run("docker", ["exec", this.container(service).id, ...command]);
  }

  /**
   * Starts one more container in the client's place that does nothing, for commands to be run in it by `docker exec`;
   * it gets a free address.
   *
   * @returns its name.
   */
  async bystander(maker: Maker): Promise<string> {
    const composition = new Composition({ client: maker });
    const command = ["run", "-d", "--rm", "--no-deps", "-T", "client", "sleep", "3600"];
    return (await must("docker", composition.args(...command), { cwd: ROOT, env: composition.env })).trim();
  }

  /**
   * Takes a container off the network at once, as if its cable were pulled.
   *
   * @returns what plugs it in again, with the same address and names.
   */
  async cut(service: Service): Promise<() => Promise<void>> {
    const container = this.container(service);
    const before = (await container.inspect()).NetworkSettings.Networks[NETWORK];
    if (before === undefined) throw new Error(`${service} is not on ${NETWORK}`);
    const network = docker.getNetwork(NETWORK);
    await network.disconnect({ Container: container.id });
    const EndpointConfig = { IPAMConfig: before.IPAMConfig, Aliases: before.Aliases };
    return async () => void (await network.connect({ Container: container.id, EndpointConfig }));
  }

  async down(): Promise<void> {
    await removeOneOffs();
    await this.#environment.down({ timeout: 1_000, removeVolumes: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }
}
