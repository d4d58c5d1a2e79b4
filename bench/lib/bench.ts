/** What the blocks of a run share. */

import { execFileSync } from "node:child_process";
import { cpus, release } from "node:os";
import type { Peer } from "./peers.ts";
import { PLACES } from "./places.ts";
import type { Processes } from "./processes.ts";
import type { Figures, Machine, Results } from "./results.ts";
import type { Op } from "./work.ts";

/** How much is measured. */
export interface Plan {
  /** A session starts all processes anew; in each of its rounds every peer does every work once. */
  readonly sessions: number;
  readonly rounds: number;
  /** Of one sample. */
  readonly seconds: number;
  readonly startups: number;
  /** How often the serializers are measured alone; 0 for not at all. */
  readonly codecRounds: number;
  readonly syscalls: boolean;
}

/** One run: who takes part, how long, and what came out so far. */
export class Bench {
  readonly peers: readonly Peer[];
  readonly plan: Plan;
  readonly processes: Processes;
  readonly results: Results;

  constructor(peers: readonly Peer[], plan: Plan, processes: Processes) {
    this.peers = peers;
    this.plan = plan;
    this.processes = processes;
    this.results = {
      when: new Date().toISOString(),
      machine: thisMachine(),
      extent: `${plan.sessions} sessions × ${plan.rounds} interleaved rounds × ${plan.seconds} s`,
      peers: peers.map(({ name, title, group, variant }) => ({
        name,
        title,
        group,
        ...(variant === true ? { variant } : {}),
      })),
      samples: [],
      failures: {},
      syscalls: {},
      codecs: {},
    };
  }

  add(peer: Peer, op: Op, session: number, round: number, figures: Figures): void {
    this.results.samples.push({ peer: peer.name, op, session, round, ...figures });
  }

  /** Runs one peer's part; what goes wrong is noted, and the others go on. */
  async attempt(peer: Peer, doing: string, part: () => Promise<void>): Promise<boolean> {
    try {
      await part();
      return true;
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).slice(0, 300);
      this.results.failures[peer.name] = { ...this.results.failures[peer.name], [doing]: reason };
      this.log(`  FAILED ${peer.name} ${doing}: ${reason}`);
      return false;
    }
  }

  /** Progress, on stderr: the tables alone go to stdout. */
  log(line: string): void {
    console.error(line);
  }
}

/** The same list, begun at another place: who comes first changes from round to round. */
export function rotated<T>(list: readonly T[], by: number): T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    python: pythonVersion(),
  };
}

function pythonVersion(): string {
  try {
    return execFileSync(PLACES.python, ["-V"]).toString().trim();
  } catch {
    return "no Python";
  }
}
