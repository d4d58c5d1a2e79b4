/** Ann and Bob log in and use their safes; others do not get that far. */
import { CommunicationError, proxy, type Remote } from "#pyro";
import type { Safe } from "./server.ts";

const uri = process.argv[2] ?? "";
const login = (user: string, password: string): Remote<Safe> => proxy<Safe>(uri, { handshake: { user, password } });

await using ann = login("ann", "apple");
await using bob = login("bob", "banana");
await ann.put("diamonds");
await bob.put("a sandwich");
await ann.put("gold");
for (const one of [ann, bob]) console.log(`${await one.whoami()} has ${(await one.look()).join(", ")}`);

for (const one of [login("ann", "banana"), login("eve", "apple"), proxy<Safe>(uri)]) {
  await one.look().catch((error: unknown) => {
    if (!(error instanceof CommunicationError)) throw error;
    console.log(`refused: ${error.message.replace(/.* rejected: /, "")}`);
  });
}
