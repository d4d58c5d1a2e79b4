import grpc from "@grpc/grpc-js";
import { Bench, OPTIONS } from "./schema.mjs";

let serial = 0;

export async function connect({ port }) {
  // Options that differ keep clients from sharing a connection.
  const options = { ...OPTIONS, "bench.serial": serial++ };
  const client = new Bench(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options);
  const unary = (method, request, pick) =>
    new Promise((resolve, reject) => {
      client[method](request, (error, reply) => (error ? reject(error) : resolve(pick(reply))));
    });
  return {
    listContents: () => unary("List", {}, (reply) => reply.names),
    echoStr: (v) => unary("EchoStr", { v }, (reply) => reply.v),
    echoBytes: (v) => unary("EchoBytes", { v }, (reply) => reply.v),
    echoNested: (items) => unary("EchoNested", { items }, (reply) => reply.items),
    async *stream(n) {
      const items = client.Stream({ n });
      items.on("error", () => {});
      try {
        for await (const item of items) yield item.n;
      } finally {
        items.cancel();
      }
    },
    close: async () => client.close(),
  };
}
