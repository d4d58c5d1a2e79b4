/** The part without privileges: it gives away what it has, and asks the other part for what it may not do itself. */
import { readFileSync } from "node:fs";
import { AttributeError, proxy } from "#pyro";
import type { Journal } from "./server.ts";

const NOBODY = 65_534;

if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
console.log(`root: ${process.getuid?.() === 0}`);

const uri = process.argv[2] ?? "";
await using journal = proxy<Journal>(uri);
const place = await journal.place();
try {
  readFileSync(place);
  console.log("the journal is open to all");
} catch (error) {
  console.log(`reading it ourselves: ${(error as NodeJS.ErrnoException).code}`);
}
console.log(`its lines: ${await journal.size()}`);
console.log(`logins of ann: ${await journal.logins("ann")}`);

await using curious = proxy(uri);
await curious.lines().catch((error: unknown) => {
  if (!(error instanceof AttributeError)) throw error;
  console.log("what it says: not offered");
});
