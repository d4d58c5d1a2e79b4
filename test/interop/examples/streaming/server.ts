/** Generators: what they yield goes to the caller item by item, as it is asked for. */
import { Daemon, expose, RemoteError, stopSignal } from "#pyro";

export class Numbers {
  static {
    expose(this, {
      methods: { countdown: "countdown(start)", fibonacci: "fibonacci()", broken: "broken()", open: "open()" },
    });
  }

  #open = 0;

  *countdown(start: number): Generator<number> {
    for (let number = start; number > 0; number--) yield number;
  }

  /** Never ends by itself. */
  async *fibonacci(): AsyncGenerator<number> {
    this.#open++;
    try {
      for (let [a, b] = [0, 1]; ; [a, b] = [b, a + b]) yield a;
    } finally {
      this.#open--; // also when the caller has had enough
    }
  }

  *broken(): Generator<string> {
    yield "one";
    yield "two";
    throw new RemoteError("ValueError", ["there is no three"]);
  }

  /** How many of the endless ones are under way. */
  open(): number {
    return this.#open;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Numbers(), "example.numbers")));
await stopSignal();
