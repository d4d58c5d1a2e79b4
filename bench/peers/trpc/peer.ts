import { npmPeer } from "../../lib/npm-peer.ts";
import type { DefinePeers } from "../../lib/peers.ts";

const peer: DefinePeers = npmPeer({ name: "trpc", title: "tRPC 11.25, ws" });

export default peer;
