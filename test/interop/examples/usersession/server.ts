/**
 * A shop that knows its customers by a token that comes with every call, whatever connection it comes over. Baskets
 * belong to the customer; what a connection opened is closed with it.
 */
import { callContext, Daemon, expose, RemoteError, stopSignal } from "#pyro";

const CUSTOMERS = new Map([
  ["token-1", "Ann"],
  ["token-2", "Bob"],
]);

const baskets = new Map<string, string[]>();
let lamps = 0;

/** Something that has to be given back, in the end. */
class Lamp {
  constructor() {
    lamps++;
  }

  close(): void {
    lamps--;
  }
}

/** One for each call: all that lasts is kept elsewhere. */
export class Shop {
  static {
    expose(
      this,
      { methods: { hello: "hello()", put: "put(thing)", basket: "basket()", enter: "enter()", lamps: "lamps()" } },
      { instance: "percall" },
    );
  }

  readonly #customer: string;

  constructor() {
    const token = callContext()?.annotations.get("TOKN");
    const customer = CUSTOMERS.get(new TextDecoder().decode(token));
    if (customer === undefined) throw new RemoteError("PermissionError", ["who are you?"]);
    this.#customer = customer;
  }

  hello(): string {
    return `hello ${this.#customer}`;
  }

  put(thing: string): void {
    baskets.set(this.#customer, [...this.basket(), thing]);
  }

  basket(): string[] {
    return baskets.get(this.#customer) ?? [];
  }

  /** A lamp is lit for as long as the connection lasts. */
  enter(): void {
    callContext()?.trackResource(new Lamp());
  }

  lamps(): number {
    return lamps;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(Shop, "example.shop")));
await stopSignal();
