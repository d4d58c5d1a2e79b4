/** Users log in with their connection, and see only what is theirs. (Over a network: together with TLS.) */
import { scryptSync, timingSafeEqual } from "node:crypto";
import { callContext, Daemon, expose, SecurityError, stopSignal } from "#pyro";
import type { ConnectionInfo } from "#pyro/server";

const hash = (user: string, password: string): Uint8Array => scryptSync(password, `salt of ${user}`, 32);

const PASSWORDS = new Map([
  ["ann", hash("ann", "apple")],
  ["bob", hash("bob", "banana")],
]);

export class Safe {
  static {
    expose(this, { methods: { put: "put(thing)", look: "look()", whoami: "whoami()" } });
  }

  readonly #things = new Map<string, string[]>();

  whoami(): string {
    return String(callContext()?.connection.data.get("user"));
  }

  put(thing: string): void {
    this.#things.set(this.whoami(), [...this.look(), thing]);
  }

  look(): string[] {
    return this.#things.get(this.whoami()) ?? [];
  }
}

function validateHandshake(data: unknown, connection: ConnectionInfo): unknown {
  const { user, password } = Object(data) as Record<string, unknown>;
  const known = PASSWORDS.get(String(user));
  if (known === undefined || !timingSafeEqual(known, hash(String(user), String(password)))) {
    throw new SecurityError("user or password is wrong");
  }
  connection.data.set("user", user);
  return `hello ${String(user)}`;
}

await using daemon = await Daemon.listen({ validateHandshake });
console.log(String(daemon.register(new Safe(), "example.safe")));
await stopSignal();
