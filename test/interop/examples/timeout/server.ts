/** A bell that one waits for as long as nobody rings it. */
import { Daemon, expose, stopSignal } from "#pyro";

export class Bell {
  static {
    expose(this, { methods: ["wait", "ring", "waiting", "heard"] });
  }

  readonly #rung = Promise.withResolvers<void>();
  #waiting = 0;
  #heard = 0;

  async wait(): Promise<string> {
    this.#waiting++;
    await this.#rung.promise;
    this.#heard++;
    return "ding dong";
  }

  ring(): void {
    this.#rung.resolve();
  }

  waiting(): number {
    return this.#waiting;
  }

  heard(): number {
    return this.#heard;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Bell(), "example.bell")));
await stopSignal();
