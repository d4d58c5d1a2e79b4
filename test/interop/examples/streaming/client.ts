/** Remote generators are iterated like local ones. Who has enough just leaves the loop. */
import { setTimeout as sleep } from "node:timers/promises";
import { proxy, RemoteError } from "#pyro";
import type { Numbers } from "./server.ts";

await using numbers = proxy<Numbers>(process.argv[2] ?? "");

const all: number[] = [];
for await (const number of await numbers.countdown(5)) all.push(number);
console.log(`countdown: ${all.join(" ")}`);

const some: number[] = [];
for await (const number of await numbers.fibonacci()) {
  some.push(number);
  if (some.length === 1) console.log(`generators under way: ${await numbers.open()}`);
  if (number > 100) break;
}
console.log(`fibonacci: ${some.join(" ")}`);
while ((await numbers.open()) > 0) await sleep(20); // leaving the loop ended it over there, a moment later
console.log("generators under way: 0");

try {
  for await (const word of await numbers.broken()) console.log(`it says: ${word}`);
} catch (error) {
  if (!(error instanceof RemoteError)) throw error;
  console.log(`and fails: ${error.name}: ${error.message}`);
}

// Two at once, in turns.
await using down = await numbers.countdown(3);
await using up = await numbers.fibonacci();
for (let turn = 0; turn < 3; turn++) {
  console.log(`${(await down.next()).value} and ${(await up.next()).value}`);
}
