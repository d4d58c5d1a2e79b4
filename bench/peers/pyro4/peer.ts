import type { DefinePeers } from "../../lib/peers.ts";
import { pythonPyro } from "../../lib/python-pyro.ts";

const peers: DefinePeers = pythonPyro({
  version: 4,
  release: "4.82",
  nameServer: "Pyro4.naming",
  serializers: { marshal: ["w1", "w3m", "w4"], msgpack: ["w1", "w3m", "w4"], json: ["w1", "w4"] },
});

export default peers;
