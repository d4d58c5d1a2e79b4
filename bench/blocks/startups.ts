/** W8: from the start of a process to its first answer, and what it holds when idle. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, rotated } from "../lib/bench.ts";
import { cpuTime, residentMiB } from "../lib/cpu.ts";
import { freePort } from "../lib/free-port.ts";
import type { Command, Peer } from "../lib/peers.ts";
import { probes } from "../lib/probes.ts";

/** After that a program that has not answered is given up. */
const PATIENCE_MS = 10_000;

export async function measureStartups(bench: Bench): Promise<void> {
  const peers = bench.peers.filter((peer) => peer.startup !== undefined && peer.works.includes("w8"));
  if (peers.length > 0) bench.log(`starts: ${peers.length} programs, ${bench.plan.startups} times each`);
  for (let round = 0; round < bench.plan.startups; round++) {
    for (const peer of rotated(peers, round)) {
      const { startup } = peer;
      if (startup !== undefined) await bench.attempt(peer, "w8", () => measure(bench, peer, startup, round));
    }
  }
}

async function measure(bench: Bench, peer: Peer, startup: NonNullable<Peer["startup"]>, round: number): Promise<void> {
  const port = await freePort();
  const [program, ...args] = startup.command;
  const command: Command = [program, ...args.map((one) => one.replaceAll("{port}", String(port)))];
  const began = performance.now();
  const process = bench.processes.start(command, peer);
  try {
    await probes[startup.probe](port, performance.now() + PATIENCE_MS);
    const ms = performance.now() - began;
    await sleep(250);
    const cpuMs = cpuTime([process.pid]).liveNs / 1e6;
    bench.add(peer, "w8", 0, round, { ms, rate: 1000 / ms, idleRss: residentMiB([process.pid]), cpuMs });
  } finally {
    await process.stop();
  }
}
