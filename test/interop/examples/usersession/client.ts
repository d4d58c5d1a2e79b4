/** Two customers in one program: each proxy sends its customer's token with every call. */
import { setTimeout as sleep } from "node:timers/promises";
import { proxy, type Remote, RemoteError, remote } from "#pyro";
import type { Shop } from "./server.ts";

const uri = process.argv[2] ?? "";
const customer = (token: string): Remote<Shop> =>
  proxy<Shop>(uri, { annotations: new Map([["TOKN", new TextEncoder().encode(token)]]) });

await using ann = customer("token-1");
await using bob = customer("token-2");
console.log(`${await ann.hello()}, ${await bob.hello()}`);
await ann.put("bread");
await bob.put("milk");
await ann.put("cheese");
console.log(`Ann has ${(await ann.basket()).join(", ")}`);
console.log(`Bob has ${(await bob.basket()).join(", ")}`);

await ann.enter();
await bob.enter();
console.log(`lamps: ${await bob.lamps()}`);
await remote(ann).release();
while ((await bob.lamps()) > 1) await sleep(20); // Ann's goes out with her connection, a moment later
console.log("Ann left; lamps: 1");
console.log(`but she comes back to ${(await ann.basket()).join(", ")}`);

await using stranger = customer("token-3");
await stranger.hello().catch((error: unknown) => {
  if (!(error instanceof RemoteError)) throw error;
  console.log(`${error.name}: ${error.message}`);
});
