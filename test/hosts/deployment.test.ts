import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deploymentOf } from "../../scripts/hosts/deployment.ts";
import type { Host } from "../../scripts/hosts/inventory.ts";
import {
  client,
  composition,
  deployed,
  folder,
  HOSTS,
  host,
  inventory,
  port,
  SERVICES,
} from "../support/deployments.ts";

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
