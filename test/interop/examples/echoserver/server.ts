/** Gives back whatever it gets: something to try a client, a serializer or a network with. */
import { Daemon, expose, RemoteError, stopSignal } from "#pyro";

const over = new AbortController();

export class Echo {
  static {
    expose(this, {
      methods: { echo: "echo(value)", error: "error(text)", nothing: "nothing()", shutdown: "shutdown()" },
      oneway: ["shutdown"],
    });
  }

  echo(value: unknown): unknown {
    return value;
  }

  error(text: string): never {
    throw new RemoteError("ValueError", [text]);
  }

  nothing(): void {}

  shutdown(): void {
    over.abort();
  }
}

await using daemon = await Daemon.listen({ lossless: true });
console.log(String(daemon.register(new Echo(), "example.echo")));
await stopSignal(over.signal);
