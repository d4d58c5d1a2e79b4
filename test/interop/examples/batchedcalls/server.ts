/** A calculator with a memory. */
import { Daemon, expose, RemoteError, stopSignal } from "#pyro";

export class Calculator {
  static {
    expose(this, {
      methods: { add: "add(a, b)", divide: "divide(a, b)", remember: "remember(number)", recall: "recall()" },
    });
  }

  readonly #memory: number[] = [];

  add(a: number, b: number): number {
    return a + b;
  }

  divide(a: number, b: number): number {
    if (b === 0) throw new RemoteError("ZeroDivisionError", ["nothing to divide by"]);
    return Math.floor(a / b);
  }

  remember(number: number): void {
    this.#memory.push(number);
  }

  recall(): number[] {
    return this.#memory;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Calculator(), "example.calculator")));
await stopSignal();
