import type Docker from "dockerode";
import type { Carried, Place } from "./carried.ts";
import { carriedDeploy, carriedHealth, carriedRestart, nanoCpus, Refusal, type Table, texts } from "./carry-values.ts";
import { carriedGrant, carriedVolume } from "./carry-volumes.ts";
import type { ComposeService } from "./composition.ts";
import { Problems } from "./problems.ts";
import { bytes, nanoseconds } from "./units.ts";

type Carry = (carried: Carried, value: never, place: Place) => void;

/** A key that is carried over by putting its value into a field of the engine's. */
const toCreate =
  (field: keyof Docker.ContainerCreateOptions, change: (value: unknown) => unknown = (value) => value): Carry =>
  ({ create }, value) =>
    Object.assign(create, { [field]: change(value) });
const toHost =
  (field: keyof Docker.HostConfig, change: (value: unknown) => unknown = (value) => value): Carry =>
  ({ host }, value) =>
    Object.assign(host, { [field]: change(value) });

/** Means something only to Compose, or is dealt with where services, images and networks meet. */
const elsewhere: Carry = () => {};

/** Every key of a service that can be carried over to another host; the others are refused. */
const CARRIES: Readonly<Record<string, Carry>> = {
  attach: elsewhere,
  build: elsewhere,
  depends_on: elsewhere,
  develop: elsewhere,
  image: elsewhere,
  networks: elsewhere,
  platform: elsewhere,
  profiles: elsewhere,
  pull_policy: elsewhere,
  scale: elsewhere,

  cap_add: toHost("CapAdd"),
  cap_drop: toHost("CapDrop"),
  command: toCreate("Cmd"),
  configs: (carried, grants: Table[], { composition }) => {
    for (const grant of grants) carried.files.push(carriedGrant("configs", grant, composition));
  },
  cpu_shares: toHost("CpuShares"),
  cpus: toHost("NanoCpus", nanoCpus),
  cpuset: toHost("CpusetCpus"),
  deploy: ({ host }, value: Table) => void Object.assign(host, carriedDeploy(value)),
  devices: toHost("Devices", (value) =>
    (value as Table[]).map(({ source, target, permissions }) => ({
      PathOnHost: source,
      PathInContainer: target,
      CgroupPermissions: permissions ?? "rwm",
    })),
  ),
  dns: toHost("Dns", texts),
  dns_opt: toHost("DnsOptions"),
  dns_search: toHost("DnsSearch", texts),
  domainname: toCreate("Domainname"),
  entrypoint: toCreate("Entrypoint"),
  environment: ({ create }, value: Table) => {
    create.Env = Object.entries(value).flatMap(([name, text]) => (text === null ? [] : [`${name}=${String(text)}`]));
  },
  expose: ({ create }, ports: unknown[]) => {
    for (const port of ports) create.ExposedPorts = { ...create.ExposedPorts, [portName(String(port))]: {} };
  },
  extra_hosts: ({ host }, value: string[] | Table) => {
    const lines = Array.isArray(value) ? value.map((line) => line.replace("=", ":")) : pairs(value, ":");
    host.ExtraHosts = [...(host.ExtraHosts ?? []), ...lines];
  },
  group_add: toHost("GroupAdd", texts),
  healthcheck: toCreate("Healthcheck", (value) => carriedHealth(value as Table)),
  hostname: toCreate("Hostname"),
  init: toHost("Init"),
  labels: toCreate("Labels"),
  logging: toHost("LogConfig", (value) => {
    const { driver, options } = value as Table;
    return { Type: driver ?? "json-file", Config: options ?? {} };
  }),
  mem_limit: toHost("Memory", bytes),
  mem_reservation: toHost("MemoryReservation", bytes),
  memswap_limit: toHost("MemorySwap", bytes),
  network_mode: ({ host }, mode: string) => {
    if (mode !== "host" && mode !== "none")
      throw new Refusal(`${mode} is only for containers of one host: host or none`);
    host.NetworkMode = mode;
  },
  oom_kill_disable: toHost("OomKillDisable"),
  oom_score_adj: toHost("OomScoreAdj"),
  pids_limit: toHost("PidsLimit"),
  ports: ({ create, host }, ports: Table[], { bind }) => {
    const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
    for (const { target, published, protocol } of ports) {
      if (String(published ?? "").includes("-")) throw new Refusal(`a range of ports, ${String(published)}: name one`);
      const name = portName(`${String(target)}/${String(protocol ?? "tcp")}`);
      create.ExposedPorts = { ...create.ExposedPorts, [name]: {} };
      bindings[name] = [...(bindings[name] ?? []), { HostIp: bind, HostPort: publishedPort({ target, published }) }];
    }
    host.PortBindings = bindings;
  },
  privileged: toHost("Privileged"),
  read_only: toHost("ReadonlyRootfs"),
  restart: toHost("RestartPolicy", carriedRestart),
  secrets: (carried, grants: Table[], { composition }) => {
    for (const grant of grants) carried.files.push(carriedGrant("secrets", grant, composition));
  },
  security_opt: toHost("SecurityOpt"),
  shm_size: toHost("ShmSize", bytes),
  stdin_open: toCreate("OpenStdin"),
  stop_grace_period: toCreate("StopTimeout", (value) => Math.ceil(nanoseconds(value) / 1e9)),
  stop_signal: toCreate("StopSignal"),
  sysctls: toHost("Sysctls", (value) => Object.fromEntries(pairsOf(value).map(([name, text]) => [name, String(text)]))),
  tmpfs: toHost("Tmpfs", (value) =>
    Object.fromEntries(
      texts(value).map((line) => [line.replace(/:.*$/, ""), line.includes(":") ? line.replace(/^[^:]*:/, "") : ""]),
    ),
  ),
  tty: toCreate("Tty"),
  ulimits: toHost("Ulimits", (value) =>
    pairsOf(value).map(([Name, limit]) => {
      const { soft, hard } = typeof limit === "object" ? (limit as Table) : { soft: limit, hard: limit };
      return { Name, Soft: Number(soft), Hard: Number(hard) };
    }),
  ),
  user: toCreate("User"),
  userns_mode: toHost("UsernsMode"),
  volumes: (carried, volumes: Table[], { composition }) => {
    for (const volume of volumes) carriedVolume(carried, volume, composition);
  },
  working_dir: toCreate("WorkingDir"),
};

/**
 * A service of the Compose file in the words of the engine of another host.
 *
 * Its ports are published at the host's address, and each other service is found by its name at the address of the
 * host that it is on. A Pyro daemon is told the address at which others reach it.
 *
 * @throws {Problems} with all that cannot be carried over, by name.
 */
export function carry(service: ComposeService, place: Place): Carried {
  const carried: Carried = { create: {}, host: {}, mounts: [], files: [], volumes: [], parts: {} };
  const refused: string[] = [];
  for (const [key, value] of Object.entries(service)) {
    if (value === null || value === undefined || key.startsWith("x-")) continue;
    const rule = CARRIES[key];
    try {
      if (rule === undefined)
        throw new Refusal("cannot be carried over to another host: take it out, or run it there by hand");
      rule(carried, value as never, place);
      if (rule !== elsewhere) carried.parts[key] = value;
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof RangeError)) throw error;
      refused.push(`services.${place.service}.${key}: ${error.message}`);
    }
  }
  if (refused.length > 0) throw new Problems(refused);
  advertise(carried, place);
  return carried;
}

/** Left to the engine, it would be another port after each start, and nobody would know. */
export function publishedPort({ target, published }: Table): string {
  return String(Number(published ?? 0) === 0 ? target : published);
}

/** Where the others are, and what a daemon in here tells them about where it is. */
function advertise({ create, host, parts }: Carried, { addresses, ports, address }: Place): void {
  const found = [...addresses].map(([service, at]) => `${service}:${at}`);
  if (host.NetworkMode !== "host") host.ExtraHosts = [...(host.ExtraHosts ?? []), ...found];
  const published = Object.values((host.PortBindings ?? {}) as Record<string, { HostPort: string }[]>).flat();
  const own: string[] = [];
  if (host.NetworkMode === "host") {
    create.Env = [...(create.Env ?? []).filter((line) => !line.startsWith("PYRO_HOST=")), `PYRO_HOST=${address}`];
  } else if (published.length > 0) {
    // The container's own address means nothing elsewhere, nor does the one it would have in Compose's network.
    create.Env = (create.Env ?? []).filter((line) => !line.startsWith("PYRO_HOST="));
    own.push("PYRO_HOST=0.0.0.0");
    if (!create.Env.some((line) => line.startsWith("PYRO_NATHOST="))) {
      own.push(`PYRO_NATHOST=${address}`);
      if (published.length === 1) own.push(`PYRO_NATPORT=${published[0]?.HostPort}`);
    }
    create.Env.push(...own);
  }
  // In Compose's network the name server is at its own port, here at the one that is published.
  const nameServer = create.Env?.find((line) => line.startsWith("PYRO_NS_HOST="))?.replace("PYRO_NS_HOST=", "") ?? "";
  const port = ports.get(nameServer);
  if (port !== undefined && !create.Env?.some((line) => line.startsWith("PYRO_NS_PORT="))) {
    create.Env?.push(`PYRO_NS_PORT=${port}`);
    own.push(port);
  }
  parts["addresses"] = [found, own, published];
}

const portName = (port: string): string => (port.includes("/") ? port : `${port}/tcp`);

function pairsOf(value: unknown): [string, unknown][] {
  if (!Array.isArray(value)) return Object.entries(value as Table);
  return value.map((line) => [String(line).replace(/=.*$/, ""), String(line).replace(/^[^=]*=/, "")]);
}

const pairs = (value: Table, joint: string): string[] =>
  Object.entries(value).flatMap(([name, texts]) =>
    (Array.isArray(texts) ? texts : [texts]).map((text) => `${name}${joint}${String(text)}`),
  );
