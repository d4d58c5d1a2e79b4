import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";
import { LIST5 } from "../../lib/shapes.ts";

const { procedure, router } = initTRPC.create();
const any = (value) => value;

const api = router({
  listContents: procedure.query(() => LIST5),
  echo: procedure.input(any).mutation(({ input }) => input),
  stream: procedure.input(any).subscription(async function* ({ input }) {
    for (let i = 0; i < input; i++) yield i;
  }),
});

const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => {
  console.log(`READY ${JSON.stringify({ port: wss.address().port })}`);
});
applyWSSHandler({ wss, router: api, createContext: () => ({}) });
