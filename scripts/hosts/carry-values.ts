import type Docker from "dockerode";
import { bytes, nanoseconds } from "./units.ts";

export type Table = Readonly<Record<string, unknown>>;

/** What cannot be carried over to another host. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

export const texts = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);
/** The engine counts processors in billionths. */
export const nanoCpus = (cpus: unknown): number => Math.round(Number(cpus) * 1e9);

export function carriedRestart(value: unknown): Docker.HostRestartPolicy {
  const [policy = "", times] = String(value).split(":");
  return { Name: policy, ...(times === undefined ? {} : { MaximumRetryCount: Number(times) }) };
}

export function carriedHealth(check: Table): Docker.HealthConfig {
  const { disable, test, interval, timeout, retries, start_period, start_interval, ...others } = check;
  refuseOthers(others);
  if (disable === true) return { Test: ["NONE"] };
  const time = (field: string, value: unknown): object => (value === undefined ? {} : { [field]: nanoseconds(value) });
  return {
    ...(test === undefined ? {} : { Test: texts(test) }),
    ...(retries === undefined ? {} : { Retries: Number(retries) }),
    ...time("Interval", interval),
    ...time("Timeout", timeout),
    ...time("StartPeriod", start_period),
    ...time("StartInterval", start_interval),
  } as Docker.HealthConfig;
}

/** Limits are for one container anywhere; the rest is for a swarm. */
export function carriedDeploy(deploy: Table): Docker.HostConfig {
  const { resources = {}, replicas, restart_policy, mode, ...others } = deploy;
  const known = (value: unknown, ...plain: unknown[]): boolean => value === undefined || plain.includes(value);
  refuseOthers({
    ...others,
    ...(known(replicas, 1) ? {} : { replicas }),
    ...(known(mode, "replicated") ? {} : { mode }),
    ...(restart_policy === undefined ? {} : { restart_policy }),
  });
  const { limits = {}, reservations = {}, ...more } = resources as { limits?: Table; reservations?: Table };
  refuseOthers(more);
  const { cpus, memory, pids, ...moreLimits } = limits;
  const { memory: reserved, ...moreReservations } = reservations;
  refuseOthers({ ...moreLimits, ...moreReservations });
  return {
    ...(cpus === undefined ? {} : { NanoCpus: nanoCpus(cpus) }),
    ...(memory === undefined ? {} : { Memory: bytes(memory) }),
    ...(pids === undefined ? {} : { PidsLimit: Number(pids) }),
    ...(reserved === undefined ? {} : { MemoryReservation: bytes(reserved) }),
  };
}

/** @throws {Refusal} if a table has more keys than were understood. */
export function refuseOthers(others: Table): void {
  const keys = Object.keys(others).filter((key) => others[key] !== undefined && !key.startsWith("x-"));
  if (keys.length > 0) throw new Refusal(`${keys.join(", ")} cannot be carried over to another host`);
}
