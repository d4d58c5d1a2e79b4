import type { DefinePeers } from "../../lib/peers.ts";
import { pythonPyro } from "../../lib/python-pyro.ts";

const peers: DefinePeers = pythonPyro({
  version: 5,
  release: "5.15",
  nameServer: "Pyro5.nameserver",
  serializers: {
    marshal: ["w1", "w2", "w3m", "w3l", "w4"],
    msgpack: ["w1", "w2", "w3m", "w3l", "w4"],
    json: ["w1", "w2", "w4"],
  },
});

export default peers;
