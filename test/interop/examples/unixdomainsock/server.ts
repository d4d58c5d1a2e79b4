/** Two programs on one machine need no port: the daemon listens on a socket that is a file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Daemon, expose, stopSignal } from "#pyro";

export class Postbox {
  static {
    expose(this, { methods: { post: "post(letter)", letters: "letters()" } });
  }

  readonly #letters: string[] = [];

  post(letter: string): number {
    return this.#letters.push(letter);
  }

  letters(): string[] {
    return this.#letters;
  }
}

const folder = mkdtempSync(join(tmpdir(), "example-"));
try {
  await using daemon = await Daemon.listen({ unixSocket: join(folder, "postbox.sock") });
  console.log(String(daemon.register(new Postbox(), "example.postbox")));
  await stopSignal();
} finally {
  rmSync(folder, { recursive: true });
}
