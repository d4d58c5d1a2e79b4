import { join } from "node:path";
import type { DefinePeers, PeerSpec } from "../../lib/peers.ts";

const peers: DefinePeers = ({ node, build }) => {
  const raw = join(build, "raw");
  const compiled: Pick<PeerSpec, "group" | "needs" | "build"> = {
    group: "floor",
    needs: ["gcc"],
    build: { command: ["gcc", "-O2", "-Wall", "-o", raw, "raw.c"], makes: raw, from: "raw.c" },
  };
  return [
    {
      ...compiled,
      name: "raw-c",
      title: "raw-c: C socket, epoll",
      workloads: ["w1", "w2", "w3s", "w3m", "w3l", "w5"],
      server: [raw, "server"],
      client: { driver: "exec", command: [raw, "client"] },
    },
    {
      ...compiled,
      name: "raw-c-node",
      title: "C client, raw-node server",
      variant: true,
      workloads: ["w1", "w2", "w3m", "w3l", "w5"],
      server: [node, "../raw-node/server.ts"],
      client: { driver: "exec", command: [raw, "client"] },
    },
    {
      ...compiled,
      name: "raw-node-c",
      title: "raw-node client, C server",
      variant: true,
      workloads: ["w1", "w2", "w3m", "w3l"],
      server: [raw, "server"],
      client: { driver: "node", module: "../raw-node/client.ts" },
    },
  ];
};

export default peers;
