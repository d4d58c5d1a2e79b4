/** CPU time and memory of processes, as Linux tells them in /proc; zero elsewhere. */
import { readdirSync, readFileSync } from "node:fs";

/** Nanoseconds in one tick of /proc, a hundredth of a second. */
const TICK_NS = 1e7;

/** Two readings of the same: by the scheduler, exact but without threads that ended; and the process's own, in ticks. */
export interface CpuTime {
  readonly liveNs: number;
  readonly wholeNs: number;
}

/** What the processes have used since they started. */
export function cpuTime(pids: readonly number[]): CpuTime {
  let liveNs = 0;
  let wholeNs = 0;
  for (const pid of pids) {
    const stat = read(`/proc/${pid}/stat`).split(") ")[1]?.split(" ") ?? [];
    wholeNs += (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) * TICK_NS;
    for (const thread of threads(pid)) liveNs += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]);
  }
  return { liveNs, wholeNs };
}

/** Nanoseconds used between two readings: the exact one, unless threads that ended are missing in it. */
export function spentNs(from: CpuTime, to: CpuTime): number {
  const live = to.liveNs - from.liveNs;
  const whole = to.wholeNs - from.wholeNs;
  return whole - live > 2 * TICK_NS ? whole : Math.max(0, live);
}

/** What all cores together have done since the machine started: user, nice, system, interrupts and stolen. */
export function machineBusyNs(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    read("/proc/stat").split("\n", 1)[0] ?? ""
  )
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_NS;
}

/** Memory that the processes hold, in MiB. */
export function residentMiB(pids: readonly number[]): number {
  const kib = pids.map((pid) => Number(/^Rss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return kib.reduce((sum, one) => sum + one, 0) / 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
