/** What both sides know, and how it travels: a class name for Python, the fields, and the way back. */
import { registerClass } from "#pyro";

export class Line {
  readonly article: string;
  readonly count: number;
  readonly price: number;

  constructor(article: string, count: number, price: number) {
    this.article = article;
    this.count = count;
    this.price = price;
  }
}

export class Order {
  readonly customer: string;
  readonly lines: readonly Line[];

  constructor(customer: string, lines: readonly Line[]) {
    this.customer = customer;
    this.lines = lines;
  }

  total(): number {
    return this.lines.reduce((sum, one) => sum + one.count * one.price, 0);
  }
}

registerClass(Line, {
  className: "shop.Line",
  toDict: ({ article, count, price }) => ({ article, count, price }),
  fromDict: (fields) =>
    new Line(String(fields.get("article")), Number(fields.get("count")), Number(fields.get("price"))),
});
registerClass(Order, {
  className: "shop.Order",
  toDict: ({ customer, lines }) => ({ customer, lines }),
  // The lines are Lines by now: what is inside comes first.
  fromDict: (fields) => new Order(String(fields.get("customer")), fields.get("lines") as Line[]),
});
