/** Which errors of the server cost a proxy its connection: none of our daemons' but those that the daemon closes for. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { CommunicationError, type Daemon, expose, remote, SecurityError, SerializeError } from "#pyro";
import { listenInMemory, proxyInMemory as proxy } from "../support/memory-host.ts";

class Faulty {
  static {
    expose(this, { methods: { fail: "fail(kind)", later: "later()", release: "release()", echo: "echo(value)" } });
  }
  #waiting: (() => void)[] = [];

  fail(kind: string): never {
    if (kind === "serialize") throw new SerializeError("cannot travel");
    if (kind === "security") throw new SecurityError("forbidden");
    throw new CommunicationError("no line to the instrument");
  }
  later(): Promise<string> {
    return new Promise((resolve) => this.#waiting.push(() => resolve("answered")));
  }
  release(): number {
    const waiting = this.#waiting.splice(0);
    for (const one of waiting) one();
    return waiting.length;
  }
  echo(value: unknown): unknown {
    return value;
  }
}

let daemon: Daemon;
let uri: string;
beforeAll(async () => {
  daemon = await listenInMemory({ host: "127.0.0.1" });
  uri = String(daemon.register(new Faulty(), "faulty"));
});
afterAll(() => daemon.close());

test.for([
  [4, "serialize", SerializeError],
  [5, "serialize", SerializeError],
  [4, "communication", CommunicationError],
  [5, "communication", CommunicationError],
] as const)(
  "Pyro%i: after a %s error of ours the connection stays, with 62 other calls in flight",
  async ([protocol, kind, type]) => {
    await using faulty = proxy(uri, { protocol });
    await faulty.echo(1);
    const before = remote(faulty).localAddress;
    const others = Array.from({ length: 62 }, () => faulty.later() as Promise<string>);
    await expect(faulty.fail(kind)).rejects.toBeInstanceOf(type);
    expect(await faulty.release()).toBe(62);
    expect(new Set(await Promise.all(others))).toEqual(new Set(["answered"]));
    expect(remote(faulty).localAddress).toEqual(before);
  },
);

test("after a SecurityError calls in flight are answered, and the next call uses another connection", async () => {
  await using faulty = proxy(uri);
  await using helper = proxy(uri);
  await faulty.echo(1);
  const before = remote(faulty).localAddress;
  const other = faulty.later() as Promise<string>;
  await expect(faulty.fail("security")).rejects.toBeInstanceOf(SecurityError);
  expect(await faulty.echo("next")).toBe("next");
  expect(remote(faulty).localAddress).not.toEqual(before);
  expect(await helper.release()).toBe(1);
  expect(await other).toBe("answered");
});
