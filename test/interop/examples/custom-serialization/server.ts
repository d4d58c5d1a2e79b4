/** Orders come in and go out as what they are: objects of a class, with objects of another inside. */
import { Daemon, expose, stopSignal } from "#pyro";
import { Line, Order } from "./order.ts";

export class Shop {
  static {
    expose(this, { methods: { total: "total(order)", discounted: "discounted(order, percent)" } });
  }

  total(order: Order): number {
    return order.total();
  }

  discounted(order: Order, percent: number): Order {
    const lines = order.lines.map((one) => new Line(one.article, one.count, (one.price * (100 - percent)) / 100));
    return new Order(order.customer, lines);
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Shop(), "example.shop")));
await stopSignal();
