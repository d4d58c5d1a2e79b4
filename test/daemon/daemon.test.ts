import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AttributeError, callContext, Daemon, expose, proxy, remote } from "#pyro";
import { sleep } from "../../src/base/environment.ts";
import { listenInMemory, memoryHostIn, proxyInMemory } from "../support/memory-host.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

class Named {
  static {
    expose(this, { methods: { who: "who()", count: "count()" } });
  }
  static made = 0;
  readonly #number = ++Named.made;
  #calls = 0;

  who(): number {
    return this.#number;
  }

  count(): number {
    this.#calls++;
    return this.#calls;
  }
}

test("a daemon bound to all addresses hands out one that callers can reach", async () => {
  await using daemon = await Daemon.listen({ host: "0.0.0.0" });
  const uri = daemon.register(new Named());
  expect(uri.host).not.toBe("0.0.0.0");
  const own = Object.values(networkInterfaces())
    .flat()
    .map((one) => one?.address);
  expect(own).toContain(uri.host);
  await using named = proxy(`PYRO:${uri.object}@127.0.0.1:${uri.port}`);
  expect(await named.count()).toBe(1);
  await using natted = await Daemon.listen({ host: "0.0.0.0", natHost: "warehouse.example", natPort: 4444 });
  expect(String(natted.register(new Named(), "x"))).toBe("PYRO:x@warehouse.example:4444");
  await using halfNatted = await Daemon.listen({ host: "127.0.0.1", natHost: "warehouse.example" });
  expect(halfNatted.uriFor("x").port).toBe(halfNatted.boundLocation.kind === "tcp" ? halfNatted.boundLocation.port : 0);
});

test("localhost, IPv6 and Unix sockets", async () => {
  await using local = await Daemon.listen({ host: "localhost" });
  await using one = proxy(local.register(new Named(), "one"));
  expect(await one.count()).toBe(1);
  expect(local.uriFor("one").host).toBe("localhost");
  await using six = await Daemon.listen({ host: "::1" });
  const uri = six.register(new Named(), "six");
  expect(String(uri)).toMatch(/^PYRO:six@\[::1\]:\d+$/);
  await using two = proxy(uri);
  expect(await two.count()).toBe(1);
  const folder = mkdtempSync(join(tmpdir(), "pyro-"));
  try {
    await using unix = await Daemon.listen({ unixSocket: join(folder, "daemon.sock") });
    await using three = proxy(unix.register(new Named(), "three"));
    expect(await three.count()).toBe(1);
    await remote(three).release();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a caller's address, over each kind of connection", async () => {
  class Asked {
    static {
      expose(this, { methods: ["who"] });
    }
    who(): string {
      return callContext()?.client ?? "";
    }
  }
  const folder = mkdtempSync(join(tmpdir(), "pyro-"));
  try {
    await using four = await Daemon.listen({ host: "127.0.0.1" });
    await using six = await Daemon.listen({ host: "::1" });
    await using unix = await Daemon.listen({ unixSocket: join(folder, "daemon.sock") });
    const told: string[] = [];
    for (const daemon of [four, six, unix]) {
      await using remote = proxy(daemon.register(new Asked()));
      told.push(await remote.who());
    }
    expect(told).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^\[::1\]:\d+$/),
      `./u:${join(folder, "daemon.sock")}`,
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("instance modes: one a connection, one a daemon, one a call", async () => {
  class Session extends Named {
    static {
      expose(this, { methods: {} }, { instance: "session" });
    }
  }
  class Single extends Named {
    static {
      expose(this, { methods: {} }, { instance: "single" });
    }
  }
  class PerCall extends Named {
    static {
      expose(this, { methods: {} }, { instance: "percall", create: () => new PerCall() });
    }
  }
  await using daemon = await listenInMemory({ host: "127.0.0.1" });
  for (const [Class, first, again, other] of [
    [Session, 1, 2, 1],
    [Single, 1, 2, 3],
    [PerCall, 1, 1, 1],
  ] as const) {
    const uri = daemon.register(Class);
    await using a = proxyInMemory(uri);
    await using b = proxyInMemory(uri);
    expect([await a.count(), await a.count(), await b.count()], Class.name).toEqual([first, again, other]);
  }
  class Wrong {
    static {
      expose(this, { methods: ["go"] }, { create: () => ({ go: () => 1 }) as Wrong });
    }
    readonly #brand = 1;
    go(): number {
      return this.#brand;
    }
  }
  await using wrong = proxyInMemory(daemon.register(Wrong));
  await expect(wrong.go()).rejects.toThrow("instance creator returned object of different type");
});

test("nothing is exposed that is not named, and private names cannot be", async () => {
  await using daemon = await listenInMemory({ host: "127.0.0.1" });
  class Plain {
    open(): void {}
  }
  expect(() => daemon.register(new Plain())).toThrow("Plain exposes no members");
  expect(() => expose(Plain, { methods: { open: "_open" } })).toThrow(AttributeError);
  expect(() => expose(Plain, { methods: { open: "open(" } })).toThrow(TypeError);
  expose(Plain, { methods: ["open"] });
  expect(daemon.register(new Plain(), "plain").object).toBe("plain");
  class Child extends Plain {
    static {
      expose(this, { methods: { more: "more()" } });
    }
    more(): string {
      return "more";
    }
  }
  await using child = proxyInMemory(daemon.register(new Child()));
  expect(await child.open()).toBeNull();
  expect(await child.more()).toBe("more");
});

test("register, unregister, and the daemon's own object", async () => {
  await using daemon = await listenInMemory({ host: "127.0.0.1" });
  const object = new Named();
  const uri = daemon.register(object, "named");
  expect(() => daemon.register(object)).toThrow("object or class already has a Pyro id");
  expect(() => daemon.register(new Named(), "named")).toThrow("an object or class is already registered with that id");
  expect(daemon.register(new Named(), "named", { force: true })).toEqual(uri);
  await using self = proxyInMemory(daemon.uriFor("Pyro.Daemon"));
  expect(await self.registered()).toEqual(["Pyro.Daemon", "named"]);
  expect(await self.ping()).toBeNull();
  expect(await self.info()).toMatch(/^Pyro\.Daemon bound on 127\.0\.0\.1:\d+, NAT None, 2 objects registered\./);
  expect(await self.get_metadata("named")).toEqual({ methods: new Set(["who", "count"]), oneway: [], attrs: [] });
  await expect(self.get_metadata("nobody")).rejects.toThrow("unknown object");
  await expect(self.get_next_stream_item("no-such-stream")).rejects.toThrow("item stream terminated");
  daemon.unregister("named");
  daemon.unregister("Pyro.Daemon");
  expect(await self.registered()).toEqual(["Pyro.Daemon"]);
  await expect(proxyInMemory(uri).who()).rejects.toThrow("unknown object");
});

test("a handshake can be judged, and answered", async () => {
  await using daemon = await listenInMemory({
    host: "127.0.0.1",
    validateHandshake(data) {
      if (data !== "secret") throw new Error("not with me");
      return "welcome";
    },
  });
  const uri = daemon.register(new Named());
  await expect(proxyInMemory(uri).who()).rejects.toThrow(/^connection to .* rejected: not with me$/);
  await using named = proxyInMemory(uri, { handshake: "secret" });
  expect(await named.count()).toBe(1);
});

test("closing answers the calls that run, and takes no new connections", async () => {
  const here = memoryHostIn(new VirtualEnvironment());
  const started = Promise.withResolvers<void>();
  class Slow {
    static {
      expose(this, { methods: ["wait"] });
    }
    async wait(): Promise<string> {
      started.resolve();
      await sleep(here.environment, 150);
      return "answered";
    }
  }
  const daemon = await listenInMemory({ ...here, host: "127.0.0.1" });
  const uri = daemon.register(new Slow());
  await using slow = proxyInMemory(uri, here);
  const call = slow.wait();
  await started.promise;
  const closing = daemon.close();
  expect(daemon.close()).toBe(closing);
  await expect(proxyInMemory(uri, here).wait()).rejects.toMatchObject({ code: "PYRO_CANNOT_CONNECT" });
  await here.environment.advance(150);
  expect(await call).toBe("answered");
  await closing;
  expect(here.environment.timers).toBe(0);
});

test("an address that is taken, and one that is not this machine's", async () => {
  await using first = await Daemon.listen({ host: "127.0.0.1" });
  const port = first.location.kind === "tcp" ? first.location.port : 0;
  await expect(Daemon.listen({ host: "127.0.0.1", port })).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port}: the address is already in use`,
  );
  await expect(Daemon.listen({ host: "192.0.2.1" })).rejects.toThrow("this machine has no such address");
});

test("a batch of plain methods is over before the connection's next call starts", async () => {
  const log: string[] = [];
  class Notes {
    static {
      expose(this, { methods: ["note"] });
    }
    note(text: string): void {
      log.push(text);
    }
  }
  await using daemon = await listenInMemory();
  await using notes = proxyInMemory(daemon.register(new Notes()));
  await remote(notes).connect();
  const first = remote(notes).batch((calls) => [calls.note("1"), calls.note("2")]);
  await Promise.all([first, notes.note("3")]);
  expect(log).toEqual(["1", "2", "3"]);
});
