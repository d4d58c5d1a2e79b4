/** Classes instead of objects: who shares an instance, and for how long, is the class's own decision. */
import { Daemon, expose, stopSignal } from "#pyro";

class Counter {
  #count = 0;

  next(): number {
    this.#count += 1;
    return this.#count;
  }
}

/** One instance for everybody. */
class Shared extends Counter {
  static {
    expose<Shared>(this, { methods: { next: "next()" } }, { instance: "single" });
  }
}

/** One for each connection, so for each proxy. */
class Own extends Counter {
  static {
    expose<Own>(this, { methods: { next: "next()" } }, { instance: "session" });
  }
}

/** A new one for each call, made by a function of ours. */
class Fresh extends Counter {
  static {
    const create = (): Fresh => {
      const one = new Fresh();
      one.next();
      return one;
    };
    expose<Fresh>(this, { methods: { next: "next()" } }, { instance: "percall", create });
  }
}

await using daemon = await Daemon.listen();
const uris = [Shared, Own, Fresh].map((Class) => daemon.register(Class, `example.${Class.name.toLowerCase()}`));
console.log(uris.join(" "));
await stopSignal();
