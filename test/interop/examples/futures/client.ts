/** Calls give promises: ask for much at once, chain, wait for all, look at each outcome. */
import { proxy } from "#pyro";
import type { Kitchen } from "./server.ts";

const uri = process.argv[2] ?? "";

// A Python server answers one call of a connection after the other: what is to run at once takes connections.
const kitchens = [1, 2, 3].map(() => proxy<Kitchen>(uri));
const dishes = ["soup", "rice", "beans"];
const cooking = kitchens.map((kitchen, at) => kitchen.cook(dishes[at] ?? ""));
console.log(`asked for ${cooking.length} dishes`);
for (const dish of await Promise.all(cooking)) console.log(`here is ${dish}`);
await Promise.all(kitchens.map((one) => one[Symbol.asyncDispose]()));

await using kitchen = proxy<Kitchen>(uri);
const chain = kitchen
  .cook("potatoes")
  .then((dish) => kitchen.serve(dish))
  .then((plate) => `${plate}, please`);
console.log(`a chain: ${await chain}`);

const outcomes = await Promise.allSettled([kitchen.cook("stone"), kitchen.wash("pot")]);
for (const one of outcomes) {
  console.log(one.status === "fulfilled" ? `it went well: ${one.value}` : `it failed: ${one.reason.message}`);
}
