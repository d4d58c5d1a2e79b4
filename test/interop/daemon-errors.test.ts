/** What Python clients of both versions are told of calls that fail, and whether their connection outlives it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommunicationError, ConnectionClosedError, Daemon, expose, RemoteError, SerializeError } from "#pyro";
import { whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";

class Lock {
  readonly #state = 0;
  get state(): number {
    return this.#state;
  }
}

/** Each connection has one of its own, which counts: a client that came anew begins with 1. */
class Failing {
  static {
    expose(this, { methods: { fail: "fail(kind)", give: "give(value)", result: "result()", count: "count()" } });
  }
  #count = 0;
  count(): number {
    this.#count++;
    return this.#count;
  }
  give(value: unknown): unknown {
    return value;
  }
  result(): unknown {
    return { inside: [1, new Lock()] };
  }
  async fail(kind: string): Promise<never> {
    await Promise.resolve();
    switch (kind) {
      case "communication":
        throw new CommunicationError("cannot connect to the database");
      case "closed":
        throw new ConnectionClosedError("the database is gone");
      case "serialize":
        throw new SerializeError("a value of the database");
      case "unwritable":
        throw new RemoteError("ValueError", ["bad", new Lock()]);
      case "nothing":
        throw null;
      default:
        throw new TypeError(kind);
    }
  }
}

let daemon: Daemon;
beforeAll(async () => {
  daemon = await Daemon.listen({ host: "127.0.0.1" });
  daemon.register(Failing, "failing");
});
afterAll(() => daemon.close());

const FAIL = `
with P.Proxy(uris[0]) as failing:
    show(failing.count())
    for kind in ["plain", "communication", "closed", "serialize", "unwritable", "nothing"]:
        try:
            failing.fail(kind)
        except Exception as x:
            traceback = x._pyroTraceback
            show([type(x).__name__, str(x), "Failing.fail" in "".join(traceback)])
    show(failing.count())
`;

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("a Pyro%d client", (version) => {
  const uris = (): URL[] | { toString(): string }[] => [daemon.uriFor("failing")];

  test.each(["serpent", "json", "msgpack"])(
    "gets each exception as an answer, with its traceback, %s",
    async (serializer) => {
      const seen = await runClient(version, uris(), FAIL, { serializer });
      expect(seen).toEqual([
        1,
        ["TypeError", "plain", true],
        ["CommunicationError", "cannot connect to the database", true],
        ["ConnectionClosedError", "the database is gone", true],
        ["SerializeError", "a value of the database", true],
        [
          "PyroError",
          expect.stringMatching(
            /^Error serializing exception: \w+ cannot write .*objects of class Lock cannot be serialized.*\. Original exception: <class 'ValueError'>: \('bad', /,
          ),
          expect.anything(),
        ],
        ["PyroError", "thrown: None", expect.anything()],
        expect.anything(), // 1: the client dropped its connection itself
      ]);
    },
  );

  test("keeps its connection through exceptions that are not about it", async () => {
    const code = `
with P.Proxy(uris[0]) as failing:
    show(failing.count())
    for kind in ["plain", "unwritable", "nothing"]:
        attempt(failing.fail, kind)
    attempt(failing.fail)
    attempt(failing._pyroInvoke, "nothing", (), {})
    show(attempt(failing.result))
    show(failing.count())
`;
    const text =
      "cannot write value.inside[1]: objects of class Lock cannot be serialized; use registerClass or a plain object";
    expect(await runClient(version, uris(), code)).toEqual([1, `TypeError: serpent ${text}`, 2]);
    for (const serializer of ["json", "msgpack"]) {
      // With these Pyro's own daemon answers a SerializeError too, at which its client drops the connection.
      const seen = await runClient(version, uris(), code, { serializer });
      expect(seen).toEqual([1, `SerializeError: ${serializer} ${text}`, 1]);
    }
  });

  test("is told what was wrong with its arguments; a forbidden class ends the connection", async () => {
    const seen = await runClient(
      version,
      uris(),
      `
with P.Proxy(uris[0]) as failing:
    show(failing.count())
    show(attempt(failing.give, {"__class__": "nobody.Knows", "x": 1}))
    show(failing.count())
    show(attempt(failing.give, {"__class__": "evil__import__", "x": 1}))
    show(str(attempt(failing.count)).split(":")[0])
    show(failing.count())
`,
    );
    expect(seen).toEqual([
      1,
      expect.stringMatching(/^SerializeError: .*nobody\.Knows/),
      1, // the client came anew
      expect.stringMatching(/^SecurityError: .*evil__import__/),
      "ConnectionClosedError",
      1,
    ]);
  });
});
