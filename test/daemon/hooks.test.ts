/** What a program may hang into its daemon, and what happens when that fails. */
import { expect, test } from "vitest";
import { callContext, expose, RemoteError, remote, serve } from "#pyro";
import { DaemonObject } from "#pyro/server";
import { sleep } from "../../src/base/environment.ts";
import { listenInMemory, memoryHostIn, proxyInMemory as proxy } from "../support/memory-host.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

class Plain {
  static {
    expose(this, { methods: ["hello", "fail", "lock"], callback: ["fail"] });
  }
  hello(): string {
    return "hello";
  }
  fail(): never {
    throw new RangeError("on purpose");
  }
  lock(): never {
    throw new RemoteError("ValueError", ["bad", () => 1]);
  }
}

test("housekeeping runs again and again, not twice at once, and not after the end; its errors are reported", async () => {
  const environment = new VirtualEnvironment();
  const reports: string[] = [];
  const times: number[] = [];
  let [running, most] = [0, 0];
  const daemon = await listenInMemory({
    host: "127.0.0.1",
    environment,
    housekeepingMs: 10,
    onError: (error, client) => reports.push(`${client}: ${error.message}`),
    async housekeeping() {
      times.push(environment.now());
      running++;
      most = Math.max(most, running);
      await sleep(environment, 35);
      running--;
      if (times.length === 2) throw new Error("the cellar is flooded");
    },
  });
  await environment.advance(175);
  await daemon.close();
  await environment.advance(1_000);
  expect([times, most]).toEqual([[10, 50, 90, 130, 170], 1]);
  expect([running, environment.timers]).toEqual([0, 0]);
  expect(reports).toEqual(["daemon: the cellar is flooded"]);
});

test("hooks that throw are reported, and nothing else comes of it", async () => {
  const here = memoryHostIn(new VirtualEnvironment());
  const reports: string[] = [];
  const failing = (what: string) => (): never => {
    throw new Error(`${what} failed`);
  };
  await using daemon = await listenInMemory({
    ...here,
    host: "127.0.0.1",
    housekeepingMs: 10,
    housekeeping: failing("housekeeping"),
    annotations: failing("annotations"),
    onMethodError: failing("onMethodError"),
    onDisconnect: () => Promise.reject(new Error("onDisconnect failed")),
    onError: (error) => reports.push(error.message),
  });
  const plain = proxy(daemon.register(new Plain()), here);
  expect(await plain.hello()).toBe("hello");
  await expect(plain.fail()).rejects.toThrow("on purpose");
  await remote(plain).release();
  await here.environment.advance(10);
  expect(reports).toContain("onDisconnect failed");
  expect(reports).toContain("housekeeping failed");
  expect(reports).toEqual(
    expect.arrayContaining(["annotations failed", "onMethodError failed", "on purpose", "onDisconnect failed"]),
  );
});

test("a daemon's annotations can be the same for all replies, and win over those of a call", async () => {
  class Answering {
    static {
      expose(this, { methods: ["go"] });
    }
    go(): void {
      callContext()
        ?.responseAnnotations.set("BOTH", new Uint8Array([1]))
        .set("MINE", new Uint8Array([2]));
    }
  }
  const annotations = new Map([["BOTH", new Uint8Array([3])]]);
  await using daemon = await listenInMemory({ host: "127.0.0.1", annotations });
  const seen: Map<string, number[]>[] = [];
  await using peer = proxy(daemon.register(new Answering()));
  await remote(peer)
    .with({
      onReply: (reply) => seen.push(new Map([...reply.annotations].map(([id, bytes]) => [id, [...bytes]]))),
    })
    .go();
  expect(seen).toEqual([
    new Map([
      ["BOTH", [3]],
      ["MINE", [2]],
    ]),
  ]);
});

test("an exception that cannot be written is told in words; a result too", async () => {
  class Unwritable {
    static {
      expose(this, { methods: ["result"] });
    }
    result(): unknown {
      return { inside: [new (class Lock {})()] };
    }
  }
  await using daemon = await listenInMemory({ host: "127.0.0.1" });
  const uris = [daemon.register(new Plain()), daemon.register(new Unwritable())] as const;
  for (const serializer of ["serpent", "json", "msgpack"] as const) {
    await using plain = proxy(uris[0], { serializer });
    await expect(plain.lock()).rejects.toThrow(
      /^Error serializing exception: .*\. Original exception: <class 'ValueError'>: \(?'bad'/,
    );
    expect(await plain.hello()).toBe("hello");
    await using unwritable = proxy(uris[1], { serializer });
    await expect(unwritable.result()).rejects.toThrow(
      /cannot write value\.inside\[0\]: objects of class Lock cannot be serialized/,
    );
  }
});

test("a daemon object of one's own answers in place of the usual one", async () => {
  class Own extends DaemonObject {
    override ping(): void {
      throw new Error("ill");
    }
  }
  await using daemon = await listenInMemory({ host: "127.0.0.1", daemonObject: Own });
  await expect(proxy(daemon.uriFor("Pyro.Daemon")).ping()).rejects.toThrow("ill");
  expect(daemon.ids).toEqual(["Pyro.Daemon"]);
  expect(daemon.describe()).toContain("1 objects registered");
});

test("URIs of what is registered, and of what is not", async () => {
  await using daemon = await listenInMemory({ host: "127.0.0.1", natHost: "nat.example", natPort: 99 });
  const plain = new Plain();
  expect(() => daemon.uriFor(plain)).toThrow("object isn't registered in this daemon");
  expect(() => daemon.uriFor(plain)).toThrow(expect.objectContaining({ code: "PYRO_NOT_REGISTERED" }));
  daemon.register(plain, "plain");
  expect(String(daemon.uriFor(plain))).toBe("PYRO:plain@nat.example:99");
  expect(String(daemon.uriFor("plain", { nat: false }))).toMatch(/^PYRO:plain@127\.0\.0\.1:\d+$/);
});

test("waiting for the end of a daemon: a condition, a signal, its closing", async () => {
  const environment = new VirtualEnvironment();
  const daemon = await listenInMemory({ host: "127.0.0.1", environment });
  let left = 3;
  const looped = daemon.loop({ while: () => left-- > 0, everyMs: 5 });
  await environment.advance(14);
  expect(left).toBe(0);
  await environment.advance(1);
  await looped;
  expect([left, environment.timers]).toEqual([-1, 0]);
  await daemon.loop({ signal: AbortSignal.abort() });
  const over = new AbortController();
  const aborted = daemon.loop({ signal: over.signal });
  over.abort();
  await aborted;
  const broken = (): boolean => {
    throw new Error("no idea");
  };
  await expect(daemon.loop({ while: broken })).rejects.toThrow("no idea");
  const closed = daemon.loop();
  await daemon.close();
  await closed;
});

test("serve without a name server gives objects their names as ids, and takes a daemon of one's own", async () => {
  const daemon = await listenInMemory({ host: "127.0.0.1" });
  const lines: string[] = [];
  const over = new AbortController();
  const serving = serve(
    { one: new Plain() },
    { daemon, nameServer: false, signal: over.signal, log: (line) => lines.push(line) },
  );
  await expect.poll(() => lines.at(-1)).toBe("Pyro daemon running.");
  expect(daemon.ids).toEqual(["Pyro.Daemon", "one"]);
  over.abort();
  await serving;
  await daemon.loop(); // it is closed
});
