/** Calls that fail or take long, and what else goes on beside them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Daemon, expose, RemoteError, remote } from "#pyro";
import { listenInMemory, proxyInMemory } from "../support/memory-host.ts";

class Service {
  static {
    expose(this, {
      methods: { toss: "toss(how)", echo: "echo(value)", take: "take(name, item)", slow: "slow()" },
    });
  }

  echo(value: unknown): unknown {
    return value;
  }

  take(name: string, item: string): string {
    return `${name} takes ${item}`;
  }

  slow(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** Throws what has no text of its own, at once or later. */
  toss(how: string): Promise<void> {
    const bare: unknown = Object.assign(Object.create(null), { bare: true });
    if (how === "at once") throw bare;
    return Promise.reject(bare);
  }
}

let daemon: Daemon;

beforeAll(async () => {
  daemon = await listenInMemory({ host: "127.0.0.1" });
  daemon.register(new Service(), "service");
});

afterAll(() => daemon.close());

test("a slow call does not delay other calls, on its own connection or on others", async () => {
  await using service = proxyInMemory(daemon.uriFor("service"));
  const order: string[] = [];
  await Promise.all([service.slow().then(() => order.push("slow")), service.echo(1).then(() => order.push("echo"))]);
  expect(order).toEqual(["echo", "slow"]);
});

test.each(["at once", "later"])(
  "a method that throws %s what is no error is answered, and its connection goes on",
  async (how) => {
    await using service = proxyInMemory(daemon.uriFor("service"));
    await expect(service.toss(how)).rejects.toMatchObject({ name: "PyroError", message: "thrown: {'bare': True}" });
    expect(await service.echo(how)).toBe(how);
  },
);

test("a caller of ours sees what was wrong, and its proxy lives on", async () => {
  await using service = proxyInMemory(daemon.uriFor("service"));
  const failure = await service.take("only one").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RemoteError);
  expect((failure as RemoteError).is("TypeError")).toBe(true);
  expect((failure as RemoteError).message).toBe("take() missing 1 required positional argument: 'item'");
  expect((failure as RemoteError).remoteTraceback).toContain(
    "TypeError: take() missing 1 required positional argument",
  );
  await expect(service.nothing()).rejects.toMatchObject({ code: "PYRO_NO_SUCH_MEMBER" });
  await expect(remote(service).with({ timeoutMs: 5 }).slow()).rejects.toMatchObject({ code: "PYRO_TIMEOUT" });
  expect(await service.echo("fine")).toBe("fine");
});
