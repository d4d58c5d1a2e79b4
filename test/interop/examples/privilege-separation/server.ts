/**
 * The part with privileges: it holds a file that nobody else may open, and offers harmless questions about it. It
 * listens on a Unix socket, so only programs of this machine reach it at all.
 */
import { chmodSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Daemon, expose, stopSignal } from "#pyro";

export class Journal {
  static {
    expose(this, { methods: { place: "place()", size: "size()", logins: "logins(user)" } });
  }

  readonly #path: string;
  readonly #file: number;

  constructor(path: string) {
    this.#path = path;
    writeFileSync(path, "ann logged in\nbob logged in\nann changed her password to apple\nann logged in\n");
    this.#file = openSync(path, "r");
    chmodSync(path, 0o000); // from here on only this open file and root can read it
  }

  place(): string {
    return this.#path;
  }

  size(): number {
    return this.#lines().length;
  }

  logins(user: string): number {
    return this.#lines().filter((line) => line === `${user} logged in`).length;
  }

  #lines(): string[] {
    const bytes = new Uint8Array(1_000);
    const length = readSync(this.#file, bytes, 0, bytes.length, 0);
    return new TextDecoder().decode(bytes.subarray(0, length)).trimEnd().split("\n");
  }
}

const folder = mkdtempSync(join(tmpdir(), "example-"));
try {
  const unixSocket = join(folder, "journal.sock");
  await using daemon = await Daemon.listen({ unixSocket });
  chmodSync(folder, 0o755);
  chmodSync(unixSocket, 0o666); // everyone of this machine may ask
  console.log(String(daemon.register(new Journal(join(folder, "journal")), "example.journal")));
  await stopSignal();
} finally {
  rmSync(folder, { recursive: true });
}
