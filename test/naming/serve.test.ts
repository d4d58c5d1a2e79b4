import { expect, test } from "vitest";
import { expose, locateNameServer, serve, startNameServer } from "#pyro";
import { listenInMemory, memoryHost, proxyInMemory as proxy } from "../support/memory-host.ts";

const transport = memoryHost;

class Greeter {
  static {
    expose(this, { methods: { hello: "hello(name)" } });
  }
  hello(name: string): string {
    return `hello ${name}`;
  }
}

test("serve registers, serves until told to stop, and takes its names with it", async () => {
  await using running = await startNameServer({ transport, host: "127.0.0.1", port: 0 });
  const where = { transport, host: "127.0.0.1", port: running.uri.port as number };
  const stop = new AbortController();
  const lines: string[] = [];
  const { promise: registered, resolve } = Promise.withResolvers<void>();
  const serving = serve(
    { "test.greeter": new Greeter(), "test.class": Greeter },
    {
      transport,
      host: "127.0.0.1",
      nameServer: where,
      signal: stop.signal,
      log(line) {
        lines.push(line);
        if (lines.filter((one) => one.includes("is registered with")).length === 2) resolve();
      },
    },
  );
  await registered;
  expect(lines.slice(0, 3)).toEqual([
    "Object Greeter:",
    expect.stringMatching(/^ {4}uri = PYRO:obj_/),
    "    name = test.greeter",
  ]);
  expect(lines).toContain("Pyro daemon running.");
  for (const name of ["test.greeter", "test.class"]) {
    await using greeter = proxy(`PYRONAME:${name}@127.0.0.1:${where.port}`);
    expect(await greeter.hello("you")).toBe("hello you");
  }
  stop.abort();
  await serving;
  await using names = await locateNameServer(where);
  expect([...(await names.list()).keys()]).toEqual(["Pyro.NameServer"]);
});

test("serve ends, and leaves nothing running, when one of its objects cannot be served", async () => {
  await using running = await startNameServer({ transport, host: "127.0.0.1", port: 0 });
  const where = { transport, host: "127.0.0.1", port: running.uri.port as number };
  const listeners = process.listenerCount("SIGTERM");
  const objects = { fine: new Greeter(), hidden: new (class Hidden {})() };
  await expect(
    serve(objects, { transport, host: "127.0.0.1", nameServer: where, log: () => undefined }),
  ).rejects.toThrow("Hidden exposes no members");
  expect(process.listenerCount("SIGTERM")).toBe(listeners);
  await using names = await locateNameServer(where);
  expect([...(await names.list()).keys()]).toEqual(["Pyro.NameServer"]);
});

test("serve without a name server only prints URIs", async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const serving = serve(
    { x: new Greeter() },
    { transport, host: "127.0.0.1", nameServer: false, signal: stop.signal, log: (line) => lines.push(line) },
  );
  await expect.poll(() => lines.at(-1)).toBe("Pyro daemon running.");
  const uri = lines[1]?.replace("    uri = ", "") ?? "";
  await using greeter = proxy(uri);
  expect(await greeter.hello("x")).toBe("hello x");
  stop.abort();
  await serving;
  await using again = await listenInMemory({ host: "127.0.0.1" });
  expect(again.location.kind).toBe("tcp");
});
