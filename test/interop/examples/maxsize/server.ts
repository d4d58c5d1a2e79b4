/** Takes no message of more than 5,000 bytes: what is larger is refused by its header, before it is read. */
import { Daemon, expose, stopSignal } from "#pyro";

export class Notebook {
  static {
    expose(this, { methods: { write: "write(text)", blank: "blank(length)" } });
  }

  #written = 0;

  write(text: string): number {
    this.#written += text.length;
    return this.#written;
  }

  blank(length: number): string {
    return "_".repeat(length);
  }
}

await using daemon = await Daemon.listen({ limits: { maxMessageBytes: 5_000 } });
console.log(String(daemon.register(new Notebook(), "example.notebook")));
await stopSignal();
