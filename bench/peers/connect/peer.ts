import { npmPeer } from "../../lib/npm-peer.ts";
import type { DefinePeers } from "../../lib/peers.ts";

const peer: DefinePeers = npmPeer({ name: "connect", title: "Connect 2.2, http2" });

export default peer;
