/** Blobs: arguments that stay serialized on their way through a dispatcher, Python's and ours in each place. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Daemon, expose, proxy, type Remote, type URI } from "#pyro";
import { SerializedBlob } from "#pyro/values";
import { type PythonProcess, startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

interface Worker {
  work(blob: SerializedBlob): unknown;
}

const WORKER = (version: 4 | 5): string => `
import sys
${version === 4 ? "import Pyro4 as P" : "import Pyro5.api as P"}
${version === 4 ? "P.config.SERIALIZERS_ACCEPTED = {'serpent', 'json', 'marshal', 'msgpack'}" : ""}
@P.expose
class Worker(object):
    def work(self, blob):
        return [type(blob).__name__, blob.info, blob.deserialized()]
daemon = P.Daemon(host="127.0.0.1")
print(daemon.register(Worker, "worker"), flush=True)
daemon.requestLoop()
`;

/** Hands blobs on without looking into them: what it does not know, as here a class, is none of its business. */
class Dispatcher {
  static {
    expose(this, { methods: { dispatch: "dispatch(blob)", read: "read(blob)" } });
  }
  readonly seen: unknown[] = [];
  readonly workers: Readonly<Record<string, Remote<Worker>>>;
  constructor(workers: Readonly<Record<string, Remote<Worker>>>) {
    this.workers = workers;
  }
  dispatch(blob: SerializedBlob): unknown {
    this.seen.push(blob.info);
    return this.workers[String(blob.info).split(" ")[0] ?? ""]?.work(blob);
  }
  read(blob: SerializedBlob): unknown {
    return [blob.info, blob.deserialized()];
  }
}

describe.skipIf(whyNoPython() !== undefined)("serialized blobs", () => {
  const workers: PythonProcess[] = [];
  const uris: string[] = [];
  let daemon: Daemon;
  let dispatcher: Dispatcher;
  let uri: URI;

  beforeAll(async () => {
    for (const version of [4, 5] as const) {
      const worker = await startPython(version, ["-c", WORKER(version)]);
      workers.push(worker);
      uris.push((await worker.line(/^PYRO:.*/))[0]);
    }
    const [four = "", five = ""] = uris;
    dispatcher = new Dispatcher({ four: proxy<Worker>(four), five: proxy<Worker>(five) });
    daemon = await Daemon.listen({ host: "127.0.0.1" });
    uri = daemon.register(dispatcher, "dispatcher");
  });
  afterAll(async () => {
    await daemon.close();
    for (const worker of workers) await worker[Symbol.asyncDispose]();
  });

  describe.each([
    [4, "four"],
    [5, "five"],
  ] as const)("a Pyro%d client and worker", (version, name) => {
    test.each(["serpent", "json", "marshal", "msgpack"])(
      "with a dispatcher of ours between them, %s",
      async (serializer) => {
        const seen = await runClient(
          version,
          [uri],
          `
with P.Proxy(uris[0]) as dispatcher:
    show(dispatcher.dispatch(SerializedBlob("${name} things", [[1, 2.5, u"é"], {"a": None}])))
    show(dispatcher.read(SerializedBlob("topic", ["for", "you"])))
    show(attempt(dispatcher.dispatch, SerializedBlob("${name}", [1]), "and more"))
`,
          { serializer },
        );
        // Python's own reading of a json blob takes the dict's keys for its values; ours does not.
        const data = serializer === "json" ? "params" : [[1, 2.5, "é"], { a: null }];
        expect(seen).toEqual([
          ["SerializedBlob", `${name} things`, data],
          ["topic", ["for", "you"]],
          "SerializeError: if SerializedBlob is used, it must be the only argument",
        ]);
        expect(dispatcher.seen).toContain(`${name} things`);
      },
    );

    test("classes that only they know pass through", async () => {
      const seen = await runClient(
        version,
        [uri],
        `
class Own(object):
    def __init__(self): self.x = 1
Own.__module__ = "own"
with P.Proxy(uris[0]) as dispatcher:
    show(attempt(dispatcher.dispatch, SerializedBlob("${name}", [{"__class__": "own.Own", "x": 1}])))
    show(attempt(dispatcher.read, SerializedBlob("${name}", [{"__class__": "own.Own", "x": 1}])))
`,
      );
      // The worker refuses the class, as Python does: the dispatcher let it pass. It would have refused it itself.
      expect(seen).toEqual([
        "SerializeError: unsupported serialized class: own.Own",
        expect.stringMatching(/^SerializeError: .*own\.Own/),
      ]);
    });

    test("our client and its worker", async () => {
      const worker = proxy<Worker>(uris[version - 4] ?? "");
      const blob = new SerializedBlob("info", ["some", { x: 1 }]);
      expect(blob.deserialized()).toEqual(["some", { x: 1 }]);
      expect(await worker.work(blob)).toEqual(["SerializedBlob", "info", ["some", { x: 1 }]]);
      await worker[Symbol.asyncDispose]();
    });
  });

  test("plain values pass from one version to the other", async () => {
    const code = `show(P.Proxy(uris[0]).dispatch(SerializedBlob("five", [[1, "two"]])))`;
    expect(await runClient(4, [uri], code)).toEqual([["SerializedBlob", "five", [[1, "two"]]]]);
  });

  test("two hops of ours, and an annotation that addresses nobody", async () => {
    await using first = await Daemon.listen({ host: "127.0.0.1" });
    await using next = proxy<{ dispatch(blob: SerializedBlob): unknown; read(blob: SerializedBlob): unknown }>(uri);
    await using front = proxy<Worker>(
      first.register(
        new Dispatcher({ relay: { work: (blob: SerializedBlob) => next.read(blob) } as Remote<Worker> }),
        "one",
      ),
    );
    const relay = front as unknown as { dispatch(...args: unknown[]): Promise<unknown> };
    expect(await relay.dispatch(new SerializedBlob("relay", [1, [2]]))).toEqual(["relay", [1, [2]]]);
    await expect(relay.dispatch(new SerializedBlob("relay", []), 2)).rejects.toThrow("must be the only argument");
    await expect(relay.dispatch(new SerializedBlob(() => 1, []))).rejects.toMatchObject({ code: "PYRO_SERIALIZE" });
  });
});
