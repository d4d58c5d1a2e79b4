import { npmPeer } from "../../lib/npm-peer.ts";
import type { DefinePeers } from "../../lib/peers.ts";

const peer: DefinePeers = npmPeer({
  name: "comlink",
  title: "comlink 4.4, worker thread",
  workloads: ["w1", "w2", "w3s", "w3m", "w3l", "w4"],
  oneProcess: true,
});

export default peer;
