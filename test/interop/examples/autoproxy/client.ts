/** Gets robots, lets them walk, and hands them back: each is a proxy of an object that stays in the factory. */

import { proxy, type Remote } from "#pyro";
import { isRemote } from "#pyro/client";
import type { Robot } from "./server.ts";

interface Factory {
  build(name: string): Remote<Robot>;
  all(): Record<string, Remote<Robot>>;
  race(robots: readonly Remote<Robot>[]): string;
  scrap(name: string): void;
}

await using factory = proxy<Factory>(process.argv[2] ?? "");
await using marvin = await factory.build("Marvin");
await using eve = await factory.build("Eve");
console.log(`a proxy: ${isRemote(marvin)}`);
console.log(`${await marvin.name()} walks to ${await marvin.walk(3)}, then to ${await marvin.walk(2)}`);
console.log(`${await eve.name()} walks to ${await eve.walk(4)}`);

const all = await factory.all();
console.log(`all of them: ${Object.keys(all).toSorted().join(", ")}`);
await using again = all["Marvin"];
console.log(`the same Marvin: ${await again?.walk(0)}`);

console.log(`the winner: ${await factory.race([marvin, eve])}`);

await factory.scrap("Eve");
await eve.walk(1).catch((error: Error) => console.log(`Eve: ${error.message}`));
