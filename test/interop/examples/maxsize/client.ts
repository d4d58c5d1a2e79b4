/** Meets the server's limit and a limit of its own. */
import { CommunicationError, MessageTooLargeError, proxy } from "#pyro";
import type { Notebook } from "./server.ts";

const uri = process.argv[2] ?? "";
await using notebook = proxy<Notebook>(uri);
console.log(`written: ${await notebook.write("a".repeat(1_000))}`);

await notebook.write("b".repeat(10_000)).catch((error: unknown) => {
  if (!(error instanceof CommunicationError)) throw error;
  console.log("too large for the server: it closes the connection");
});
console.log(`the next call connects anew; written: ${await notebook.write("c".repeat(1_000))}`);

await using careful = proxy<Notebook>(uri, { limits: { maxMessageBytes: 2_000 } });
console.log(`blank: ${(await careful.blank(1_000)).length}`);
await careful.blank(3_000).catch((error: unknown) => {
  if (!(error instanceof MessageTooLargeError)) throw error;
  console.log("too large for the client: refused by its header");
});
await careful.write("d".repeat(3_000)).catch((error: unknown) => {
  if (!(error instanceof MessageTooLargeError)) throw error;
  console.log("and it sends nothing that large either");
});
console.log(`written: ${await notebook.write("")}`);
