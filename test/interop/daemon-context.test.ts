/** What a method learns of the call that it serves, and of its caller's going, with Python clients of both versions. */
import { Buffer } from "node:buffer";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CallContext, callContext, Daemon, expose } from "#pyro";
import { correlationText } from "#pyro/diagnostics";
import type { ConnectionInfo, FailedCall } from "#pyro/server";
import { whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

const current = (): CallContext => callContext() as CallContext;
const events: string[] = [];

class Desk {
  static {
    expose(this, {
      methods: {
        tell: "tell()",
        fail: "fail(text)",
        open: "open(name)",
        keep: "keep(name)",
        shout: "shout()",
        wait: "wait()",
        count: "count()",
      },
      oneway: ["shout"],
      callback: ["fail"],
    });
  }

  async tell(): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, 5)); // the context is still there
    const call = current();
    call.responseAnnotations.set("BACK", Buffer.from("to you"));
    const { pyroVersion, objectId, method, sequence, oneway, serializer } = call;
    return {
      ...{ pyroVersion, objectId, method, sequence, oneway, serializer },
      annotation: Buffer.from(call.annotations.get("XYZZ") ?? []).toString(),
      correlation: correlationText(call.correlationId),
      sameClient: call.client === call.connection.address && /^127\.0\.0\.1:\d+$/.test(call.client),
      signalled: call.signal.aborted,
    };
  }
  async fail(text: string): Promise<never> {
    current().responseAnnotations.set("BACK", Buffer.from("although it failed"));
    await Promise.resolve();
    throw new RangeError(text);
  }
  open(name: string): void {
    current().trackResource({ close: () => events.push(`${name} closed`) });
    current().trackResource({
      [Symbol.asyncDispose]: () => Promise.reject(new Error(`${name} cannot be disposed of`)),
    });
  }
  keep(name: string): void {
    const resource = { close: () => events.push(`${name} closed, but was kept`) };
    current().trackResource(resource);
    current().untrackResource(resource);
  }
  async shout(): Promise<never> {
    await Promise.resolve();
    throw new TypeError("nobody waits for this");
  }
  async wait(): Promise<void> {
    const { signal } = current();
    events.push("waiting");
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    events.push(`stopped: ${String(signal.reason).replace(/:\d+ /, ":PORT ")}`);
  }
  count(): number {
    const { data } = current().connection;
    const count = ((data.get("count") as number | undefined) ?? 0) + 1;
    data.set("count", count);
    return count;
  }
}

const failed: string[] = [];
let daemon: Daemon;
beforeAll(async () => {
  daemon = await Daemon.listen({
    host: "127.0.0.1",
    annotations: () => new Map([["DMON", Buffer.from("always")]]),
    onError: (error, client) => events.push(`reported of ${client.replace(/\d+$/, "PORT")}: ${error.message}`),
    onDisconnect: ({ address, pyroVersion, data }: ConnectionInfo) =>
      events.push(`gone: ${address.replace(/\d+$/, "PORT")} ${pyroVersion} ${data.get("count") ?? 0}`),
    onMethodError: (error: Error, { objectId, method, args, kwargs, context }: FailedCall) =>
      failed.push(
        `${objectId}.${method}(${args.join()}; ${Object.keys(kwargs).join()}) ${context.serializer}: ${error.message}`,
      ),
  });
  daemon.register(Desk, "desk");
});
afterAll(() => daemon.close());
beforeEach(() => {
  events.length = 0;
  failed.length = 0;
});

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("a Pyro%d client", (version) => {
  const run = (code: string, serializer = "serpent"): Promise<unknown[]> =>
    runClient(version, [daemon.uriFor("desk")], code, { serializer });

  test.each(["serpent", "json"])(
    "annotations both ways, correlation id, address, serializer, with %s",
    async (serializer) => {
      const seen = await run(
        `
import uuid
with P.Proxy(uris[0]) as desk:
    context.annotations = {"XYZZ": b"from me"}
    context.correlation_id = uuid.UUID("12345678-1234-4321-8765-123456789abc")
    show(desk.tell())
    back = {key: bytes(value) for key, value in context.response_annotations.items()}
    show([back["BACK"], back["DMON"], back.get("CORR", b"").hex()])
    show(attempt(desk.fail, "no"))
    context.correlation_id = None
    show(len(desk.tell()["correlation"]))
    show({key: bytes(value) for key, value in context.response_annotations.items()}["DMON"])
`,
        serializer,
      );
      expect(seen).toEqual([
        {
          pyroVersion: version,
          objectId: "desk",
          method: "tell",
          sequence: 1,
          oneway: false,
          serializer,
          annotation: "from me",
          correlation: "12345678-1234-4321-8765-123456789abc",
          sameClient: true,
          signalled: false,
        },
        // Pyro5 has the id in the header.
        ["to you", "always", version === 4 ? "12345678123443218765123456789abc" : ""],
        "ValueError: no",
        36,
        "always",
      ]);
    },
  );

  test("the daemon's annotations come with handshakes and errors; response annotations with errors", async () => {
    const seen = await run(`
handshake = {}
class Listening(P.Proxy):
    def _pyroResponseAnnotations(self, annotations, kind): # Pyro4's
        if kind == 2:
            handshake.update(annotations)
def plain(annotations):
    return {key: bytes(value) for key, value in annotations.items() if key != "CORR"}
desk = Listening(uris[0])
desk._pyroBind()
show(plain(handshake if version == 4 else context.response_annotations))
context.response_annotations = {}
attempt(desk.fail, "no")
show(plain(context.response_annotations))
`);
    expect(seen).toEqual([{ DMON: "always" }, { DMON: "always", BACK: "although it failed" }]);
  });

  test("resources are closed with the connection, unless they are kept; errors of that are reported", async () => {
    await run(`
with P.Proxy(uris[0]) as desk:
    desk.open("file")
    desk.keep("lock")
    show(desk.count())
    show(desk.count())
`);
    await expect
      .poll(() => events.toSorted(), { timeout: 10_000 })
      .toEqual([
        "file closed",
        `gone: 127.0.0.1:PORT ${version} 2`,
        "reported of 127.0.0.1:PORT: file cannot be disposed of",
      ]);
  });

  test("the signal of a running call aborts when its caller goes away", async () => {
    await run(`
import os
def call():
    with P.Proxy(uris[0]) as desk: desk.wait()
threading.Thread(target=call, daemon=True).start()
time.sleep(0.5)
sys.stdout.flush()
os._exit(0)
`);
    await expect
      .poll(() => events, { timeout: 10_000 })
      .toEqual([
        "waiting",
        `gone: 127.0.0.1:PORT ${version} 0`,
        "stopped: ConnectionClosedError: the caller 127.0.0.1:PORT disconnected",
      ]);
  });

  test("the method-error hook hears of each exception of a method, also in batches and oneway; callbacks are reported", async () => {
    const seen = await run(`
with P.Proxy(uris[0]) as desk:
    show(attempt(desk.fail, text="by name"))
    show(attempt(desk.fail))
    desk.shout()
    calls = batch(desk)
    calls.fail("in a batch")
    show(attempt(list, calls()))
    show(attempt(desk._pyroInvoke, "nothing", (), {}))
`);
    expect(seen.slice(0, 3)).toEqual([
      "ValueError: by name",
      "TypeError: fail() missing 1 required positional argument: 'text'",
      "ValueError: in a batch",
    ]);
    expect(failed.toSorted()).toEqual([
      "desk.fail(; ) serpent: fail() missing 1 required positional argument: 'text'",
      "desk.fail(; text) serpent: by name",
      "desk.fail(in a batch; ) serpent: in a batch",
      "desk.shout(; ) serpent: nobody waits for this",
    ]);
    expect(events.filter((event) => event.startsWith("reported")).toSorted()).toEqual([
      "reported of 127.0.0.1:PORT: by name",
      "reported of 127.0.0.1:PORT: fail() missing 1 required positional argument: 'text'",
      "reported of 127.0.0.1:PORT: nobody waits for this",
    ]);
  });
});
