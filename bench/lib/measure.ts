/** One sample: what the client counted, beside the CPU time of both sides and what others on the machine used meanwhile. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Request } from "./client.ts";
import { cpuTime, machineBusyNs, spentNs } from "./cpu.ts";
import type { Pair } from "./pair.ts";
import { type Figures, FOREIGN_CORES } from "./results.ts";
import { type Op, PLACEMENT } from "./work.ts";

const TRIES = 3;

/** Has the pair do `request` in the place that `op` wants; up to three times while the machine is not quiet. */
export async function measured(pair: Pair, op: Op, request: Request): Promise<Figures> {
  pair.place(PLACEMENT[op]);
  let best = await once(pair, request);
  for (let tries = 1; tries < TRIES && best.foreign >= FOREIGN_CORES; tries++) {
    await sleep(200);
    const again = await once(pair, request);
    if (again.foreign < best.foreign) best = again;
  }
  return best;
}

async function once(pair: Pair, request: Request): Promise<Figures & { foreign: number }> {
  const clientPids = [pair.clientPid];
  const busyBefore = machineBusyNs();
  const serverBefore = cpuTime(pair.serverPids);
  const clientBefore = cpuTime(clientPids);
  const began = performance.now();
  const answer = await pair.ask(request);
  const wallNs = (performance.now() - began) * 1e6;
  const serverNs = spentNs(serverBefore, cpuTime(pair.serverPids));
  const clientNs = spentNs(clientBefore, cpuTime(clientPids));
  const busyNs = machineBusyNs() - busyBefore;
  return {
    ...answer,
    rate: answer.n / answer.secs,
    serverUs: serverNs / 1e3 / answer.n,
    clientUs: clientNs / 1e3 / answer.n,
    foreign: Math.max(0, busyNs - serverNs - clientNs) / wallNs,
  };
}
