/** Many calls in one message: one round trip for all of them. */
import { proxy, RemoteError, remote } from "#pyro";
import type { Calculator } from "./server.ts";

await using calculator = proxy<Calculator>(process.argv[2] ?? "");

const results = await remote(calculator).batch((calls) => [calls.add(1, 2), calls.divide(84, 2), calls.recall()]);
const [sum, quotient, memory] = results.all();
console.log(`one by one: ${sum}, ${quotient}, ${memory.length} in the memory`);

// No array: the results of all calls, however many there are.
const table = await remote(calculator).batch((calls) => {
  for (let number = 1; number <= 100; number++) calls.add(number, number);
});
console.log(`${table.length} sums, ${[...table].reduce((total: number, one) => total + Number(one), 0)} in all`);

// An exception comes at its place, and nothing behind it is run.
const broken = await remote(calculator).batch((calls) => [calls.remember(1), calls.divide(1, 0), calls.remember(2)]);
let good = 0;
try {
  for (const _ of broken) good++;
} catch (error) {
  if (!(error instanceof RemoteError)) throw error;
  console.log(`after ${good}: ${error.name}: ${error.message}`);
}
console.log(`remembered: ${(await calculator.recall()).join(", ")}`);

// Oneway: nobody waits, but what is called next over the same proxy comes after it.
const nothing = await remote(calculator).batch((calls) => [calls.remember(3), calls.remember(4)], { oneway: true });
console.log(`oneway gives ${nothing === undefined ? "nothing" : "something"}`);
console.log(`remembered: ${(await calculator.recall()).join(", ")}`);
