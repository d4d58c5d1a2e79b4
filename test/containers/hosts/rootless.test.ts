import { afterAll, beforeAll, expect, test } from "vitest";
import { HostsCli } from "../../support/hosts-cli.ts";
import { Machines } from "../../support/machines.ts";
import { describeWithEngine } from "../engine.ts";

describeWithEngine("three hosts whose engines are an ordinary user's", () => {
  let machines: Machines;
  let hosts: HostsCli;

  beforeAll(async () => {
    machines = await Machines.start({ engine: "rootless" });
    hosts = new HostsCli(machines);
    hosts.edit((text) => text.replaceAll("ssh://root@", "ssh://lab@"));
  });
  afterAll(async () => {
    hosts?.[Symbol.dispose]();
    await machines?.[Symbol.asyncDispose]();
  });

  test("up, visit, list, down", async () => {
    const info = await machines.exec(220, "runuser", "-u", "lab", "--", "docker", "info", "-f", "{{.SecurityOptions}}");
    expect(info.stdout).toContain("name=rootless");
    const { code, stderr } = await hosts.run(["up"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^h224 +client +created, ended with 0/m);
    expect(await hosts.must("nsc", "list")).toMatch(/^example\.warehouse --> PYRO:obj_\w+@10\.133\.1\.220:9100$/m);
    expect((await hosts.run(["up"])).stderr).toContain("Nothing had to be changed.");
    expect(await hosts.must("visit")).toContain("Thank you, come again!");
    await hosts.must("down");
    expect((await hosts.run(["status"])).stdout.match(/○ absent/g)).toHaveLength(3);
  });
});
