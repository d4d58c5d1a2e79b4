import type { DefinePeers, PeerSpec } from "../../lib/peers.ts";

/** One design choice taken away at a time: ABL in the environment of both sides. */
const ABLATIONS = {
  nobatch: "one write a frame",
  immediate: "flush in setImmediate",
  writev: "a buffer a frame, writev",
  data: "client reads 'data' events",
  concat: "Buffer.concat parser",
  async: "server awaits each handler",
  nagle: "no TCP_NODELAY",
};

const peers: DefinePeers = ({ node }) => {
  const sides: Pick<PeerSpec, "server" | "client"> = {
    server: [node, "server.ts"],
    client: { driver: "node", module: "client.ts" },
  };
  return [
    {
      name: "node-mini",
      title: "node-mini: smallest JSON RPC",
      group: "floor",
      workloads: ["w1", "w2", "w3s", "w3m", "w3l", "w4", "w5", "w6", "w7"],
      ...sides,
    },
    ...Object.entries(ABLATIONS).map(
      ([name, title]): PeerSpec => ({
        name: `abl-${name}`,
        title,
        group: "ablation",
        workloads: ["w1", "w2", "w3m", "w3l"],
        env: { ABL: name },
        ...sides,
      }),
    ),
  ];
};

export default peers;
