import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import Docker from "dockerode";
import { Authority } from "./certificates.ts";
import { ROOT } from "./compose.ts";
import { docker, eventually, must, type Outcome, run } from "./docker.ts";
import { PROJECT } from "./leftovers.ts";

const NETWORK = `${PROJECT}_machines`;
const SUBNET = "10.133.1";
const LABELS = { "com.docker.compose.project": PROJECT };

export interface MachineOptions {
  /** The last numbers of the addresses. Default: the tutorial's, 221, 220 and 224. */
  readonly numbers?: readonly number[];
  /** Which engine they have: `old` is one of the year 2020, `rootless` that of an ordinary user, `lab`, without TLS. */
  readonly engine?: "new" | "old" | "rootless";
  /** Those whose engines keep images in containerd's store, as Docker 29 does by itself. */
  readonly containerdStores?: readonly number[];
  /** Bytes that their disks hold. Default: as many as this machine has. */
  readonly diskBytes?: number;
}

/**
 * Machines at 10.133.1.221, .220 and .224, each with a Docker engine and an sshd of its own, in privileged containers on
 * one bridge network. From here they are reached on loopback: `ssh://root@127.0.0.221`, and with TLS
 * `tcp://127.0.0.221:2376`.
 *
 * Keys, certificates and an `ssh` that knows them lie in `folder`; `env` puts that `ssh` first in PATH. By the name of
 * `stranger`, it does not know the key of the first machine.
 */
export class Machines implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "pyro-machines-"));
  readonly authority: Authority = new Authority("machines");
  readonly numbers: readonly number[];
  readonly #options: MachineOptions;

  private constructor(options: MachineOptions) {
    this.#options = options;
    this.numbers = options.numbers ?? [221, 220, 224];
  }

  /** Builds their image where it is not there yet, starts them and waits until their engines answer. */
  static async start(options: MachineOptions = {}): Promise<Machines> {
    const machines = new Machines(options);
    try {
      await machines.#keys();
      const engine = options.engine ?? "new";
      const args = ["build", "-q", "-t", `pyro-ts-machine:${engine}`, "--build-arg", `ENGINE=${engine}`];
      await must("docker", [...args, join(ROOT, "test/containers/machine")], { timeoutMs: 280_000 });
      const networks = await docker.listNetworks({ filters: { name: [NETWORK] } });
      if (networks.length === 0) await createNetwork();
      await Promise.all(machines.numbers.map((number) => machines.#create(number)));
      await Promise.all(machines.numbers.map((number) => machines.answers(number)));
      return machines;
    } catch (error) {
      await machines[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The container that is the machine. */
  container(number: number): Docker.Container {
    return docker.getContainer(nameOf(number));
  }

  address(number: number): string {
    return `${SUBNET}.${number}`;
  }

  /** The machine's engine, over TLS. */
  engine(number: number): Docker {
    const { cert: ca } = this.authority;
    const [cert, key] = ["cert.pem", "key.pem"].map((file) => readFileSync(join(this.folder, "client", file)));
    return new Docker({
      protocol: "https",
      host: `127.0.0.${number}`,
      port: 2376,
      ca,
      cert,
      key,
    } as Docker.DockerOptions);
  }

  /** An environment in which `ssh root@127.0.0.221` gets in. */
  get env(): Record<string, string> {
    return { PATH: `${join(this.folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}` };
  }

  /** Runs a command on the machine itself. */
  async exec(number: number, ...command: string[]): Promise<Outcome> {
    return run("docker", ["exec", nameOf(number), ...command]);
  }

  /** Ends it as a power cut does, and all that runs on it. */
  async kill(number: number): Promise<void> {
    await this.container(number).kill({ signal: "SIGKILL" });
  }

  /** Switches a killed machine on again. */
  async revive(number: number): Promise<void> {
    await this.container(number).start();
    await this.answers(number);
  }

  async answers(number: number): Promise<void> {
    await eventually(`the engine of machine ${number} answers`, 60_000, async () => {
      const { State } = await this.container(number).inspect();
      return State.Running && State.Health?.Status === "healthy";
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = (number: number): Promise<void> =>
      this.container(number)
        .remove({ force: true, v: true })
        .catch(() => undefined) as Promise<void>;
    await Promise.all(this.numbers.map(gone));
    await docker
      .getNetwork(NETWORK)
      .remove()
      .catch(() => undefined); // other machines may be on it
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #create(number: number): Promise<void> {
    const { diskBytes, engine = "new" } = this.#options;
    const container = await docker.createContainer({
      name: nameOf(number),
      Hostname: `h${number}`,
      Image: `pyro-ts-machine:${engine}`,
      Labels: LABELS,
      Env: engine === "rootless" ? ["ROOTLESS=1"] : [],
      ExposedPorts: { "22/tcp": {}, "2376/tcp": {} },
      HostConfig: {
        Privileged: true,
        Binds: [`${join(this.folder, `h${number}`)}:/keys:ro`],
        ...(diskBytes === undefined ? {} : { Tmpfs: { "/var/lib/docker": `size=${diskBytes},exec` } }),
        PortBindings: {
          "22/tcp": [{ HostIp: `127.0.0.${number}`, HostPort: "22" }],
          "2376/tcp": [{ HostIp: `127.0.0.${number}`, HostPort: "2376" }],
        },
      },
      NetworkingConfig: { EndpointsConfig: { [NETWORK]: { IPAMConfig: { IPv4Address: this.address(number) } } } },
    });
    await container.start();
  }

  async #keys(): Promise<void> {
    const file = (...path: string[]): string => join(this.folder, ...path);
    const generate = (path: string): Promise<string> =>
      must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path]);
    const certified = (folder: string, common: string, hosts: readonly string[]): void => {
      mkdirSync(file(folder), { recursive: true });
      const { cert, key } = this.authority.issue(common, { hosts });
      for (const [name, text] of Object.entries({ "ca.pem": this.authority.cert, "cert.pem": cert, "key.pem": key })) {
        writeFileSync(file(folder, name), text, { mode: 0o600 });
      }
    };
    certified("client", "operator", []);
    await generate(file("id"));
    let known = "";
    for (const number of this.numbers) {
      certified(`h${number}`, `h${number}`, [`127.0.0.${number}`, this.address(number)]);
      await generate(file(`h${number}`, "ssh_host_ed25519_key"));
      const features = { "containerd-snapshotter": this.#options.containerdStores?.includes(number) ?? false };
      const settings = this.#options.engine === "old" ? {} : { features };
      writeFileSync(file(`h${number}`, "daemon.json"), JSON.stringify(settings));
      writeFileSync(file(`h${number}`, "authorized_keys"), readFileSync(file("id.pub")));
      const [type, key] = readFileSync(file(`h${number}`, "ssh_host_ed25519_key.pub"), "utf8").split(" ");
      known += `127.0.0.${number} ${type} ${key}\n`;
    }
    writeFileSync(file("known_hosts"), known);
    writeFileSync(
      file("ssh_config"),
      [
        "Host stranger",
        "HostName 127.0.0.221",
        "HostKeyAlias stranger",
        "Host *",
        `IdentityFile ${file("id")}`,
        "IdentitiesOnly yes",
        `UserKnownHostsFile ${file("known_hosts")}`,
        "",
      ].join("\n"),
    );
    mkdirSync(file("bin"));
    const ssh = (await must("sh", ["-c", "command -v ssh"])).trim();
    writeFileSync(file("bin", "ssh"), `#!/bin/sh\nexec ${ssh} -F ${file("ssh_config")} "$@"\n`);
    chmodSync(file("bin", "ssh"), 0o755);
  }
}

function nameOf(number: number): string {
  return `${PROJECT}-h${number}`;
}

/**
 * Without masquerading the machines have no way out, while published ports stay possible (an internal network has none).
 * Its MTU leaves room for an overlay network's on top.
 */
async function createNetwork(): Promise<void> {
  await docker.createNetwork({
    Name: NETWORK,
    Labels: LABELS,
    Options: {
      "com.docker.network.bridge.enable_ip_masquerade": "false",
      "com.docker.network.driver.mtu": "1500",
    },
    IPAM: { Config: [{ Subnet: `${SUBNET}.0/24`, Gateway: `${SUBNET}.1` }] },
  });
}
