/** W6: name servers with ten thousand names, all up at once, taking turns. */
import { type Bench, rotated } from "../lib/bench.ts";
import { residentMiB } from "../lib/cpu.ts";
import { measured } from "../lib/measure.ts";
import { Pair } from "../lib/pair.ts";
import { NAMES } from "../lib/work.ts";

export async function measureNameServers(bench: Bench): Promise<void> {
  const { sessions, rounds, seconds } = bench.plan;
  const pairs: Pair[] = [];
  for (const peer of bench.peers.filter((one) => one.server !== undefined && one.works.includes("w6"))) {
    let pair: Pair | undefined;
    const ready = await bench.attempt(peer, "w6", async () => {
      pair = await Pair.start(peer, bench.processes);
      await pair.ask({ op: "check", workloads: ["w6"] });
      await pair.ask({ op: "w6lookup", names: NAMES, seconds: 0.5 });
      await pair.ask({ op: "w6list", names: NAMES, seconds: 0.5 });
    });
    if (pair === undefined) continue;
    if (ready) pairs.push(pair);
    else await pair.stop();
  }
  if (pairs.length > 0) bench.log(`name servers: ${pairs.length}`);
  for (let round = 0; round < Math.max(4, (rounds * sessions) / 2); round++) {
    for (const op of ["w6lookup", "w6list"] as const) {
      for (const pair of rotated(pairs, round)) {
        await bench.attempt(pair.peer, op, async () => {
          const request = { op, names: NAMES, seconds: op === "w6list" ? seconds * 2 : seconds };
          const figures = await measured(pair, op, request);
          bench.add(pair.peer, op, 0, round, { ...figures, idleRss: residentMiB(pair.serverPids) });
        });
      }
    }
  }
  for (const pair of pairs) await pair.stop();
}
