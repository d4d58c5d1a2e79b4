/** Lets in who knows the word, and greets them by their name. */
import { Daemon, expose, SecurityError, stopSignal } from "#pyro";

export class Club {
  static {
    expose(this, { methods: ["menu"] });
  }

  menu(): string[] {
    return ["tea", "toast"];
  }
}

/** What is returned here is the answer to the handshake; what is thrown refuses the connection, with its text. */
function validateHandshake(data: unknown): unknown {
  const { name, word } = data as Record<string, unknown>;
  if (word !== "swordfish") throw new SecurityError(`wrong word, ${String(name)}`);
  return `welcome, ${String(name)}`;
}

await using daemon = await Daemon.listen({ validateHandshake });
console.log(String(daemon.register(new Club(), "example.club")));
await stopSignal();
