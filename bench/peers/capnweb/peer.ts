import { npmPeer } from "../../lib/npm-peer.ts";
import type { DefinePeers } from "../../lib/peers.ts";

const peer: DefinePeers = npmPeer({ name: "capnweb", title: "capnweb 0.12, ws" });

export default peer;
