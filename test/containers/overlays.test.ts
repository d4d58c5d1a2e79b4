import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Composition, ROOT, type Topology } from "../support/compose.ts";
import { must, type Outcome } from "../support/docker.ts";
import { describeWithEngine } from "./engine.ts";
import { TRANSCRIPT } from "./tutorial.ts";

const visit = (composition: Composition, ...more: string[]): Promise<Outcome> =>
  composition.compose(["run", "--rm", "--no-deps", "-T", ...more, "client"]);

describeWithEngine("docker compose with overlays", () => {
  beforeAll(async () => {
    await new Composition().build();
    await new Composition({ client: "pyro5" }).build();
  });

  describe("compose/tls.yml", () => {
    const folder = mkdtempSync(join(tmpdir(), "pyro-certs-"));
    const composition = new Composition({}, ["compose/tls.yml"]);
    const withPython = new Composition({ client: "pyro5" }, ["compose/tls.yml"]);
    let topology: Topology;

    beforeAll(async () => {
      composition.env["CERTS"] = withPython.env["CERTS"] = folder;
      await must(process.execPath, ["scripts/hosts.ts", "certs"], { cwd: ROOT, env: { CERTS: folder } });
      topology = await composition.up("nameserver", "warehouse");
    });
    afterAll(async () => {
      await topology?.down();
      rmSync(folder, { recursive: true, force: true });
    });

    test("with their certificates, the visits are as ever", async () => {
      const { code, stdout, stderr } = await visit(composition);
      expect([code, stdout.trimEnd().split("\n")], stderr).toEqual([0, TRANSCRIPT]);
    });

    test("without one, there is no visit", async () => {
      const bare = ["-e", "PYRO_SSL_CLIENTCERT=", "-e", "PYRO_SSL_CLIENTKEY="];
      const { code, stdout, stderr } = await visit(composition, ...bare);
      expect([code, stdout]).toEqual([1, expect.not.stringContaining("contains: [")]);
      expect(stderr).toContain("this daemon requires a client certificate");
    });

    test("a client in Python has to show one too", async () => {
      await topology.restart("warehouse");
      expect((await visit(withPython)).stdout.trimEnd().split("\n")).toEqual(TRANSCRIPT);
      const bare = await visit(withPython, "-e", "PYRO_SSL_CLIENTCERT=", "-e", "PYRO_SSL_CLIENTKEY=");
      expect([bare.code, bare.stdout]).toEqual([1, expect.not.stringContaining("contains: [")]);
    });
  });

  test("compose/state.yml: what was stored is there after everything was removed but the volume", async () => {
    const composition = new Composition({}, ["compose/state.yml"]);
    await composition.up("nameserver", "warehouse");
    expect((await visit(composition)).stdout.trimEnd().split("\n")).toEqual(TRANSCRIPT);
    expect((await composition.compose(["down"])).code).toBe(0);
    const topology = await composition.up("nameserver", "warehouse");
    try {
      const { stdout } = await visit(composition);
      expect(stdout).toContain("contains: ['chair', 'flashlight', 'laptop', 'television', 'bricks']");
    } finally {
      await topology.down();
    }
  });
});
