import { npmPeer } from "../../lib/npm-peer.ts";
import type { DefinePeers } from "../../lib/peers.ts";

const peer: DefinePeers = npmPeer({
  name: "moleculer",
  title: "moleculer 0.15, TCP, JSON",
  workloads: ["w1", "w2", "w3s", "w3m", "w3l", "w4"],
});

export default peer;
