/** W1 to W4 and W7: all peers are up at once, and take turns round by round. */
import { loadavg } from "node:os";
import { type Bench, rotated } from "../lib/bench.ts";
import type { Request } from "../lib/client.ts";
import { measured } from "../lib/measure.ts";
import { Pair } from "../lib/pair.ts";
import type { Peer } from "../lib/peers.ts";
import { countedSyscalls } from "../lib/syscalls.ts";
import { CALLS, type Call } from "../lib/work.ts";

const IN_FLIGHT = 64;
const TRACED: readonly Call[] = ["w1", "w2", "w3l", "w7"];

/** A peer that is up, with the calls that it has shown it can do. */
interface Caller {
  readonly pair: Pair;
  readonly calls: Set<Call>;
}

export async function measureCalls(bench: Bench): Promise<void> {
  const peers = bench.peers.filter((peer) => peer.server !== undefined && callsOf(peer).length > 0);
  if (peers.length === 0) return;
  for (let session = 0; session < bench.plan.sessions; session++) {
    bench.log(`session ${session + 1} of ${bench.plan.sessions}: ${peers.length} peers, load ${load()}`);
    const callers = await started(bench, peers);
    for (const caller of callers) await warmUp(bench, caller);
    for (let round = 0; round < bench.plan.rounds; round++) await play(bench, callers, session, round);
    if (bench.plan.syscalls && session === bench.plan.sessions - 1) await trace(bench, callers);
    for (const { pair } of callers) await pair.stop();
  }
}

function callsOf(peer: Peer): Call[] {
  return CALLS.filter((call) => peer.works.includes(call));
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(2);
}

/** Those of the peers that come up and give right answers. */
async function started(bench: Bench, peers: readonly Peer[]): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (const peer of peers) {
    let pair: Pair | undefined;
    const ready = await bench.attempt(peer, "start", async () => {
      pair = await Pair.start(peer, bench.processes);
      await pair.ask({ op: "check", workloads: peer.workloads.filter((one) => peer.works.includes(one)) });
    });
    if (pair === undefined) continue;
    if (ready) callers.push({ pair, calls: new Set(callsOf(peer)) });
    else await pair.stop();
  }
  return callers;
}

/** Each call for a while, so that what is measured runs hot. A call that fails here is not measured. */
async function warmUp(bench: Bench, { pair, calls }: Caller): Promise<void> {
  for (const call of [...calls].filter((one) => one !== "w1f" && one !== "w2f")) {
    const seconds = Math.max(call === "w1" || call === "w2" ? 1 : 0.6, bench.plan.seconds);
    const done = await bench.attempt(pair.peer, call, async () => {
      await pair.ask(requestFor(pair.peer, call, seconds));
    });
    if (done) continue;
    calls.delete(call);
    if (call === "w1" || call === "w2") calls.delete(`${call}f`);
  }
}

async function play(bench: Bench, callers: readonly Caller[], session: number, round: number): Promise<void> {
  const began = performance.now();
  for (const call of CALLS) {
    for (const { pair, calls } of rotated(callers, round * 3 + session)) {
      if (!calls.has(call)) continue;
      await bench.attempt(pair.peer, call, async () => {
        const request = requestFor(pair.peer, call, bench.plan.seconds);
        bench.add(pair.peer, call, session, round, await measured(pair, call, request));
      });
    }
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  bench.log(`  round ${round + 1} of ${bench.plan.rounds} in ${seconds} s, load ${load()}`);
}

async function trace(bench: Bench, callers: readonly Caller[]): Promise<void> {
  for (const { pair, calls } of callers) {
    for (const call of TRACED.filter((one) => calls.has(one))) {
      await bench.attempt(pair.peer, `${call} system calls`, async () => {
        const counted = await countedSyscalls(pair, requestFor(pair.peer, call, 0.4), bench.processes.temporary);
        bench.results.syscalls[pair.peer.name] = { ...bench.results.syscalls[pair.peer.name], [call]: counted };
      });
    }
  }
}

function requestFor(peer: Peer, call: Call, seconds: number): Request {
  switch (call) {
    case "w1f":
      return { op: "w1", seconds };
    case "w2":
    case "w2f":
      return { op: "w2", seconds, inflight: IN_FLIGHT };
    case "w7":
      return { op: "w7", seconds, items: peer.streamItems ?? 100_000 };
    default:
      return { op: call, seconds };
  }
}
