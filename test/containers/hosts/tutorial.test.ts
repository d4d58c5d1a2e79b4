import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../support/compose.ts";
import { must } from "../../support/docker.ts";
import { HostsCli } from "../../support/hosts-cli.ts";
import { Machines } from "../../support/machines.ts";
import { describeWithEngine } from "../engine.ts";
import { deeds, storesAndTakes, TRANSCRIPT, WAREHOUSE_LOG } from "../tutorial.ts";
import { isMany, type LookedUp, lookUp } from "./look-up.ts";

const NEXT = "pyro-ts-test:next";

describeWithEngine("three hosts, each with an engine of its own", () => {
  let machines: Machines;
  let hosts: HostsCli;

  beforeAll(async () => {
    machines = await Machines.start({ containerdStores: [224] });
    hosts = new HostsCli(machines, { ways: { 220: "tls" } });
  });
  afterAll(async () => {
    hosts?.[Symbol.dispose]();
    await machines?.[Symbol.asyncDispose]();
    await must("docker", ["rmi", "-f", NEXT]);
  });

  /** Container ids of all services, by name: what is replaced has another one. */
  async function containers(): Promise<Record<string, string>> {
    const found = await Promise.all(
      machines.numbers.map((number) => machines.engine(number).listContainers({ all: true })),
    );
    return Object.fromEntries(found.flat().map(({ Names, Id }) => [Names[0]?.replace("/pyro-ts-", "") ?? "", Id]));
  }

  test("plan tells what is to be done, and does nothing", async () => {
    const plan = await hosts.must("plan");
    expect(plan).toMatch(/^h221 {2}10\.133\.1\.221 {2}ssh:\/\/root@127\.0\.0\.221 {2}engine \S+, \S+$/m);
    expect(plan).toMatch(/^h220 {2}10\.133\.1\.220 {2}tcp:\/\/127\.0\.0\.220:2376 /m);
    expect(plan.match(/send {5}image pyro-ts \(\d+ MB\)/g)).toHaveLength(3);
    expect(plan.match(/create {3}\w+/g)).toEqual(["create   nameserver", "create   warehouse", "create   client"]);
    expect(plan).toContain("6 changes: npm run hosts -- up");
    expect(await containers()).toEqual({});
    expect(await machines.engine(221).listImages()).toEqual([]);
  });

  test("up sends the image to all, then starts name server, warehouse and client", async () => {
    const { code, stderr } = await hosts.run(["up"]);
    expect(code, stderr).toBe(0);
    const lines = stderr.trim().split("\n");
    const shown = lines.map((line) => line.replace(/ +/g, " ").replace(/[\d.]+ (MB|s)\b/g, "N $1"));
    expect(shown.slice(0, 3).toSorted()).toEqual([
      "h220 image pyro-ts sent, N MB in N s",
      "h221 image pyro-ts sent, N MB in N s",
      "h224 image pyro-ts sent, N MB in N s",
    ]);
    expect(shown.slice(3)).toEqual([
      "h221 nameserver created, healthy after N s",
      "h220 warehouse created, healthy after N s",
      "h224 client created, ended with 0 after N s",
    ]);
  });

  test("the client has played the visits, line for line as in the tutorial", async () => {
    const lines = (await hosts.must("logs", "--no-follow", "client")).trimEnd().split("\n");
    expect(lines.map((line) => line.replace(/^h224 client +\| /, ""))).toEqual(TRANSCRIPT);
    const told = (await hosts.must("logs", "--no-follow", "warehouse")).trimEnd().split("\n");
    expect(deeds(told.map((line) => line.replace(/^h220 warehouse +\| /, "")))).toEqual(WAREHOUSE_LOG);
  });

  test("status is a table of hosts and services", async () => {
    const { code, stdout } = await hosts.run(["status"]);
    expect(code).toBe(0);
    expect(stdout.replace(/pyro-ts [0-9a-f]{12}/g, "pyro-ts ID").split("\n")).toEqual([
      "HOST  SERVICE     STATE      HEALTH        ADDRESS            IMAGE",
      "h221  nameserver  ● running  healthy       10.133.1.221:9090  pyro-ts ID",
      "h220  warehouse   ● running  healthy       10.133.1.220:9100  pyro-ts ID",
      "h224  client      ● exited   ended with 0  10.133.1.224       pyro-ts ID",
      "",
    ]);
    const { services } = JSON.parse(await hosts.must("status", "--json")) as { services: unknown[] };
    expect(services).toHaveLength(3);
    expect(services[0]).toMatchObject({ host: "h221", service: "nameserver", state: "running", good: true });
  });

  test("pyro-nsc list, asked from the client's host, shows what is registered where", async () => {
    const list = await hosts.must("nsc", "list");
    expect(list).toMatch(/^example\.warehouse --> PYRO:obj_[0-9a-f]{32}@10\.133\.1\.220:9100$/m);
    expect(list).toMatch(/^Pyro\.NameServer --> PYRO:Pyro\.NameServer@10\.133\.1\.221:9090$/m);
    expect(await hosts.run(["nsc", "lookup", "nobody"])).toMatchObject({ code: 1 });
  });

  test("a second up changes nothing", async () => {
    const before = await containers();
    expect(await hosts.must("plan")).toContain("Nothing to change.");
    const { code, stderr } = await hosts.run(["up"]);
    expect([code, stderr.trim().split("\n").at(-1)]).toEqual([0, "Nothing had to be changed."]);
    expect(await containers()).toEqual(before);
  });

  test("visit runs the client on its host, on this terminal", async () => {
    await using terminal = hosts.terminal("visit");
    await storesAndTakes(terminal, "umbrella");
    await terminal.shows("Type a thing you want to store (or empty): ");
    terminal.type("\x04");
    expect(await terminal.ends()).toBe(0);
    expect(await hosts.must("logs", "--no-follow", "--tail", "1")).toMatch(/Janet took the umbrella\.$/m);
    expect(Object.keys(await containers()).toSorted()).toEqual(["client", "nameserver", "warehouse"]);
  });

  test("Ctrl-C in a visit ends it there and here", async () => {
    await using terminal = hosts.terminal("visit");
    await terminal.shows("Type a thing you want to store (or empty): ");
    terminal.type("\x03");
    expect(await terminal.ends(10_000)).toBe(130);
  });

  test("logs follows all hosts, whatever is started anew meanwhile", async () => {
    await using terminal = hosts.terminal("logs", "--tail", "1");
    await terminal.shows("h220 warehouse");
    await machines.engine(220).getContainer("pyro-ts-warehouse").restart({ t: 5 });
    await terminal.shows("example.warehouse is registered");
    await hosts.must("visit");
    await terminal.shows("Janet stored the television.");
    await machines.engine(221).getContainer("pyro-ts-nameserver").restart({ t: 5 });
    await terminal.shows("URI = PYRO:Pyro.NameServer@10.133.1.221:9090");
    terminal.type("\x03");
    expect(await terminal.ends(10_000)).toBe(0);
    const lines = terminal.text.split("\n").filter((line) => line.includes(" | "));
    expect(lines.filter((line) => line.includes("Janet stored the television."))).toHaveLength(1);
    expect(lines.every((line) => /^h22\d (nameserver|warehouse|client) +\| /.test(line))).toBe(true);
  });

  test("exec runs a command in a service's container; its input, output and code are those of the command", async () => {
    const there = ["exec", "warehouse", "--", "sh", "-c", "cat; hostname >&2; exit 7"];
    const { code, stdout, stderr } = await hosts.run(there, { input: "line\n" });
    expect([code, stdout]).toEqual([7, "line\n"]);
    expect((await containers())["warehouse"]).toContain(stderr.trim());
    expect(await hosts.run(["exec", "client", "cat", "/visits.yml"])).toMatchObject({ code: 0, stderr: "" });
    expect(await hosts.run(["exec", "shop", "true"])).toMatchObject({ code: 2 });
  });

  test("a changed setting replaces what it concerns, and nothing else", async () => {
    const before = await containers();
    const overlay = join(hosts.folder, "overlay.yml");
    writeFileSync(overlay, "services: { warehouse: { environment: { PYRO_LOGLEVEL: INFO } } }\n");
    hosts.edit((text) => text.replace("docker-compose.yml]", `docker-compose.yml, ${overlay}]`));
    expect(await hosts.must("plan")).toMatch(/replace {2}warehouse: environment changed$/m);
    const { stderr } = await hosts.run(["up"]);
    expect(stderr).toMatch(/^h220 +warehouse +replaced \(environment changed\), healthy after /m);
    const { warehouse, ...others } = await containers();
    expect(others).toEqual({ nameserver: before["nameserver"], client: before["client"] });
    expect(warehouse).not.toBe(before["warehouse"]);
  });

  test("a changed file that a service mounts is sent, and replaces that service", async () => {
    const visits = join(hosts.folder, "visits.yml");
    const overlay = join(hosts.folder, "overlay.yml");
    writeFileSync(visits, "- { visitor: Ada, store: lamp }\n");
    // A file beside the first Compose file is one of this machine.
    const compose = join(hosts.folder, "docker-compose.yml");
    writeFileSync(compose, `include: [${join(ROOT, "docker-compose.yml")}]\n`);
    writeFileSync(overlay, "services: { client: { volumes: ['./visits.yml:/visits.yml:ro'] } }\n");
    hosts.edit((text) => text.replace(/^compose: .*$/m, `project: pyro-ts\ncompose: [${compose}, ${overlay}]`));
    const first = await hosts.must("plan");
    expect(first).toMatch(/replace {2}client: files changed$/m);
    const { code, stderr } = await hosts.run(["up"]);
    expect(code, stderr).toBe(0);
    expect(await hosts.must("logs", "--no-follow", "client")).toContain("This is Ada.");
    const volumes = await machines.engine(224).listVolumes();
    expect(volumes.Volumes.map(({ Name }) => Name)).toHaveLength(1);
    writeFileSync(visits, "- { visitor: Bob, take: lamp }\n");
    expect((await hosts.run(["up"])).stderr).toMatch(/^h224 +client +replaced \(files changed\)/m);
    expect(await hosts.must("logs", "--no-follow", "client")).toContain("This is Bob.");
    expect((await machines.engine(224).listVolumes()).Volumes).toHaveLength(1);
  });

  describe("rolling to a new image", () => {
    /** An image that differs from ours in nothing that matters. */
    const build = (version: string): Promise<string> =>
      must("docker", ["build", "-q", "-t", NEXT, "-"], { input: `FROM pyro-ts\nENV VERSION=${version}\n` });

    test("with no failed lookup", async () => {
      await build("1");
      const overlay = join(hosts.folder, "overlay.yml");
      const services = ["nameserver", "warehouse", "client"].map((name) => `  ${name}: { image: "${NEXT}" }\n`);
      writeFileSync(overlay, `services:\n${services.join("")}`);
      hosts.write({ ways: { 220: "tls" }, compose: [] });
      hosts.edit((text) => text.replace("docker-compose.yml]", `docker-compose.yml, ${overlay}]`));
      await hosts.must("up", "--no-build");

      const rolled = Promise.withResolvers<string>();
      const watched = hosts.run(lookUp, { input: rolled.promise });
      await build("2");
      const { code, stderr } = await hosts.run(["up", "--no-build"]);
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/^h221 +image \S+ +sent, \d+ kB in /m); // not what it has already
      for (const service of ["nameserver", "warehouse", "client"]) {
        expect(stderr).toMatch(new RegExp(`${service} +replaced \\(image changed\\)`));
      }
      rolled.resolve("");
      const { stdout } = await watched;
      const { failures, found } = JSON.parse(stdout) as LookedUp;
      expect(failures).toEqual([]);
      // The old warehouse and the new one, each found by many.
      expect(Object.values(found)).toEqual([expect.toSatisfy(isMany), expect.toSatisfy(isMany)]);
      expect((await hosts.must("exec", "warehouse", "printenv", "VERSION")).trim()).toBe("2");
    });

    test("one that does not get healthy is taken back, and said so with its last words", async () => {
      const before = await containers();
      const broken =
        "FROM pyro-ts\nUSER root\nRUN echo 'throw new Error(\"broken on purpose\")' > services/warehouse/main.ts\nUSER node\n";
      await must("docker", ["build", "-q", "-t", NEXT, "-"], { input: broken });
      const { code, stderr } = await hosts.run(["up", "--no-build"]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^h220: warehouse ends again and again \(1\): Node\.js v/m);
      expect(stderr).toMatch(/^h224 +client +not started: warehouse is not ready$/m);
      expect((await containers())["warehouse"]).toBe(before["warehouse"]);
      expect(await hosts.must("nsc", "ping")).toBe("Name server ping ok.\n");
    });
  });

  test("a host that was killed is missed, and comes back by itself", async () => {
    hosts.write({ ways: { 220: "tls" } });
    await hosts.must("up");
    await machines.kill(220);
    const { code, stdout, stderr } = await hosts.run(["status"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^h220 +warehouse +○ unreachable/m);
    expect(stdout).toMatch(/^h221 +nameserver +● running +healthy/m);
    expect(stderr).toContain("h220: it refuses the connection to tcp://127.0.0.220:2376");
    expect(await hosts.run(["nsc", "ping"])).toMatchObject({ code: 0 });
    const visit = await hosts.run(["visit"]);
    expect(visit.code).toBe(1);
    expect(visit.stderr).toMatch(/^visit: .*\nAre the name server and the warehouse up\?/m);
    await machines.revive(220);
    const { stderr: said, code: again } = await hosts.run(["up"]);
    expect(again, said).toBe(0);
    expect(said).toContain("Nothing had to be changed.");
    expect((await hosts.run(["visit"])).stdout).toContain("Thank you, come again!");
  });

  test("down leaves nothing", async () => {
    await hosts.must("down", "--volumes", "--images");
    for (const number of machines.numbers) {
      const engine = machines.engine(number);
      expect(await engine.listContainers({ all: true })).toEqual([]);
      expect((await engine.listVolumes()).Volumes ?? []).toEqual([]);
      expect((await engine.listNetworks()).map(({ Name }) => Name).toSorted()).toEqual(["bridge", "host", "none"]);
    }
    expect((await hosts.run(["status"])).stdout.match(/○ absent/g)).toHaveLength(3);
    expect((await hosts.run(["down"])).stderr.match(/nothing there/g)).toHaveLength(3);
  });
});
