import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Authority } from "../../support/certificates.ts";
import { Composition } from "../../support/compose.ts";
import { eventually, must, type Outcome } from "../../support/docker.ts";
import { HostsCli } from "../../support/hosts-cli.ts";
import { Machines } from "../../support/machines.ts";
import { describeWithEngine } from "../engine.ts";

/** The lines that begin with a host's name and a colon. */
const faultsIn = ({ stderr }: Outcome): string[] => stderr.split("\n").filter((line) => /^h\d+: /.test(line));

describeWithEngine("what goes wrong with a host is told in a line, and the others are finished", () => {
  let machines: Machines;
  let hosts: HostsCli;

  beforeAll(async () => {
    await new Composition().build();
    machines = await Machines.start();
    hosts = new HostsCli(machines);
  });
  afterAll(async () => {
    hosts?.[Symbol.dispose]();
    await machines?.[Symbol.asyncDispose]();
  });

  const names = async (number: number): Promise<string[]> =>
    (await machines.engine(number).listContainers()).flatMap(({ Names }) => Names);

  test("a host that dies while the image is sent; up again repairs", async () => {
    const running = hosts.run(["up", "--no-build"]);
    await eventually("the image is on its way", 30_000, async () => {
      const { stdout } = await machines.exec(224, "sh", "-c", "du -s /var/lib/docker/tmp | cut -f1");
      return Number(stdout) > 10_000;
    });
    await machines.kill(224);
    const outcome = await running;
    expect(outcome.code).toBe(1);
    expect(faultsIn(outcome)).toEqual(["h224: it went away while the image was sent; when it is back, run up again"]);
    expect(outcome.stderr).toMatch(/^h221 +nameserver +created, healthy after/m);
    expect(outcome.stderr).toMatch(/^h220 +warehouse +created, healthy after/m);
    expect(outcome.stderr).toContain("Not everything is up: see above, and run up again.");
    await machines.revive(224);
    const again = await hosts.run(["up", "--no-build"]);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/^h224 +client +created, ended with 0/m);
    expect(again.stderr).toMatch(/^h221 +nameserver +as it is/m);
  });

  test("up that is killed in the middle can be run again", async () => {
    await hosts.must("down");
    for (const afterMs of [300, 700, 1_100]) {
      await hosts.run(["up", "--no-build"], { timeoutMs: afterMs }).catch(() => {}); // SIGKILL
    }
    const { code, stderr } = await hosts.run(["up", "--no-build"]);
    expect(code, stderr).toBe(0);
    expect((await hosts.run(["status"])).code).toBe(0);
    expect((await hosts.run(["up", "--no-build"])).stderr).toContain("Nothing had to be changed.");
  });

  test("a port that is taken", async () => {
    await hosts.must("down");
    const squatter = "require('net').createServer().listen(9100, '10.133.1.220', () => console.log('here'))";
    await must("docker", ["exec", "-d", machines.container(220).id, "node", "-e", squatter]);
    await eventually("the port is taken", 10_000, async () => {
      return (await machines.exec(220, "sh", "-c", "ss -ltn | grep -q :9100")).code === 0;
    });
    const outcome = await hosts.run(["up", "--no-build"]);
    expect(outcome.code).toBe(1);
    expect(faultsIn(outcome)).toEqual([
      "h220: port 9100 is taken there; stop what has it (ss -ltnp on h220), or publish another one",
    ]);
    expect(outcome.stderr).toMatch(/^h224 +client +not started: warehouse is not ready$/m);
    expect(await names(221)).toEqual(["/pyro-ts-nameserver"]);
    await machines.exec(220, "pkill", "-f", "createServer");
    expect((await hosts.run(["up", "--no-build"])).code).toBe(0);
  });

  test.for([
    [
      "ssh",
      "h220: it cannot be reached at ssh://root@127.0.0.220; is it switched on, and does its firewall let us in?",
    ],
    [
      "tls",
      "h220: it cannot be reached at tcp://127.0.0.220:2376; is it switched on, and does its firewall let us in?",
    ],
  ] as const)("a host that says nothing, over %s", async ([way, line]) => {
    hosts.write({ ways: { 220: way } });
    await machines.container(220).pause();
    try {
      const outcome = await hosts.run(["up", "--no-build"]);
      expect([outcome.code, faultsIn(outcome)]).toEqual([1, [line]]);
      expect(outcome.stderr).toMatch(/^h221 +nameserver +as it is: it is running$/m);
      // What it depends on cannot be seen, and what runs is left alone.
      expect(outcome.stderr).toMatch(/^h224 +client +left as it is: warehouse is not ready$/m);
    } finally {
      await machines.container(220).unpause();
    }
  });

  test("hosts that do not let us in, and hosts that are not who they should be", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pyro-faults-"));
    const file = (name: string, text = ""): string => {
      if (text !== "") writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    try {
      await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file("id")]);
      const stranger = new Authority("somebody else");
      const { cert, key } = stranger.issue("operator");
      const own = (name: string): string => join(machines.folder, "client", name);
      const tls = (ca: string, certificate: string, keyFile: string): string =>
        `tls: { ca: ${ca}, cert: ${certificate}, key: ${keyFile} }`;
      const strange = tls(own("ca.pem"), file("cert.pem", cert), file("key.pem", key));
      const wrongCa = tls(file("ca.pem", stranger.cert), own("cert.pem"), own("key.pem"));
      const engines: [string, string, RegExp][] = [
        [
          "ssh://node@127.0.0.221",
          `identity: ${file("id")}`,
          /its sshd does not let us in with our key; try ssh node@127/,
        ],
        [
          "ssh://root@stranger",
          "",
          /its ssh host key is not the one we know, or not known yet; .*: ssh root@stranger$/,
        ],
        ["tcp://127.0.0.220:2376", wrongCa, /its engine's certificate is not signed by our tls\.ca/],
        ["tcp://127.0.0.221:2376", strange, /its engine does not take our certificate; tls\.cert and tls\.key must be/],
        [
          "tcp://127.0.0.224:22",
          tls(own("ca.pem"), own("cert.pem"), own("key.pem")),
          /its engine speaks no TLS at that port/,
        ],
        [
          "ssh://root@127.0.0.199",
          "",
          /it refuses the connection to ssh:\/\/root@127\.0\.0\.199; is sshd or the engine/,
        ],
        [
          "ssh://root@nowhere.invalid",
          "",
          /nobody knows where ssh:\/\/root@nowhere\.invalid is; check the engine's name/,
        ],
      ];
      const lines = engines.flatMap(([engine, more], at) => [
        `  h${at}:`,
        `    engine: ${engine}`,
        ...(more === "" ? [] : [`    ${more}`]),
        `    address: 10.133.1.${at + 1}`,
        `    services: [${["nameserver", "warehouse"][at] ?? "client"}]`,
      ]);
      hosts.edit((text) => `${text.split("\n")[0]}\nhosts:\n${lines.join("\n")}\n`);
      const outcome = await hosts.run(["status"]);
      expect(outcome.code, outcome.stderr).toBe(1);
      const told = faultsIn(outcome);
      expect(told, outcome.stderr).toHaveLength(engines.length);
      for (const [, , pattern] of engines) expect(told).toContainEqual(expect.stringMatching(pattern));
      expect(outcome.stderr).not.toMatch(/^\s+at /m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("an image of another architecture", async () => {
    const image = "pyro-ts-test:elsewhere";
    const other = process.arch === "arm64" ? "amd64" : "arm64";
    await must("docker", ["build", "-q", "--platform", `linux/${other}`, "-t", image, "-"], {
      input: "FROM scratch\nENV ELSEWHERE=1\n",
    });
    try {
      const overlay = join(hosts.folder, "overlay.yml");
      writeFileSync(overlay, `services: { client: { image: "${image}" } }\n`);
      hosts.write({});
      hosts.edit((text) => text.replace("docker-compose.yml]", `docker-compose.yml, ${overlay}]`));
      const outcome = await hosts.run(["up", "--no-build"]);
      expect(outcome.code).toBe(1);
      const own = process.arch === "arm64" ? "arm64" : "amd64";
      expect(faultsIn(outcome)).toEqual([
        `h224: it is ${own}, the image ${image} is for ${other}; build that for it (platform: linux/${own} in the Compose file)`,
      ]);
      expect(outcome.stderr).toMatch(/^h220 +warehouse +as it is/m);
    } finally {
      await must("docker", ["rmi", image]);
    }
  });
});

describe("hosts of a kind that will not do", () => {
  describeWithEngine("told in a line", () => {
    test("a disk that is full", async () => {
      await using machines = await Machines.start({ numbers: [222], diskBytes: 120_000_000 });
      using hosts = new HostsCli(machines, { services: [[222, ["nameserver"]]] });
      const outcome = await hosts.run(["up", "--no-build"]);
      expect(outcome.code).toBe(1);
      expect(faultsIn(outcome)).toEqual([
        "h222: its disk is full; make room there (docker system prune), and run up again",
      ]);
    });

    test("an engine that is too old", async () => {
      await using machines = await Machines.start({ numbers: [222], engine: "old" });
      using hosts = new HostsCli(machines, { services: [[222, ["nameserver"]]] });
      const outcome = await hosts.run(["up", "--no-build"]);
      expect(outcome.code).toBe(1);
      expect(faultsIn(outcome)).toEqual([
        expect.stringMatching(/^h222: its Docker engine is 20\.10\.\S+, too old; install 26\.0 or newer there$/),
      ]);
    });
  });
});
