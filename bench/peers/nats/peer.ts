import { npmPeer } from "../../lib/npm-peer.ts";
import type { DefinePeers } from "../../lib/peers.ts";

const peer: DefinePeers = npmPeer({
  name: "nats",
  title: "NATS 3.4, JSON, by broker",
  needs: ["npm packages", "nats-server"],
});

export default peer;
