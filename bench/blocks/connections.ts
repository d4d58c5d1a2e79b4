/** W5: a thousand connections in one client. Each peer gets fresh processes, so that memory can be compared. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, rotated } from "../lib/bench.ts";
import { residentMiB } from "../lib/cpu.ts";
import { measured } from "../lib/measure.ts";
import { Pair } from "../lib/pair.ts";

const CONNECTIONS = 1000;
/** Connect, call, close: so often one after the other. */
const HANDSHAKES = 200;
const MOST_SESSIONS = 3;

export async function measureConnections(bench: Bench): Promise<void> {
  const peers = bench.peers.filter((peer) => peer.server !== undefined && peer.works.includes("w5"));
  for (let session = 0; session < Math.min(bench.plan.sessions, MOST_SESSIONS); session++) {
    for (const peer of rotated(peers, session)) {
      await bench.attempt(peer, "w5", async () => {
        const pair = await Pair.start(peer, bench.processes);
        try {
          await measure(bench, pair, session);
        } finally {
          await pair.stop();
        }
      });
    }
  }
}

async function measure(bench: Bench, pair: Pair, session: number): Promise<void> {
  const { peer, serverPids } = pair;
  await pair.ask({ op: "check", workloads: ["w5"] });
  await pair.ask({ op: "w1", seconds: 0.3 });
  const idleRss = residentMiB(serverPids);
  const opened = await pair.ask({ op: "w5open", conns: CONNECTIONS });
  await pair.ask({ op: "w5round", seconds: 0.5 });
  const calls = await measured(pair, "w5", { op: "w5round", seconds: Math.max(1, bench.plan.seconds) });
  const fullRss = residentMiB(serverPids);
  await pair.ask({ op: "w5close" });
  await sleep(300);
  await pair.ask({ op: "w5hs", n: HANDSHAKES });
  const handshakes = await measured(pair, "w5hs", { op: "w5hs", n: HANDSHAKES });
  const perConnKiB = ((fullRss - idleRss) * 1024) / CONNECTIONS;
  bench.add(peer, "w5", session, 0, { ...calls, idleRss, fullRss, perConnKiB, openRate: opened.n / opened.secs });
  bench.add(peer, "w5hs", session, 0, handshakes);
  bench.log(`  w5 ${peer.name}: ${calls.rate.toFixed(0)} calls/s, ${perConnKiB.toFixed(0)} KiB a connection`);
}
