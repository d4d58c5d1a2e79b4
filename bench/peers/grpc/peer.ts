import { npmPeer } from "../../lib/npm-peer.ts";
import type { DefinePeers } from "../../lib/peers.ts";

const peer: DefinePeers = npmPeer({ name: "grpc", title: "grpc-js 1.14, unary" });

export default peer;
