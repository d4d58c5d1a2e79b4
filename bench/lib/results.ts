/** What a run brings home, raw. */
import type { Group } from "./peers.ts";
import type { Op } from "./work.ts";

/** Cores that others may use before a sample counts as disturbed. */
export const FOREIGN_CORES = 0.3;

/** What one sample may hold. Times of a call in µs, memory in MiB but where the name says KiB. */
export interface Figures {
  /** Calls a second; for W7 items, for W8 starts. */
  readonly rate: number;
  readonly p50us?: number;
  readonly p99us?: number;
  readonly serverUs?: number;
  readonly clientUs?: number;
  /** Cores used by others meanwhile, in steps of a hundredth of a second. */
  readonly foreign?: number;
  readonly idleRss?: number;
  /** W5: with a thousand connections. */
  readonly fullRss?: number;
  readonly perConnKiB?: number;
  /** W5: connections opened a second, with a call on each. */
  readonly openRate?: number;
  /** W8: until the first answer, and the CPU time it took. */
  readonly ms?: number;
  readonly cpuMs?: number;
}

export interface Sample extends Figures {
  readonly peer: string;
  readonly op: Op;
  /** Samples of one session and round were taken within seconds: only such are compared. */
  readonly session: number;
  readonly round: number;
}

/** How often each system call is made for one call. */
export type CallsPerCall = Record<string, number>;

export interface Syscalls {
  readonly server: Readonly<CallsPerCall>;
  readonly client: Readonly<CallsPerCall>;
}

/** µs to write and to read one value, and how many bytes it takes. */
export interface CodecFigures {
  readonly enc: number;
  readonly dec: number;
  readonly bytes: number;
}

export interface PeerLine {
  readonly name: string;
  readonly title: string;
  readonly group: Group;
  readonly variant?: boolean;
}

/** Where a run was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly python: string;
}

export interface Results {
  /** When it began: an ISO date, several with ` + ` where runs were put together. */
  readonly when: string;
  readonly machine: Machine;
  /** How long it measured: `3 sessions × 4 rounds × 0.4 s`. */
  readonly extent: string;
  readonly peers: PeerLine[];
  readonly samples: Sample[];
  /** By peer and what it was doing. */
  readonly failures: Record<string, Record<string, string>>;
  /** By peer and work. */
  readonly syscalls: Record<string, Record<string, Syscalls>>;
  /** By serializer and shape. */
  readonly codecs: Record<string, Record<string, CodecFigures[]>>;
}

/** Several runs of one machine as one; ratios stay within a round of a run. */
export function merged(first: Results, ...others: readonly Results[]): Results {
  const runs = [first, ...others];
  const codecs: Results["codecs"] = {};
  for (const run of runs) {
    for (const [name, shapes] of Object.entries(run.codecs)) {
      codecs[name] ??= {};
      for (const [shape, figures] of Object.entries(shapes)) {
        codecs[name][shape] = [...(codecs[name][shape] ?? []), ...figures];
      }
    }
  }
  return {
    when: runs.map((run) => run.when).join(" + "),
    machine: first.machine,
    extent: runs.map((run) => run.extent).join(" + "),
    peers: [...new Map(runs.flatMap((run) => run.peers).map((peer) => [peer.name, peer])).values()],
    samples: runs.flatMap((run, i) => run.samples.map((sample) => ({ ...sample, session: i * 1000 + sample.session }))),
    failures: Object.assign({}, ...runs.map((run) => run.failures)) as Results["failures"],
    syscalls: Object.assign({}, ...runs.map((run) => run.syscalls)) as Results["syscalls"],
    codecs,
  };
}
