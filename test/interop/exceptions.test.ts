/** Exceptions of real Python servers, as a caller here has them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CommunicationError,
  ConnectionClosedError,
  DaemonError,
  MessageTooLargeError,
  NamingError,
  ProtocolError,
  PyroError,
  proxy,
  RemoteError,
  registerException,
  SecurityError,
  SerializeError,
  TimeoutError,
} from "#pyro";
import { formatTraceback } from "#pyro/diagnostics";
import { type PythonProcess, startPython, whyNoPython } from "../support/python.ts";

const SERVER = `
import sys
version = int(sys.argv[1])
if version == 4:
    import Pyro4 as P
    import Pyro4.errors as errors
    from Pyro4.util import SerializerBase
else:
    import Pyro5.api as P
    import Pyro5.errors as errors
    from Pyro5.serializers import SerializerBase

class NoRoomError(ValueError):
    pass
NoRoomError.__module__ = "hall"

class Odd(Exception):
    pass

class Unsendable(object):
    __slots__ = ("lock",)
    def __reduce__(self):
        raise TypeError("stays here")

@P.expose
class Hall(object):
    def builtin(self, name, *args):
        raise getattr(__import__("builtins"), name)(*args)

    def pyros(self, name):
        raise getattr(errors, name)("from python")

    def own(self, seats):
        x = NoRoomError("no room", seats)
        x.seats = seats
        raise x

    def noted(self):
        x = ValueError("with notes")
        x.add_note("seen on monday")
        x.add_note("and again")
        raise x

    def caused(self):
        try:
            {}["couch"]
        except KeyError as k:
            raise RuntimeError("no couch") from k

    def unsendable(self):
        x = Odd("cannot travel")
        x.thing = Unsendable()
        raise x

    def notes(self):
        return hasattr(BaseException, "add_note")

daemon = P.Daemon(port=0)
print(daemon.register(Hall(), "hall"), flush=True)
daemon.requestLoop()
`;

class NoRoomError extends Error {
  override readonly name = "NoRoomError";
  readonly remoteTraceback: string | undefined;
  readonly remoteAttributes: ReadonlyMap<string, unknown> | undefined;
  declare seats: number;
}
registerException(NoRoomError, {
  className: "hall.NoRoomError",
  fromArgs: (text) => new NoRoomError(String(text)),
});

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("exceptions of Pyro%i", (version) => {
  let python: PythonProcess;
  let uri = "";

  beforeAll(async () => {
    const env: Record<string, string> =
      version === 4 ? { PYRO_SERIALIZERS_ACCEPTED: "serpent,json,marshal,msgpack" } : {};
    python = await startPython(version, ["-c", SERVER, String(version)], { env });
    [uri] = await python.line(/^PYRO:\S+$/);
  });
  afterAll(() => python[Symbol.asyncDispose]());

  const thrown = async (call: Promise<unknown>): Promise<Error> => {
    const error = await call.catch((one: unknown) => one);
    expect(error).toBeInstanceOf(Error);
    return error as Error;
  };

  test.each(["serpent", "json", "marshal", "msgpack"] as const)(
    "builtins know their family, with %s",
    async (serializer) => {
      await using hall = proxy(uri, { serializer });
      const zero = (await thrown(hall.builtin("ZeroDivisionError", "by nothing"))) as RemoteError;
      expect(zero).toBeInstanceOf(RemoteError);
      expect(zero).toMatchObject({
        code: "PYRO_REMOTE",
        remoteType: "builtins.ZeroDivisionError",
        message: "by nothing",
      });
      expect(["ArithmeticError", "Exception", "ValueError"].map((one) => zero.is(one))).toEqual([true, true, false]);
      const missing = (await thrown(hall.builtin("FileNotFoundError", 2, "No such file"))) as RemoteError;
      expect([missing.is("OSError"), missing.message, missing.remoteArgs]).toEqual([
        true,
        "[Errno 2] No such file",
        [2, "No such file"],
      ]);
    },
  );

  test("one's own class arrives as the class that was registered here, with its attributes and traceback", async () => {
    await using hall = proxy(uri);
    const error = (await thrown(hall.own(7))) as NoRoomError;
    expect(error).toBeInstanceOf(NoRoomError);
    expect(error).toMatchObject({ message: "no room", seats: 7 });
    expect(error.remoteTraceback).toMatch(/^Traceback \(most recent call last\):\n[\s\S]*in own\n/);
  });

  test("notes and causes", async () => {
    await using hall = proxy(uri);
    if ((await hall.notes()) === true) {
      const noted = (await thrown(hall.noted())) as RemoteError;
      expect(noted.remoteAttributes.get("__notes__")).toEqual(["seen on monday", "and again"]);
    }
    const caused = (await thrown(hall.caused())) as RemoteError;
    expect(caused).toMatchObject({ name: "RuntimeError", message: "no couch" });
    expect(caused.remoteTraceback).toContain("KeyError: 'couch'");
    expect(caused.remoteTraceback).toContain("direct cause");
    expect(formatTraceback(caused)).toContain(" | KeyError: 'couch'");
  });

  test("Pyro's own errors are ours, in the same family", async () => {
    // Each with a proxy of its own: after some of them the server closes the connection.
    const raised = async (name: string): Promise<Error> => {
      await using hall = proxy(uri);
      return await thrown(hall.pyros(name));
    };
    const own = { PyroError, NamingError, DaemonError, SecurityError, SerializeError };
    for (const [name, Class] of Object.entries(own)) {
      const error = await raised(name);
      expect(error, name).toBeInstanceOf(Class);
      expect(error, name).toBeInstanceOf(PyroError);
      const remoteTraceback: unknown = expect.stringContaining(`${name}: from python`);
      expect(error, name).toMatchObject({ name, message: "from python", remoteTraceback });
    }
    // Of the other errors of communication a Python daemon says nothing: it closes the connection.
    for (const name of ["CommunicationError", "TimeoutError", "ProtocolError", "MessageTooLargeError"]) {
      expect(await raised(name), name).toBeInstanceOf(ConnectionClosedError);
    }
    const families = [
      [TimeoutError, CommunicationError],
      [ConnectionClosedError, CommunicationError],
      [ProtocolError, CommunicationError],
      [SerializeError, CommunicationError],
      [MessageTooLargeError, ProtocolError],
    ] as const;
    for (const [Class, parent] of families) expect(new Class("x"), Class.name).toBeInstanceOf(parent);
  });

  test("what Python cannot send is a PyroError that tells of it", async () => {
    await using hall = proxy(uri, { serializer: "marshal" });
    const error = await thrown(hall.unsendable());
    expect(error).toBeInstanceOf(PyroError);
    expect(error.message).toContain("Odd");
    expect(error.message).toContain("cannot travel");
    expect(await hall.notes()).toBeTypeOf("boolean");
  });
});
