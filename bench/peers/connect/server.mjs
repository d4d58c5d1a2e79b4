import { createServer } from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { LIST5 } from "../../lib/shapes.ts";
import { Bench } from "./schema.mjs";

const echo = (request) => request;

const service = {
  list: () => ({ names: LIST5 }),
  echoStr: echo,
  echoBytes: echo,
  echoNested: echo,
  async *stream({ n }) {
    for (let i = 0; i < n; i++) yield { n: i };
  },
};

const adapter = connectNodeAdapter({ routes: (router) => router.service(Bench, service) });
const server = createServer({ settings: { initialWindowSize: 16 << 20 } }, adapter);
server.listen(0, "127.0.0.1", () => console.log(`READY ${JSON.stringify({ port: server.address().port })}`));
