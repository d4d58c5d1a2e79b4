import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Composition, type Maker, type Topology } from "../support/compose.ts";
import { must, stdoutLines } from "../support/docker.ts";
import { type Cell, compatibilityPage } from "./compatibility-page.ts";
import { describeWithEngine } from "./engine.ts";
import { deeds, TRANSCRIPT, WAREHOUSE_LOG } from "./tutorial.ts";

const MAKERS = ["ours", "pyro4", "pyro5"] as const satisfies readonly Maker[];

/** Python's two versions do not understand each other, so a cell has one of them at most. */
const possible = (...makers: Maker[]): boolean => !(makers.includes("pyro4") && makers.includes("pyro5"));

describeWithEngine("the tutorial by name server, warehouse and client", () => {
  const played: Cell[] = [];

  beforeAll(async () => {
    await new Composition().build();
    await new Composition({ client: "pyro4" }).build();
    await new Composition({ client: "pyro5" }).build();
  });

  for (const nameserver of MAKERS) {
    for (const warehouse of MAKERS.filter((maker) => possible(nameserver, maker))) {
      describe(`name server ${nameserver}, warehouse ${warehouse}`, () => {
        let topology: Topology;
        beforeAll(async () => {
          topology = await new Composition({ nameserver, warehouse }).up("nameserver", "warehouse");
        });
        afterAll(() => topology?.down());

        for (const [index, client] of MAKERS.filter((maker) => possible(nameserver, warehouse, maker)).entries()) {
          test(`client ${client}`, async () => {
            if (index > 0) await topology.restart("warehouse"); // with what it holds at first
            const before = deeds(await stdoutLines(topology.container("warehouse"))).length;
            const cell = { nameserver, warehouse, client };
            const visit = await new Composition(cell).compose(["run", "--rm", "--no-deps", "-T", "client"]);
            const told = deeds(await stdoutLines(topology.container("warehouse"))).slice(before);
            expect(visit.stdout.trimEnd().split("\n"), visit.stderr).toEqual(TRANSCRIPT);
            expect(visit.code).toBe(0);
            expect(told).toEqual(WAREHOUSE_LOG);
            played.push(cell);
          });
        }
      });
    }
  }

  test("docs/compatibility.md tells just that (vitest -u writes it)", async () => {
    const versions = { pyro4: await pythonVersion("pyro4"), pyro5: await pythonVersion("pyro5") };
    await expect(compatibilityPage(played, versions)).toMatchFileSnapshot("../../docs/compatibility.md");
  });
});

async function pythonVersion(maker: "pyro4" | "pyro5"): Promise<string> {
  const module = maker === "pyro4" ? "Pyro4.constants" : "Pyro5";
  const show = `import platform, ${module} as pyro; print(pyro.${maker === "pyro4" ? "VERSION" : "__version__"})`;
  return (
    await must("docker", ["run", "--rm", "--network=none", `pyro-ts-python:${maker}`, "python3", "-c", show])
  ).trim();
}
