/** A client that is called back while its own call runs: for that it has a daemon of its own. */
import { Daemon, expose, proxy, RemoteError } from "#pyro";

interface Worker {
  work(steps: number, watcher: Watcher): number;
}

class Watcher {
  static {
    expose(this, {
      methods: { progress: "progress(percent)", done: "done(words)" },
      callback: ["done"], // what it throws goes to onError of this daemon too, not only over there
    });
  }

  readonly #name: string;
  readonly #patience: number;

  constructor(name: string, patience: number) {
    this.#name = name;
    this.#patience = patience;
  }

  progress(percent: number): boolean {
    console.log(`${this.#name}: ${percent}%`);
    return percent < this.#patience;
  }

  done(words: string): void {
    console.log(`${this.#name}: ${words}`);
    if (this.#name === "Carl") throw new RemoteError("ValueError", ["Carl does not believe it"]);
  }
}

await using daemon = await Daemon.listen();
await using worker = proxy<Worker>(process.argv[2] ?? "");

for (const watcher of [new Watcher("Ann", 200), new Watcher("Bob", 50), new Watcher("Carl", 200)]) {
  daemon.register(watcher);
  const steps = await worker.work(4, watcher); // it arrives as a proxy
  console.log(`steps: ${steps}`);
}
