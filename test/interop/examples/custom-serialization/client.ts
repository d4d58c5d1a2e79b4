/** Sends an order and gets one: both are orders, here and there. */
import { proxy, RemoteError, SerializeError } from "#pyro";
import { Line, Order } from "./order.ts";
import type { Shop } from "./server.ts";

class Wish {
  readonly text = "a pony";
}

await using shop = proxy<Shop>(process.argv[2] ?? "");
const order = new Order("Ann", [new Line("chair", 4, 50), new Line("table", 1, 300)]);
console.log(`total: ${await shop.total(order)}`);

const cheaper = await shop.discounted(order, 10);
console.log(`an order came back: ${cheaper instanceof Order}, of ${cheaper.customer}`);
for (const line of cheaper.lines) console.log(`${line.count} of ${line.article}: ${line.price}`);
console.log(`new total: ${cheaper.total()}`);

await shop.total(new Wish() as unknown as Order).catch((error: unknown) => {
  if (!(error instanceof SerializeError || error instanceof RemoteError)) throw error;
  console.log("a class that nobody registered does not travel");
});
