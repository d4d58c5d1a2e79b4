/** Shakes hands with the right word and a wrong one, and judges what the server answers. */
import { CommunicationError, proxy, SecurityError } from "#pyro";
import type { Club } from "./server.ts";

const uri = process.argv[2] ?? "";

await using club = proxy<Club>(uri, {
  handshake: { name: "Ann", word: "swordfish" },
  validateHandshake: (answer) => console.log(`the server says: ${String(answer)}`),
});
console.log(`on the menu: ${(await club.menu()).join(", ")}`);

await using stranger = proxy<Club>(uri, { handshake: { name: "Bob", word: "trout" } });
await stranger.menu().catch((error: unknown) => {
  if (!(error instanceof CommunicationError)) throw error;
  console.log(`refused: ${error.message.replace(/.* rejected: /, "")}`);
});

await using suspicious = proxy<Club>(uri, {
  handshake: { name: "Eve", word: "swordfish" },
  validateHandshake: (answer) => {
    if (!String(answer).startsWith("good evening")) throw new SecurityError("what manners");
  },
});
await suspicious.menu().catch((error: unknown) => {
  if (!(error instanceof CommunicationError && error.cause instanceof SecurityError)) throw error;
  console.log(`refused by us: ${error.cause.message}`);
});
