/** Peers that are packages of npm: a server and a client module each, and all else the same. */
import type { DefinePeers, PeerSpec } from "./peers.ts";
import type { Workload } from "./work.ts";

const EVERYTHING: readonly Workload[] = ["w1", "w2", "w3s", "w3m", "w3l", "w4", "w5", "w7"];

/** The modules are `server.mjs` and `client.mjs` in the peer's folder. */
export function npmPeer(spec: Pick<PeerSpec, "name" | "title"> & Partial<PeerSpec>): DefinePeers {
  return ({ node }) => ({
    group: "rpc",
    needs: ["npm packages"],
    workloads: EVERYTHING,
    server: [node, "server.mjs"],
    client: { driver: "node", module: "client.mjs" },
    ...spec,
  });
}
