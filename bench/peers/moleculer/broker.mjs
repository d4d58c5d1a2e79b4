import moleculer from "moleculer";

/** A node of the cluster. The two know each other's addresses: nothing is searched for by broadcast. */
export function createBroker(nodeID, port, urls) {
  const options = { udpDiscovery: false, port, maxPacketSize: 64 << 20, urls, useHostname: false };
  return new moleculer.ServiceBroker({
    nodeID,
    logger: false,
    metrics: false,
    heartbeatInterval: 0,
    requestTimeout: 30_000,
    transporter: { type: "TCP", options },
    serializer: "JSON",
  });
}
