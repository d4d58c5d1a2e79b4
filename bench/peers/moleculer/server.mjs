import { freePort } from "../../lib/free-port.ts";
import { LIST5 } from "../../lib/shapes.ts";
import { createBroker } from "./broker.mjs";

const port = await freePort();
const clientPort = await freePort();
const urls = [`127.0.0.1:${port}/server`, `127.0.0.1:${clientPort}/client`];
const broker = createBroker("server", port, urls);
broker.createService({ name: "bench", actions: { list: () => LIST5, echo: (context) => context.params.v } });
await broker.start();
console.log(`READY ${JSON.stringify({ clientPort, urls })}`);
