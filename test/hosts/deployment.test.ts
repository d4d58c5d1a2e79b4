import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Refusals } from "../../scripts/hosts/carry.ts";
import type { ComposeService, Composition } from "../../scripts/hosts/composition.ts";
import { type Deployment, deploymentOf, type Placement } from "../../scripts/hosts/deployment.ts";
import type { Host, Inventory } from "../../scripts/hosts/inventory.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "deployment-"));
  writeFileSync(join(folder, "visits.yml"), "- {}\n");
  mkdirSync(join(folder, "certs"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const host = (name: string, number: number, ...services: string[]): Host => ({
  name,
  engine: { kind: "local" },
  engineText: "local",
  address: `10.133.1.${number}`,
  bind: `10.133.1.${number}`,
  services,
});
const HOSTS = [host("h221", 221, "nameserver"), host("h220", 220, "warehouse"), host("h224", 224, "client")];

function inventory(hosts: readonly Host[]): Inventory {
  return { path: "hosts.yml", folder, composeFiles: [join(folder, "docker-compose.yml")], hosts };
}

function composition(services: Record<string, ComposeService>, more: Partial<Composition> = {}): Composition {
  const rest = { networks: {}, volumes: {}, secrets: {}, configs: {} };
  return { project: "lab", folder, files: [], services, ...rest, ...more };
}

const needs = (...others: string[]): object => ({
  depends_on: Object.fromEntries(others.map((other) => [other, { condition: "service_healthy" }])),
});
const port = (target: number, published = String(target)): object => ({
  ports: [{ mode: "ingress", host_ip: "127.0.0.1", target, published, protocol: "tcp" }],
});
const SERVICES: Record<string, ComposeService> = {
  nameserver: { image: "lab", restart: "unless-stopped", ...port(9090) },
  warehouse: { image: "lab", restart: "unless-stopped", ...port(9100), ...needs("nameserver") },
  client: { image: "lab", ...needs("nameserver", "warehouse") },
};

const deployed = (services: Record<string, ComposeService>, more?: Partial<Composition>): Deployment =>
  deploymentOf(inventory(HOSTS), composition(services, more));

/** The client, with these keys. */
function client(keys: ComposeService, more?: Partial<Composition>): Placement {
  const { placements } = deployed({ ...SERVICES, client: { ...SERVICES["client"], ...keys } }, more);
  return placements.find(({ service }) => service === "client") as Placement;
}

function refused(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusals) return error.problems;
    throw error;
  }
  return [];
}

test("services start in the order in which they depend on one another", () => {
  const { placements } = deployed(SERVICES);
  expect(placements.map(({ service, rank, lasting }) => [service, rank, lasting])).toEqual([
    ["nameserver", 0, true],
    ["warehouse", 1, true],
    ["client", 2, false],
  ]);
});

test("ports are published at the host's address, daemons tell it to others, and services find each other by name", () => {
  const services = {
    ...SERVICES,
    warehouse: { ...SERVICES["warehouse"], ...port(9100, "9200"), environment: { A: "1", PYRO_HOST: "10.133.1.9" } },
  };
  const [, warehouse] = deployed(services).placements;
  expect(warehouse?.carried.host.PortBindings).toEqual({ "9100/tcp": [{ HostIp: "10.133.1.220", HostPort: "9200" }] });
  expect(warehouse?.carried.create.Env).toEqual([
    "A=1",
    "PYRO_HOST=0.0.0.0",
    "PYRO_NATHOST=10.133.1.220",
    "PYRO_NATPORT=9200",
  ]);
  expect(warehouse?.carried.host.ExtraHosts).toEqual(["nameserver:10.133.1.221", "warehouse:10.133.1.220"]);
});

test("a name server that is published at another port is looked for there", () => {
  const services = {
    nameserver: { ...SERVICES["nameserver"], ...port(9090, "9190") },
    warehouse: { ...SERVICES["warehouse"], environment: { PYRO_NS_HOST: "nameserver" } },
    client: { ...SERVICES["client"], environment: { PYRO_NS_HOST: "nameserver", PYRO_NS_PORT: "1" } },
  };
  const [, warehouse, client] = deployed(services).placements;
  expect(warehouse?.carried.create.Env).toContain("PYRO_NS_PORT=9190");
  expect(client?.carried.create.Env).toEqual(["PYRO_NS_HOST=nameserver", "PYRO_NS_PORT=1"]);
});

test("an address that the Compose file itself tells others stays", () => {
  const services = {
    ...SERVICES,
    warehouse: { ...SERVICES["warehouse"], environment: { PYRO_NATHOST: "lab.example", PYRO_NATPORT: "1" } },
  };
  const [, warehouse] = deployed(services).placements;
  expect(warehouse?.carried.create.Env).toEqual(["PYRO_NATHOST=lab.example", "PYRO_NATPORT=1", "PYRO_HOST=0.0.0.0"]);
});

test("a service on its host's own network listens at the host's address", () => {
  const services = { ...SERVICES, warehouse: { ...SERVICES["warehouse"], network_mode: "host" } };
  const [, warehouse] = deployed(services).placements;
  expect(warehouse?.carried.create.Env).toEqual(["PYRO_HOST=10.133.1.220"]);
});

test("a host that moves changes those that know its address, and no others", () => {
  const parts = (hosts: readonly Host[]): (string | undefined)[] =>
    deploymentOf(inventory(hosts), composition(SERVICES)).placements.map((placement) => placement.parts["addresses"]);
  const before = parts(HOSTS);
  const clientMoved = parts([...HOSTS.slice(0, 2), host("h224", 225, "client")]);
  expect(clientMoved).toEqual(before);
  const warehouseMoved = parts([HOSTS[0] as Host, host("h220", 230, "warehouse"), HOSTS[2] as Host]);
  expect(warehouseMoved.map((hash, at) => hash === before[at])).toEqual([false, false, false]);
});

test("settings in the words of the engine", () => {
  const { carried } = client({
    command: ["a"],
    entrypoint: null,
    environment: { B: "2", UNSET: null },
    init: true,
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    pids_limit: 64,
    mem_limit: "268435456",
    cpus: 0.5,
    restart: "on-failure:3",
    stop_grace_period: "1m30s",
    stop_signal: "SIGINT",
    tmpfs: ["/tmp:size=16m,mode=1777", "/run"],
    ulimits: { nofile: { soft: 10, hard: 20 }, nproc: 30 },
    sysctls: { "net.core.somaxconn": "1024" },
    user: "1000",
    working_dir: "/app",
    logging: { driver: "json-file", options: { "max-size": "1m" } },
    healthcheck: {
      test: ["CMD", "x"],
      interval: "10s",
      timeout: "5s",
      retries: 3,
      start_period: "1m",
      start_interval: "250ms",
    },
    deploy: { resources: { limits: { memory: "1000", pids: 5 } }, replicas: 1 },
    "x-note": "whatever",
  });
  expect(carried.create).toMatchObject({
    Cmd: ["a"],
    Env: ["B=2"],
    User: "1000",
    WorkingDir: "/app",
    StopTimeout: 90,
    StopSignal: "SIGINT",
    Healthcheck: {
      Test: ["CMD", "x"],
      Interval: 1e10,
      Timeout: 5e9,
      Retries: 3,
      StartPeriod: 6e10,
      StartInterval: 2.5e8,
    },
  });
  expect(carried.create).not.toHaveProperty("Entrypoint");
  expect(carried.host).toMatchObject({
    Init: true,
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges:true"],
    PidsLimit: 5,
    Memory: 1000,
    NanoCpus: 5e8,
    RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
    Tmpfs: { "/tmp": "size=16m,mode=1777", "/run": "" },
    Ulimits: [
      { Name: "nofile", Soft: 10, Hard: 20 },
      { Name: "nproc", Soft: 30, Hard: 30 },
    ],
    Sysctls: { "net.core.somaxconn": "1024" },
    LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
  });
});

test("volumes, files beside the Compose file, and files of the host", () => {
  const { carried } = client(
    {
      volumes: [
        { type: "volume", source: "state", target: "/state", volume: {} },
        { type: "bind", source: join(folder, "visits.yml"), target: "/visits.yml", read_only: true, bind: {} },
        {
          type: "bind",
          source: "/etc/localtime",
          target: "/etc/localtime",
          read_only: true,
          bind: { create_host_path: true },
        },
        { type: "tmpfs", target: "/scratch", tmpfs: { size: 1000 } },
      ],
      configs: [{ source: "greeting", target: "/greeting" }],
    },
    { volumes: { state: { name: "lab_state" } }, configs: { greeting: { content: "hello" } } },
  );
  expect(carried.volumes).toEqual([{ name: "lab_state", external: false }]);
  expect(carried.mounts).toEqual([
    { Type: "volume", Source: "lab_state", Target: "/state", ReadOnly: false, VolumeOptions: {} },
    { Type: "bind", Source: "/etc/localtime", Target: "/etc/localtime", ReadOnly: true },
    { Type: "tmpfs", Source: "", Target: "/scratch", TmpfsOptions: { SizeBytes: 1000 } },
  ]);
  expect(carried.files).toEqual([
    { target: "/visits.yml", source: { path: join(folder, "visits.yml") } },
    { target: "/greeting", source: { text: "hello" }, mode: 0o444 },
  ]);
});

test("a file's contents count, not its place", () => {
  const files = (name: string, text: string): string | undefined => {
    writeFileSync(join(folder, name), text);
    return client({ volumes: [{ type: "bind", source: join(folder, name), target: "/f", read_only: true }] }).parts[
      "files"
    ];
  };
  expect(files("one", "same")).toBe(files("two", "same"));
  expect(files("one", "same")).not.toBe(files("one", "other"));
});

describe("is refused, by name", () => {
  test.for<readonly [string, ComposeService, string]>([
    [
      "a key that nobody knows",
      { blkio_config: {} },
      "services.client.blkio_config: cannot be carried over to another host: take it out, or run it there by hand",
    ],
    [
      "a network of another container",
      { network_mode: "service:x" },
      "services.client.network_mode: service:x is only for containers of one host: host or none",
    ],
    [
      "a range of ports",
      { ports: [{ target: 1, published: "1-2" }] },
      "services.client.ports: a range of ports, 1-2: name one",
    ],
    [
      "several replicas",
      { deploy: { replicas: 2 } },
      "services.client.deploy: replicas cannot be carried over to another host",
    ],
    [
      "placement",
      { deploy: { placement: {} } },
      "services.client.deploy: placement cannot be carried over to another host",
    ],
    [
      "a duration that is none",
      { stop_grace_period: "soon" },
      "services.client.stop_grace_period: soon is no duration",
    ],
    [
      "a container's name",
      { container_name: "x" },
      expect.stringMatching(/^services\.client\.container_name: cannot/) as never,
    ],
    ["several of it", { scale: 3 }, "services.client.scale: one container a host, not 3"],
    [
      "an option of a volume",
      { volumes: [{ type: "volume", source: "s", target: "/s", volume: { labels: {} } }] },
      "services.client.volumes: labels cannot be carried over to another host",
    ],
    [
      "a pipe",
      { volumes: [{ type: "npipe", target: "/s" }] },
      "services.client.volumes: a npipe at /s cannot be carried over to another host",
    ],
    [
      "a secret from nowhere",
      { secrets: [{ source: "key" }] },
      "services.client.secrets: key has neither a file nor a content",
    ],
  ])("%s", ([, keys, problem]) => {
    expect(refused(() => client(keys))).toEqual([problem]);
  });

  test("a folder of this machine that is written to", () => {
    const volumes = [{ type: "bind", source: join(folder, "certs"), target: "/certs" }];
    expect(refused(() => client({ volumes }))).toEqual([
      "services.client.volumes: certs is on this machine, and what is written at /certs would not come back: mount it with :ro, or take a named volume",
    ]);
  });

  test("a secret whose file is not there yet", () => {
    const secrets = { key: { name: "key", file: join(folder, "certs/client/key.pem") } };
    expect(refused(() => client({ secrets: [{ source: "key" }] }, { secrets }))).toEqual([
      "services.client.secrets: there is no file certs/client/key.pem: npm run hosts -- certs makes it",
    ]);
  });

  test("what does not fit together, all at once", () => {
    const hosts = [
      host("h221", 221, "nameserver", "shop"),
      host("h220", 220, "nameserver"),
      host("h224", 224, "client"),
    ];
    expect(refused(() => deploymentOf(inventory(hosts), composition(SERVICES)))).toEqual([
      "hosts.yml: hosts.h221.services: there is no service shop; there are nameserver, warehouse, client",
      "nameserver is on h221 and h220, but others look for it at one address: leave it on one host",
      "services.client.depends_on: warehouse is on none of the hosts",
    ]);
  });

  test("networks that would be one across hosts, or lead nowhere", () => {
    const on = (...names: string[]): object => ({ networks: Object.fromEntries(names.map((name) => [name, null])) });
    const two = { ...SERVICES, client: { ...SERVICES["client"], ...on("front", "back") } };
    expect(refused(() => deployed(two))).toEqual([
      "networks: front, back would be one and the same across hosts: put all services on one network",
    ]);
    const inner = { ...SERVICES, client: { ...SERVICES["client"], ...on("inner") } };
    expect(refused(() => deployed(inner, { networks: { inner: { internal: true } } }))).toEqual([
      "networks.inner.internal: reaches no other host",
    ]);
  });
});

test("a client may be on several hosts", () => {
  const hosts = [...HOSTS, host("h225", 225, "client")];
  const { placements, left } = deploymentOf(
    inventory(hosts),
    composition({ ...SERVICES, spare: { image: "x" }, built: { scale: 0 } }),
  );
  expect(placements.map((placement) => `${placement.host.name} ${placement.container}`)).toEqual([
    "h221 lab-nameserver",
    "h220 lab-warehouse",
    "h224 lab-client",
    "h225 lab-client",
  ]);
  expect(left).toEqual(["spare"]);
});
