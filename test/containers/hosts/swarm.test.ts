import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../support/compose.ts";
import { eventually, must, type Outcome, run } from "../../support/docker.ts";
import { HostsCli } from "../../support/hosts-cli.ts";
import { Machines } from "../../support/machines.ts";
import { describeWithEngine } from "../engine.ts";
import { TRANSCRIPT } from "../tutorial.ts";

const VERSIONS = ["pyro-ts:test-1", "pyro-ts:test-2", "pyro-ts:test-broken"] as const;

describeWithEngine("compose/stack.yml on three engines that are one swarm", () => {
  let machines: Machines;
  let hosts: HostsCli;

  beforeAll(async () => {
    machines = await Machines.start();
    hosts = new HostsCli(machines);
    await hosts.must("plan"); // builds the image
    const [plain, next, broken] = VERSIONS;
    await build(plain, "");
    await build(next, "ENV VERSION=2");
    await build(broken, `RUN echo 'throw new Error("broken on purpose")' > services/warehouse/main.ts`);
    await hosts.must("send", ...VERSIONS);
    await join();
  });
  afterAll(async () => {
    hosts?.[Symbol.dispose]();
    await machines?.[Symbol.asyncDispose]();
    await run("docker", ["rmi", "-f", ...VERSIONS]);
  });

  const build = (tag: string, line: string): Promise<string> =>
    must("docker", ["build", "-q", "-t", tag, "-"], { input: `FROM pyro-ts\nUSER root\n${line}\nUSER node\n` });

  /** Three managers, so that any two of them can go on without the third. */
  async function join(): Promise<void> {
    const [first = 0, ...others] = machines.numbers;
    await on(first, "swarm", "init", "--advertise-addr", machines.address(first));
    const token = (await on(first, "swarm", "join-token", "-q", "manager")).trim();
    for (const number of others) {
      const own = machines.address(number);
      await on(number, "swarm", "join", "--advertise-addr", own, "--token", token, `${machines.address(first)}:2377`);
    }
    await on(first, "node", "update", "--label-add", "warehouse=yes", "h220");
  }

  /** A docker command on a machine's engine. */
  const ask = (number: number, ...command: string[]): Promise<Outcome> =>
    run("docker", command, {
      cwd: ROOT,
      env: { ...machines.env, DOCKER_HOST: `ssh://root@127.0.0.${number}`, TAG: "test-1" },
    });

  async function on(number: number, ...command: string[]): Promise<string> {
    const { code, stdout, stderr } = await ask(number, ...command);
    if (code !== 0) throw new Error(`docker ${command.join(" ")} on ${number} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Where a service's task runs, as the machine sees it; undefined while none does. */
  async function nodeOf(service: string, asked = 224): Promise<string | undefined> {
    const format = "{{.CurrentState}}|{{.Node}}";
    const tasks = await on(
      asked,
      "service",
      "ps",
      `pyro_${service}`,
      "--filter",
      "desired-state=running",
      "--format",
      format,
    );
    const running = tasks.split("\n").find((line) => line.startsWith("Running"));
    return running?.split("|")[1];
  }

  const placed = (service: string, asked?: number): Promise<string> =>
    eventually(`${service} runs`, 90_000, () => nodeOf(service, asked));

  /** One more client on the overlay network, by hand; it waits until the warehouse answers. */
  const visit = (asked: number): Promise<Outcome> =>
    ask(
      asked,
      ...["run", "--rm", "--network", "pyro_rpc", "-e", "PYRO_NS_HOST=nameserver", "-e", "VISITS=/dev/stdin"],
      ...["--entrypoint", "sh", VERSIONS[0], "-c"],
      `${waitFor("PYRONAME:example.warehouse")}; echo '[{visitor: Ada, store: lamp}]' | node services/client/main.ts`,
    );
  const waitFor = (uri: string): string =>
    `timeout 60 sh -c 'until node src/cli/ping.ts ${uri} 2>/dev/null; do sleep 0.3; done' >/dev/null`;

  test("docker stack deploy: the client plays the visits over the overlay network", async () => {
    await on(221, "stack", "deploy", "--detach=true", "--resolve-image", "never", "-c", "compose/stack.yml", "pyro");
    expect(await placed("warehouse")).toBe("h220");
    const lines = await eventually("the client has paid its visits", 60_000, async () => {
      const { stdout } = await ask(221, "service", "logs", "--raw", "pyro_client");
      return stdout.trimEnd().split("\n").length >= TRANSCRIPT.length && stdout.trimEnd().split("\n");
    });
    expect(lines).toEqual(TRANSCRIPT);
    expect((await visit(224)).stdout).toContain("'bricks', 'lamp']");
  });

  test("an update to a new image that is well goes through, and the things are still there", async () => {
    await on(221, "service", "update", "-q", "--no-resolve-image", "--image", VERSIONS[1], "pyro_warehouse");
    const format = "{{.UpdateStatus.State}} {{.Spec.TaskTemplate.ContainerSpec.Image}}";
    expect((await on(221, "service", "inspect", "--format", format, "pyro_warehouse")).trim()).toBe(
      `completed ${VERSIONS[1]}`,
    );
    expect((await visit(221)).stdout).toContain("'bricks', 'lamp', 'lamp']");
  });

  test("an update to an image that does not get healthy is rolled back", async () => {
    await ask(221, "service", "update", "-q", "--no-resolve-image", "--image", VERSIONS[2], "pyro_warehouse");
    const format = "{{.UpdateStatus.State}} {{.Spec.TaskTemplate.ContainerSpec.Image}}";
    const state = (await on(221, "service", "inspect", "--format", format, "pyro_warehouse")).trim();
    expect(state).toBe(`rollback_completed ${VERSIONS[1]}`);
    expect(await placed("warehouse")).toBe("h220");
    expect((await visit(221)).stdout).toContain("'lamp', 'lamp', 'lamp']");
  });

  test("a node that dies: the name server moves, the warehouse stays where its volume is", {
    timeout: 280_000,
  }, async () => {
    // Not the node that leads, as an election takes half a minute more; nor that of the warehouse.
    const [witness, lost] = [221, 224];
    const there = `node.hostname == h${lost}`;
    await on(witness, "service", "update", "-q", "--constraint-add", there, "pyro_nameserver");
    await on(witness, "service", "update", "-q", "--constraint-rm", there, "pyro_nameserver");
    expect(await placed("nameserver")).toBe(`h${lost}`);
    await machines.kill(lost);
    await eventually("the name server is on another node", 90_000, async () => {
      const node = await nodeOf("nameserver", witness).catch(() => undefined);
      return node !== undefined && node !== `h${lost}`;
    });
    expect(await placed("warehouse", witness)).toBe("h220");
    const { code, stdout, stderr } = await visit(witness);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("'lamp', 'lamp', 'lamp', 'lamp']");
    await machines.revive(lost);
    // Without it, the witness would be the only manager, and could decide nothing.
    await eventually(`h${lost} is a manager again`, 60_000, async () => {
      const nodes = await on(witness, "node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.ManagerStatus}}");
      return new RegExp(`^h${lost} Ready (Reachable|Leader)$`, "m").test(nodes);
    });

    await machines.kill(220);
    await eventually("the warehouse waits for its node", 90_000, async () => {
      const state = await on(witness, "service", "ps", "pyro_warehouse", "--format", "{{.CurrentState}}|{{.Error}}");
      return /Pending.*\|.*no suitable node/.test(state);
    });
    await machines.revive(220);
    expect(await placed("warehouse", witness)).toBe("h220");
    expect((await visit(witness)).stdout).toContain("'lamp', 'lamp', 'lamp', 'lamp', 'lamp']");
  });

  test("docker stack rm leaves the volume, and nothing else", async () => {
    await on(224, "stack", "rm", "pyro");
    for (const number of machines.numbers) {
      const engine = machines.engine(number);
      await eventually(`nothing runs on ${number}`, 60_000, async () => (await engine.listContainers()).length === 0);
    }
    const volumes = (await machines.engine(220).listVolumes()).Volumes.map(({ Name }) => Name);
    expect(volumes).toContain("pyro_state");
  });
});
