/** A kitchen that starts to cook when three dishes are asked for: one who asks for them in turn waits for ever. */
import { Daemon, expose, RemoteError, stopSignal } from "#pyro";

export class Kitchen {
  static {
    expose(this, { methods: { cook: "cook(dish)", wash: "wash(dish)", serve: "serve(dish)" } });
  }

  #asked = 0;
  readonly #started = Promise.withResolvers<void>();

  async cook(dish: string): Promise<string> {
    if (dish === "stone") throw new RemoteError("ValueError", ["nobody can cook a stone"]);
    if (++this.#asked === 3) this.#started.resolve();
    await this.#started.promise;
    return `hot ${dish}`;
  }

  serve(dish: string): string {
    return `a plate of ${dish}`;
  }

  wash(dish: string): string {
    return `clean ${dish}`;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Kitchen(), "example.kitchen")));
await stopSignal();
