import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { must } from "../../support/docker.ts";
import { HostsCli, type HostsFileOptions } from "../../support/hosts-cli.ts";
import { Machines } from "../../support/machines.ts";
import { describeWithEngine } from "../engine.ts";
import { deeds, TRANSCRIPT, WAREHOUSE_LOG } from "../tutorial.ts";
import { isMany, type LookedUp, lookUp } from "./look-up.ts";

const NEXT = "pyro-ts-test:next-python";

/** What a service has written, without what stands before its lines. */
const written = (logs: string): string[] =>
  logs
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^\S+ \S+ *\| /, ""));

describeWithEngine("three hosts, one of them with a warehouse in Python", () => {
  const options: HostsFileOptions = { compose: ["compose/python-warehouse.yml"], ways: { 221: "tls" } };
  let machines: Machines;
  let hosts: HostsCli;

  beforeAll(async () => {
    machines = await Machines.start();
    hosts = new HostsCli(machines, options);
  });
  afterAll(async () => {
    hosts?.[Symbol.dispose]();
    await machines?.[Symbol.asyncDispose]();
    await must("docker", ["rmi", "-f", NEXT]);
  });

  /** Puts one more Compose file over those there are. */
  function overlay(services: object): void {
    const path = join(hosts.folder, "overlay.yml");
    writeFileSync(path, JSON.stringify({ services }));
    hosts.write(options);
    hosts.edit((text) => text.replace("python-warehouse.yml]", `python-warehouse.yml, ${path}]`));
  }

  test.for(["5", "4"])("Pyro%s: up, visits, list, a host killed and revived, down", async (version) => {
    hosts.env["PYRO"] = version;
    await using terminal = hosts.terminal("up");
    await terminal.shows("█", 60_000); // a bar
    expect(await terminal.ends(100_000), terminal.text).toBe(0);
    expect(terminal.text).toMatch(new RegExp(`^h220 +image pyro-ts-python:pyro${version} +sent`, "m"));
    expect(written(await hosts.must("logs", "--no-follow", "client"))).toEqual(TRANSCRIPT);
    expect(deeds(written(await hosts.must("logs", "--no-follow", "warehouse")))).toEqual(WAREHOUSE_LOG);
    const list = await hosts.must("nsc", "list");
    expect(list).toMatch(/^example\.warehouse --> PYRO:obj_[0-9a-f]{32}@10\.133\.1\.220:9100$/m);
    expect((await hosts.run(["up"])).stderr).toContain("Nothing had to be changed.");

    // The same for both, and half a minute each.
    if (version === "5") {
      const nameserver = { environment: { PYRO_LOGLEVEL: "INFO" } };
      overlay({ nameserver });
      // Python's programs register once: with another name server, they are started anew.
      const anew = await hosts.run(["up"]);
      expect(anew.code, anew.stderr).toBe(0);
      expect(anew.stderr).toMatch(/^h221 +nameserver +replaced \(environment changed\)/m);
      expect(anew.stderr).toMatch(/^h220 +warehouse +started anew \(it did not find its way back to nameserver\)/m);
      expect((await hosts.run(["visit"])).stdout).toContain("Thank you, come again!");

      const rolled = Promise.withResolvers<string>();
      const watched = hosts.run(lookUp, { input: rolled.promise });
      await must("docker", ["build", "-q", "-t", NEXT, "-"], {
        input: `FROM pyro-ts-python:pyro${version}\nENV NEXT=1\n`,
      });
      overlay({ warehouse: { image: NEXT }, nameserver });
      const roll = await hosts.run(["up", "--no-build"]);
      expect(roll.code, roll.stderr).toBe(0);
      expect(roll.stderr).toMatch(/^h220 +warehouse +replaced \(image changed\)/m);
      rolled.resolve("");
      const { failures, found } = JSON.parse((await watched).stdout) as LookedUp;
      expect([failures, Object.values(found)]).toEqual([[], [expect.toSatisfy(isMany), expect.toSatisfy(isMany)]]);
    }

    await machines.kill(220);
    expect((await hosts.run(["status"])).stdout).toMatch(/^h220 +warehouse +○ unreachable/m);
    await machines.revive(220);
    const again = await hosts.run(["up"]);
    expect(again.code, again.stderr).toBe(0);
    expect((await hosts.run(["visit"])).stdout).toContain("Thank you, come again!");
    await hosts.must("down");
    hosts.write(options);
  });
});
