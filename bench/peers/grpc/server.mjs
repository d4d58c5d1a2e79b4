import { once } from "node:events";
import grpc from "@grpc/grpc-js";
import { LIST5 } from "../../lib/shapes.ts";
import { Bench, OPTIONS } from "./schema.mjs";

const echo = (call, done) => done(null, call.request);

async function send(call) {
  for (let n = 0; n < call.request.n && !call.cancelled; n++) {
    if (!call.write({ n })) await Promise.race([once(call, "drain"), once(call, "cancelled")]);
  }
  if (!call.cancelled) call.end();
}

const server = new grpc.Server(OPTIONS);
server.addService(Bench.service, {
  List: (_call, done) => done(null, { names: LIST5 }),
  EchoStr: echo,
  EchoBytes: echo,
  EchoNested: echo,
  Stream: (call) => void send(call),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`READY ${JSON.stringify({ port })}`);
});
