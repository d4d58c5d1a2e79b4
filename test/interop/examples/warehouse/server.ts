/** The tutorial's warehouse: things are stored and taken, and a name server knows where it is. */
import { expose, RemoteError, serve } from "#pyro";

export class Warehouse {
  static {
    expose(this, {
      methods: { listContents: "list_contents()", take: "take(name, item)", store: "store(name, item)" },
    });
  }

  readonly #contents = ["chair", "bike", "flashlight"];

  listContents(): string[] {
    return this.#contents;
  }

  take(name: string, item: string): void {
    const at = this.#contents.indexOf(item);
    if (at < 0) throw new RemoteError("ValueError", [`there is no ${item} here`]);
    this.#contents.splice(at, 1);
    console.log(`${name} took the ${item}.`);
  }

  store(name: string, item: string): void {
    this.#contents.push(item);
    console.log(`${name} stored the ${item}.`);
  }
}

await serve({ "example.warehouse": new Warehouse() });
