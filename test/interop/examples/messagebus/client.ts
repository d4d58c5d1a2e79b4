/** Two readers of two papers. Each has a daemon, so that one of them can leave. */
import { Daemon, expose, proxy } from "#pyro";

interface MessageBus {
  subscribe(topic: string, subscriber: Reader): void;
  send(topic: string, text: string): number;
  topics(): Record<string, number>;
}

class Reader {
  static {
    expose(this, { methods: { message: "message(topic, text)" } });
  }

  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  message(topic: string, text: string): void {
    console.log(`${this.#name} reads in ${topic}: ${text}`);
  }
}

await using bus = proxy<MessageBus>(process.argv[2] ?? "");
await using home = await Daemon.listen();
const cafe = await Daemon.listen();
const ann = new Reader("Ann");
const bob = new Reader("Bob");
home.register(ann);
cafe.register(bob);

await bus.subscribe("weather", ann);
await bus.subscribe("weather", bob);
await bus.subscribe("sports", bob);
console.log(`readers: ${await bus.send("weather", "it rains")}`);
console.log(`readers: ${await bus.send("sports", "two to one")}`);
console.log(`readers: ${await bus.send("politics", "nothing new")}`);

await cafe.close();
console.log("Bob has left");
console.log(`readers: ${await bus.send("weather", "it snows")}`);
console.log(`subscribed to the weather: ${(await bus.topics())["weather"]}`);
