/** The served side of the benchmark, a process of its own. Prints one JSON line with its addresses. */
import { Daemon, expose } from "#pyro";
import { serveFloor } from "./floor.ts";

class Warehouse {
  static {
    expose(this, { methods: { listContents: "list_contents()" } });
  }

  listContents(): string[] {
    return ["chair", "bike", "flashlight", "laptop", "couch"];
  }
}

const daemon = await Daemon.listen({ host: "127.0.0.1" });
console.log(JSON.stringify({ floor: await serveFloor(), uri: String(daemon.register(new Warehouse())) }));
