/** A worker that tells how far it is, and asks its caller whether to go on. */
import { Daemon, expose, type Remote, RemoteError, stopSignal } from "#pyro";

/** What a caller offers. */
export interface Watcher {
  progress(percent: number): boolean;
  done(words: string): void;
}

export class Worker {
  static {
    expose(this, { methods: { work: "work(steps, watcher)" } });
  }

  /** Gives how many steps were made. */
  async work(steps: number, watcher: Remote<Watcher>): Promise<number> {
    await using caller = watcher;
    for (let step = 1; step <= steps; step++) {
      const goOn = await caller.progress(Math.floor((step * 100) / steps));
      if (!goOn) return step;
    }
    try {
      await caller.done("all is done");
    } catch (error) {
      // It failed over there: that is the caller's own affair, and it is told of it.
      if (!(error instanceof RemoteError && error.is("ValueError"))) throw error;
      return -1;
    }
    return steps;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Worker(), "example.worker")));
await stopSignal();
