import { afterAll, beforeAll, expect, test } from "vitest";
import { Composition, type Service, type Topology } from "../support/compose.ts";
import { Terminal } from "../support/compose-terminal.ts";
import { eventually, healthy, type Outcome, run } from "../support/docker.ts";
import { describeWithEngine } from "./engine.ts";

/** How soon after a fault is over the next visit has to succeed. */
const RECOVERY_MS = 5_000;
/** How long a visit may try before it says that it cannot succeed. */
const PATIENCE_MS = 15_000;

describeWithEngine("faults", () => {
  const composition = new Composition();
  let topology: Topology;
  let bystander: string;

  beforeAll(async () => {
    await composition.build();
    topology = await composition.up("nameserver", "warehouse");
    bystander = await topology.bystander("ours");
    expect((await visit()).code).toBe(0);
  });
  afterAll(() => topology?.down());

  async function visit(): Promise<Outcome> {
    const input = JSON.stringify([{ visitor: "Janet", store: "lamp", take: "lamp" }]);
    const command = ["exec", "-i", "-e", "VISITS=/dev/stdin", bystander, "node", "services/client/main.ts"];
    return run("docker", command, { input, timeoutMs: 30_000 });
  }

  async function visitSucceedsSoon(): Promise<void> {
    const last: Outcome[] = [];
    await eventually("a visit succeeds", RECOVERY_MS, async () => {
      last[0] = await visit();
      return last[0].code === 0;
    }).catch((error: Error) => {
      throw new Error(`${error.message}; the last one said: ${JSON.stringify(last[0])}`);
    });
  }

  async function visitFailsClearly(): Promise<void> {
    const start = performance.now();
    const { code, stdout, stderr } = await visit();
    expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
    expect(code, stdout + stderr).toBe(1);
    expect(stdout).not.toContain("Thank you");
    expect(stderr).toMatch(/cannot connect|no connection to|failed to locate|no answer|timed? ?out|connection lost/i);
    expect(stderr).not.toMatch(/^\s+at |Unhandled|node:internal/m);
  }

  test("a warehouse that was killed with -9 and started again is found by the next visit", async () => {
    const warehouse = topology.container("warehouse");
    await warehouse.kill({ signal: "SIGKILL" });
    try {
      await visitFailsClearly();
    } finally {
      await warehouse.start();
    }
    await visitSucceedsSoon();
  });

  test("a warehouse whose process crashed comes back by itself", async () => {
    const warehouse = topology.container("warehouse");
    const before = (await warehouse.inspect()).RestartCount;
    await topology.exec("warehouse", "sh", "-c", "kill -9 -1");
    await eventually("it was started again", 10_000, async () => {
      const { RestartCount, State } = await warehouse.inspect();
      return RestartCount > before && State.Running;
    });
    await visitSucceedsSoon();
  });

  test("a name server that was restarted knows the warehouse again", async () => {
    await topology.container("nameserver").restart({ t: 5 });
    await visitSucceedsSoon();
  });

  test("a name server that was killed with -9 and started again knows the warehouse again", async () => {
    const nameserver = topology.container("nameserver");
    await nameserver.kill({ signal: "SIGKILL" });
    try {
      await visitFailsClearly();
    } finally {
      await nameserver.start();
    }
    await visitSucceedsSoon();
  });

  for (const service of ["warehouse", "nameserver"] as const satisfies readonly Service[]) {
    test(`a visit while the ${service} is cut off fails clearly, the next one after its return succeeds`, async () => {
      const plugIn = await topology.cut(service);
      try {
        await visitFailsClearly();
      } finally {
        await plugIn();
      }
      await visitSucceedsSoon();
      await healthy(topology.container(service));
    });
  }

  test("a call whose answer never comes fails clearly, and the next visit succeeds", async () => {
    await using terminal = new Terminal(
      "docker",
      composition.args("run", "--rm", "--no-deps", "client"),
      composition.env,
    );
    await terminal.shows("Type a thing you want to store (or empty): ");
    const plugIn = await topology.cut("warehouse");
    try {
      const start = performance.now();
      terminal.type("bucket\n");
      expect(await terminal.ends(PATIENCE_MS)).toBe(1);
      expect(performance.now() - start).toBeLessThan(PATIENCE_MS);
      expect(terminal.text).toMatch(/no answer|timed? ?out|connection lost/i);
      expect(terminal.text).not.toMatch(/^\s+at |Thank you|Unhandled/m);
    } finally {
      await plugIn();
    }
    await visitSucceedsSoon();
  });

  test("a warehouse that hangs fails a visit clearly, and serves the next one when it goes on", async () => {
    const warehouse = topology.container("warehouse");
    await warehouse.pause();
    try {
      await visitFailsClearly();
    } finally {
      await warehouse.unpause();
    }
    await visitSucceedsSoon();
  });
});
