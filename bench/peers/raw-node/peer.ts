import type { DefinePeers } from "../../lib/peers.ts";

const HTTP = 'require("http").createServer((q, r) => r.end("ok")).listen({port}, "127.0.0.1")';
const TCP =
  'require("net").createServer((s) => s.on("error", () => {}).on("data", (d) => s.write(d))).listen({port}, "127.0.0.1")';

const peers: DefinePeers = ({ node }) => [
  {
    name: "raw-node",
    title: "raw-node: bare net socket",
    group: "floor",
    workloads: ["w1", "w2", "w3s", "w3m", "w3l", "w5"],
    server: [node, "server.ts"],
    client: { driver: "node", module: "client.ts" },
  },
  {
    name: "node-http",
    title: "Node http server",
    group: "floor",
    workloads: ["w8"],
    startup: { command: [node, "-e", HTTP], probe: "http" },
  },
  {
    name: "node-tcp",
    title: "Node net server",
    group: "floor",
    workloads: ["w8"],
    startup: { command: [node, "-e", TCP], probe: "echo" },
  },
];

export default peers;
