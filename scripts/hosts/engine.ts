import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import https from "node:https";
import type { Socket } from "node:net";
import Docker from "dockerode";
import { Fault, faultOf } from "./faults.ts";
import type { EngineAddress, Host } from "./inventory.ts";
import { SshAgent } from "./ssh.ts";

/** Engine 26.0: the first one that mounts single files of a volume. */
const LEAST_API = [1, 45] as const;
const LEAST_ENGINE = "26.0";
const FIRST_ANSWER_MS = 15_000;
const ANSWER_MS = 60_000;

/** A host whose engine has answered. */
export interface Reached {
  readonly host: Host;
  readonly engine: Docker;
  /** As images have it: amd64, arm64. */
  readonly architecture: string;
  readonly version: string;
}

/** What could be done on each host, and what could not. */
export interface Outcome<T> {
  readonly done: readonly T[];
  readonly faults: readonly Fault[];
}

/** Does something on several hosts at once. What fails on one is no reason to leave off on another. */
export async function onEach<S extends { readonly host: Host }, T>(
  subjects: readonly S[],
  act: (subject: S) => Promise<T>,
): Promise<Outcome<T>> {
  const settled = await Promise.allSettled(subjects.map((subject) => act(subject)));
  const done: T[] = [];
  const faults: Fault[] = [];
  for (const [at, result] of settled.entries()) {
    if (result.status === "fulfilled") done.push(result.value);
    else faults.push(faultOf((subjects[at] as S).host, result.reason));
  }
  return { done, faults };
}

/** Connects to the engines of all hosts at once. */
export async function reachAll(hosts: readonly Host[]): Promise<Outcome<Reached>> {
  return onEach(
    hosts.map((host) => ({ host })),
    ({ host }) => reach(host),
  );
}

/** @throws {Fault} if the host's engine does not answer, or is too old. */
export async function reach(host: Host): Promise<Reached> {
  const engine = engineOf(host);
  try {
    const { ApiVersion, Version, Arch } = await within(FIRST_ANSWER_MS, engine.version());
    const [major = 0, minor = 0] = ApiVersion.split(".").map(Number);
    if (major < LEAST_API[0] || (major === LEAST_API[0] && minor < LEAST_API[1])) {
      throw new Fault(host, `its Docker engine is ${Version}, too old; install ${LEAST_ENGINE} or newer there`);
    }
    return { host, engine, architecture: Arch, version: Version };
  } catch (error) {
    throw faultOf(host, error);
  }
}

/** An answer, or an error where there is none in time: a host that went away says nothing. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`the engine did not answer within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What an engine is asked in passing. */
export const ask = <T>(answer: Promise<T>): Promise<T> => within(ANSWER_MS, answer);

/** The engine of this machine, or whichever one `docker context use` or DOCKER_HOST makes the docker command talk to. */
export function ownEngine(): Docker {
  const asked = spawnSync("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  const [, kind, rest = ""] = /^(unix|ssh):\/\/(.+)$/.exec(asked.stdout?.toString().trim() ?? "") ?? [];
  if (kind === "unix") return new Docker({ socketPath: rest });
  const [, user, host = "", port] = /^(?:([^@]+)@)?([^:/]+)(?::(\d+))?$/.exec(rest) ?? [];
  if (kind !== "ssh" || host === "") return new Docker();
  return overSsh({ kind: "ssh", host, ...(user ? { user } : {}), ...(port ? { port: Number(port) } : {}) });
}

// The name and port are nobody's: each connection is the agent's.
const overSsh = (address: Extract<EngineAddress, { kind: "ssh" }>): Docker =>
  new Docker({ protocol: "http", host: "ssh.invalid", port: 80, agent: new SshAgent(address) } as never);

function engineOf({ engine }: Host): Docker {
  switch (engine.kind) {
    case "local":
      return engine.socketPath === undefined ? ownEngine() : new Docker({ socketPath: engine.socketPath });
    case "ssh":
      return overSsh(engine);
    case "tcp": {
      const [ca, cert, key] = [engine.ca, engine.cert, engine.key].map((path) => readFileSync(path));
      const { host, port } = engine;
      const agent = new TlsAgent({ keepAlive: true, ca, cert, key } as https.AgentOptions);
      return new Docker({
        protocol: "https",
        host: host.includes(":") ? `[${host}]` : host,
        port,
        ca,
        cert,
        key,
        agent,
      } as never);
    }
  }
}

/** Finds out by itself when the other side has gone without a word: after some 15 s. */
class TlsAgent extends https.Agent {
  override createConnection(options: https.RequestOptions, done?: (error: Error | null, socket: never) => void): never {
    const socket = super.createConnection(options as never, done as never) as unknown as Socket;
    socket.setKeepAlive(true, 5_000);
    return socket as never;
  }
}
