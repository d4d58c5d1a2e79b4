import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Composition, NETWORK, type Topology } from "../support/compose.ts";
import { Terminal } from "../support/compose-terminal.ts";
import { docker, eventually, must, type Outcome, stdoutLines } from "../support/docker.ts";
import { PROJECT, sweep } from "../support/leftovers.ts";
import { describeWithEngine } from "./engine.ts";
import { deeds, storesAndTakes, TRANSCRIPT, WAREHOUSE_LOG } from "./tutorial.ts";

const ADDRESSES = { nameserver: "10.133.1.221", warehouse: "10.133.1.220" } as const;
const FIRST_CLIENT = "10.133.1.224";

describeWithEngine("docker compose up", () => {
  const composition = new Composition();
  let topology: Topology;

  beforeAll(async () => {
    await composition.build();
    topology = await composition.up("nameserver", "warehouse", "client");
  });
  afterAll(() => topology?.down());

  const clientsContainer = async (): Promise<string> => {
    const label = [`com.docker.compose.project=${PROJECT}`, "com.docker.compose.service=client"];
    const [found] = await docker.listContainers({ all: true, filters: { label } });
    if (found === undefined) throw new Error("there is no client");
    return found.Id;
  };

  test("builds one image, which all three run", async () => {
    const images = await docker.listContainers({
      all: true,
      filters: { label: [`com.docker.compose.project=${PROJECT}`] },
    });
    expect(images.map((container) => container.Image)).toEqual(["pyro-ts", "pyro-ts", "pyro-ts"]);
    expect(new Set(images.map((container) => container.ImageID)).size).toBe(1);
  });

  test("the client plays the visits and ends with 0; its log is the tutorial's transcript", async () => {
    const client = docker.getContainer(await clientsContainer());
    const { StatusCode } = (await client.wait()) as { StatusCode: number };
    expect(await stdoutLines(client)).toEqual(TRANSCRIPT);
    expect(StatusCode).toBe(0);
  });

  test("the warehouse tells of each deed, the other two stay up and healthy", async () => {
    expect(deeds(await stdoutLines(topology.container("warehouse")))).toEqual(WAREHOUSE_LOG);
    for (const service of ["nameserver", "warehouse"] as const) {
      const { State } = await topology.container(service).inspect();
      expect([State.Status, State.Health?.Status]).toEqual(["running", "healthy"]);
    }
  });

  test("each has its address on a bridge network 10.133.1.0/24", async () => {
    const network = await docker.getNetwork(NETWORK).inspect();
    expect(network.Driver).toBe("bridge");
    expect(network.IPAM?.Config?.[0]?.Subnet).toBe("10.133.1.0/24");
    for (const [service, address] of Object.entries(ADDRESSES)) {
      const { NetworkSettings } = await topology.container(service as keyof typeof ADDRESSES).inspect();
      expect(NetworkSettings.Networks[NETWORK]?.IPAddress).toBe(address);
    }
    // The client has ended by now; one more is where it was.
    const { NetworkSettings } = await docker.getContainer(await topology.bystander("ours")).inspect();
    expect(NetworkSettings.Networks[NETWORK]?.IPAddress).toBe(FIRST_CLIENT);
  });

  test("ports are published on loopback only", async () => {
    for (const [service, port] of [
      ["nameserver", "9090/tcp"],
      ["warehouse", "9100/tcp"],
    ] as const) {
      const { NetworkSettings } = await topology.container(service).inspect();
      expect(Object.keys(NetworkSettings.Ports)).toEqual([port]);
      expect(NetworkSettings.Ports[port]?.map((at) => at.HostIp)).toEqual(["127.0.0.1"]);
    }
  });

  test("the services run as an ordinary user, on a file system they cannot write to", async () => {
    for (const service of ["nameserver", "warehouse"] as const) {
      expect((await topology.exec(service, "id", "-un")).stdout).toBe("node\n");
      expect((await topology.exec(service, "touch", "/app/x", "/tmp/x")).code).not.toBe(0);
    }
  });

  test("docker compose exec nameserver pyro-nsc ping and list", async () => {
    const ping = await composition.compose(["exec", "-T", "nameserver", "pyro-nsc", "ping"]);
    expect(ping).toEqual({ code: 0, stdout: "Name server ping ok.\n", stderr: "" });
    const list = await composition.compose(["exec", "-T", "nameserver", "pyro-nsc", "list"]);
    expect(list.stdout).toMatch(/^example\.warehouse --> PYRO:obj_[0-9a-f]{32}@10\.133\.1\.220:9100$/m);
    expect(list.stdout).toMatch(/^Pyro\.NameServer --> PYRO:Pyro\.NameServer@10\.133\.1\.221:9090$/m);
  });

  test("the name server and the warehouse answer this machine at the published ports' addresses", async () => {
    const command = ["src/cli/nsc.ts", "-n", "127.0.0.1", "-p", await publishedPort("nameserver", 9090), "ping"];
    expect(await must(process.execPath, command)).toBe("Name server ping ok.\n");
  });

  async function publishedPort(service: "nameserver" | "warehouse", port: number): Promise<string> {
    const { NetworkSettings } = await topology.container(service).inspect();
    return NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort ?? "";
  }

  test("docker compose run --rm client asks and waits for a person", async () => {
    const before = deeds(await stdoutLines(topology.container("warehouse"))).length;
    await using terminal = client();
    await storesAndTakes(terminal, "umbrella");
    // The second visitor answers nothing twice.
    await terminal.shows("Type a thing you want to store (or empty): ");
    terminal.type("\n");
    await terminal.shows("Type something you want to take (or empty): ");
    terminal.type("\n");
    expect(await terminal.ends()).toBe(0);

    const shown = terminal.text.slice(terminal.text.indexOf("This is")).trimEnd().split("\n");
    const held = "The warehouse contains: ['chair', 'flashlight', 'laptop', 'television', 'bricks']";
    expect(shown).toEqual([
      "This is Janet.",
      held,
      "Type a thing you want to store (or empty): umbrella",
      held.replace("]", ", 'umbrella']"),
      "Type something you want to take (or empty): umbrella",
      "Thank you, come again!",
      "This is Henry.",
      held,
      "Type a thing you want to store (or empty): ",
      held,
      "Type something you want to take (or empty): ",
      "Thank you, come again!",
    ]);
    const told = deeds(await stdoutLines(topology.container("warehouse"))).slice(before);
    expect(told).toEqual(["Janet stored the umbrella.", "Janet took the umbrella."]);
  });

  test("Ctrl-D at a question ends the client politely", async () => {
    await using terminal = client();
    await terminal.shows("Type a thing you want to store (or empty): ");
    terminal.type("\x04");
    expect(await terminal.ends()).toBe(0);
    expect(terminal.text).not.toMatch(/error|^\s+at /im);
  });

  test("Ctrl-C at a question ends the client at once", async () => {
    await using terminal = client();
    await terminal.shows("Type a thing you want to store (or empty): ");
    terminal.type("\x03");
    expect(await terminal.ends(10_000)).toBe(130);
    expect(terminal.text).not.toMatch(/^\s+at /m);
  });

  test("asking for a thing that is not there gives a readable sentence", async () => {
    await using terminal = client();
    await terminal.shows("Type a thing you want to store (or empty): ");
    terminal.type("\n");
    await terminal.shows("Type something you want to take (or empty): ");
    terminal.type("unicorn\n");
    await terminal.shows("This is Henry.");
    await terminal.shows("Type a thing you want to store (or empty): ");
    terminal.type("\x04");
    expect(await terminal.ends()).toBe(0);
    expect(terminal.text).toContain("Sorry: there is no unicorn in the warehouse.\nThank you, come again!\n");
    expect(terminal.text).not.toMatch(/^\s+at |Traceback|undefined|\[object/m);
    expect(deeds(await stdoutLines(topology.container("warehouse"))).join()).not.toContain("unicorn");
  });

  test("several clients at once each find their own things", async () => {
    const command = ["run", "--rm", "--no-deps", "-T", "-e", "VISITS=/dev/stdin", "client"];
    const names = ["Ada", "Bob", "Cem", "Dee"];
    const outcomes = await Promise.all(
      names.map((name) => {
        const input = JSON.stringify([{ visitor: name, store: `${name}'s hat`, take: `${name}'s hat` }]);
        return composition.compose(command, { input });
      }),
    );
    for (const [index, name] of names.entries()) {
      const { code, stdout: shown, stderr } = outcomes[index] as Outcome;
      expect(code, stderr).toBe(0);
      expect(shown).toContain(`This is ${name}.\n`);
      expect(shown.match(/The warehouse contains: .*/g)?.[1]).toContain(`"${name}'s hat"`);
      expect(shown.trimEnd().endsWith("Thank you, come again!")).toBe(true);
    }
    const told = deeds(await stdoutLines(topology.container("warehouse")));
    for (const name of names) {
      expect(told.filter((line) => line.startsWith(`${name} `))).toEqual([
        `${name} stored the ${name}'s hat.`,
        `${name} took the ${name}'s hat.`,
      ]);
    }
  });

  test("docker compose up --scale client=3 starts three", async () => {
    const up = await composition.compose(["up", "-d", "--no-build", "--scale", "client=3"]);
    expect(up.code, up.stderr).toBe(0);
    const label = [
      `com.docker.compose.project=${PROJECT}`,
      "com.docker.compose.service=client",
      "com.docker.compose.oneoff=False",
    ];
    await eventually("three clients have ended", 20_000, async () => {
      const clients = await docker.listContainers({ all: true, filters: { label } });
      return clients.length === 3 && clients.every((container) => container.State === "exited");
    });
  });

  test("docker compose -p NAME down, from wherever, stops and removes it all", async () => {
    await must("docker", ["compose", "-p", PROJECT, "down", "--remove-orphans"], { cwd: tmpdir() });
    expect(await sweep()).toBe(0);
  });

  function client(): Terminal {
    return new Terminal("docker", composition.args("run", "--rm", "client"), composition.env);
  }
});
