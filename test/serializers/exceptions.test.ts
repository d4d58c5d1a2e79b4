import { describe, expect, test } from "vitest";
import {
  AttributeError,
  ConnectionClosedError,
  MessageTooLargeError,
  NamingError,
  PYRO_ERRORS,
  PyroError,
  SerializeError,
} from "../../src/base/errors.ts";
import type { PyroVersion } from "../../src/base/pyro-version.ts";
import { formatTraceback } from "../../src/diagnostics/traceback.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { ClassRegistry } from "../../src/serializers/class-registry.ts";
import { BatchException } from "../../src/serializers/pyro-classes.ts";
import { type PyClassDict, tuple } from "../../src/values/python-values.ts";
import { RemoteError } from "../../src/values/remote-error.ts";

const none = new ClassRegistry();

interface Sent {
  readonly className: string;
  readonly args: unknown;
  readonly attributes: Map<string, unknown>;
  readonly traceback: string[];
}

/** The class dict that an error becomes, in its parts. */
function sent(error: object, version: PyroVersion = 5, registry = none): Sent {
  const dict = new PyroClassMapper(version, { unknown: "refuse", registry }).toWire(error) as PyClassDict;
  expect(dict.classFirst).toBe(true);
  expect([...dict.fields.keys()]).toEqual(["__exception__", "args", "attributes"]);
  const attributes = new Map(dict.fields.get("attributes") as Map<string, unknown>);
  const traceback = attributes.get("_pyroTraceback") as string[];
  attributes.delete("_pyroTraceback");
  return { className: dict.className, args: dict.fields.get("args"), attributes, traceback };
}

/** The error that a class dict becomes at a client. */
function received(className: string, fields: object, version: PyroVersion = 5, registry = none): PyroError {
  const dict = { __class__: className, __exception__: true, args: tuple(), attributes: {}, ...fields };
  return new PyroClassMapper(version, { unknown: "keep", registry }).revive(
    Object.assign(Object.create(null), dict),
  ) as PyroError;
}

describe("errors as Python gets them", () => {
  class Unlikely extends RangeError {}
  class OwnError extends Error {
    override readonly name = "OwnError";
  }
  class Anonymous extends Error {}
  class SoldOut extends NamingError {}

  test.each<[Error, string, string]>([
    [new TypeError("text"), "builtins.TypeError", "text"],
    [new RangeError("text"), "builtins.ValueError", "text"],
    [new Unlikely("text"), "builtins.ValueError", "text"],
    [new ReferenceError("text"), "builtins.NameError", "text"],
    [new SyntaxError("text"), "builtins.SyntaxError", "text"],
    [new URIError("text"), "builtins.ValueError", "text"],
    [new Error("text"), "builtins.RuntimeError", "text"],
    [new OwnError("text"), "builtins.RuntimeError", "OwnError: text"],
    [new Anonymous("text"), "builtins.RuntimeError", "Anonymous: text"],
    [new AggregateError([], "text"), "builtins.RuntimeError", "AggregateError: text"],
    [new DOMException("text", "AbortError"), "builtins.RuntimeError", "AbortError: text"],
    [new DOMException("text", "TimeoutError"), "builtins.TimeoutError", "text"],
    [new AttributeError("text"), "builtins.AttributeError", "text"],
    [new SoldOut("text"), "Pyro5.errors.NamingError", "text"],
    [new RemoteError("KeyError", ["text"]), "builtins.KeyError", "text"],
    [new RemoteError("my.module.Own", ["text"]), "my.module.Own", "text"],
  ])("%o", (error, className, text) => {
    expect(sent(error)).toMatchObject({ className, args: tuple(text) });
  });

  test("Pyro's own keep their names, in the module of the session's version", () => {
    for (const [name, ErrorClass] of PYRO_ERRORS) {
      expect(sent(new ErrorClass("x"), 4).className).toBe(`Pyro4.errors.${name}`);
      expect(sent(new ErrorClass("x"), 5).className).toBe(`Pyro5.errors.${name}`);
    }
  });

  test("their own plain fields go along, but not what Python could not set", () => {
    const error = Object.assign(new Error("x", { cause: new Error("secret") }), {
      item: "couch",
      left: [0, { here: true }],
      code: "ENOENT",
      call: () => 1,
      when: new Date(),
      nothing: undefined,
      args: 5,
      __class__: "bad",
      _pyroTraceback: "bad",
    });
    expect(sent(error).attributes).toEqual(
      new Map<string, unknown>([
        ["item", "couch"],
        ["left", [0, { here: true }]],
        ["code", "ENOENT"],
      ]),
    );
    const round: Record<string, unknown> = {};
    round["round"] = round;
    const pyro = Object.assign(new SerializeError("x", { code: "PYRO_JSON" }), { item: 1, round });
    expect(sent(pyro).attributes).toEqual(new Map([["item", 1]]));
  });

  test("a remote error goes on as what it was, with all it had", () => {
    const error = received("shop.SoldOut", {
      args: tuple("a", 1),
      attributes: { left: 2, _pyroTraceback: ["first\n"] },
    });
    const again = sent(error);
    expect(again).toMatchObject({ className: "shop.SoldOut", args: tuple("a", 1) });
    expect(again.attributes).toEqual(new Map([["left", 2]]));
    expect(again.traceback[0]).toBe("first\n");
    expect(sent(received("Pyro5.errors.NamingError", { attributes: { left: 2 } })).attributes).toEqual(
      new Map([["left", 2]]),
    );
  });

  test("the stack is a Python traceback: the latest call last, then the error", () => {
    const lines = sent(new RangeError("no couch")).traceback;
    expect(lines[0]).toBe("Traceback (most recent call last):\n");
    expect(lines.at(-1)).toBe("ValueError: no couch\n");
    expect(lines.at(-2)).toMatch(/^ {2}at .*exceptions\.test\.ts:\d+:\d+\)?\n$/);
    expect(lines.every((line) => line.endsWith("\n"))).toBe(true);
    const bare = new Error("no stack");
    delete bare.stack;
    expect(sent(bare).traceback).toEqual(["Traceback (most recent call last):\n", "RuntimeError: no stack\n"]);
  });

  test("an exception of 200,000 arguments is no deeper than others", () => {
    expect(sent(new RemoteError("ValueError", new Array<number>(200_000).fill(1))).args).toHaveLength(200_000);
  });
});

describe("Python's exceptions as they arrive", () => {
  test.each(["KeyError", "builtins.KeyError", "exceptions.KeyError"])("%s is Python's KeyError", (name) => {
    const error = received(name, { args: tuple("couch") }) as RemoteError;
    expect(error).toMatchObject({
      remoteType: "builtins.KeyError",
      name: "KeyError",
      message: "'couch'",
      code: "PYRO_REMOTE",
    });
    expect(["KeyError", "builtins.KeyError", "LookupError", "exceptions.Exception"].every((one) => error.is(one))).toBe(
      true,
    );
    expect(["ValueError", "my.KeyError", "", "constructor"].some((one) => error.is(one))).toBe(false);
  });

  test("OSError's old names are OSError", () => {
    for (const name of ["IOError", "builtins.EnvironmentError", "exceptions.WindowsError"]) {
      expect((received(name, {}) as RemoteError).remoteType).toBe("builtins.OSError");
    }
    expect((received("builtins.FileNotFoundError", {}) as RemoteError).is("IOError")).toBe(true);
  });

  test.each<[string, unknown[], string]>([
    ["ValueError", [], ""],
    ["ValueError", ["text"], "text"],
    ["ValueError", [3], "3"],
    ["ValueError", [["a"]], "['a']"],
    ["ValueError", ["a", 2], "('a', 2)"],
    ["KeyError", ["it's"], `"it's"`],
    ["FileNotFoundError", [2, "No such file"], "[Errno 2] No such file"],
    ["Pyro5.errors.NamingError", ["unknown name: x"], "unknown name: x"],
    ["Pyro5.errors.NamingError", ["a", 2], "('a', 2)"],
    ["Pyro5.errors.NamingError", [], ""],
  ])("%s%j reads as Python's str() of it", (name, args, text) => {
    expect(received(name, { args: tuple(...args) }).message).toBe(text);
  });

  test("Pyro's own become ours, with the code of their class and all that came along", () => {
    for (const version of [4, 5] as const) {
      const error = received(
        `Pyro${version}.errors.ConnectionClosedError`,
        { args: tuple("x"), attributes: { left: 1, _pyroTraceback: ["one\n", "two\n"] } },
        version,
      );
      expect(error).toBeInstanceOf(ConnectionClosedError);
      expect(error).toMatchObject({ code: "PYRO_CONNECTION_CLOSED", remoteTraceback: "one\ntwo\n" });
      expect(error.remoteAttributes).toEqual(new Map([["left", 1]]));
      expect(Object.keys(error).toSorted()).toEqual(["code", "name"]);
    }
    expect(received("Pyro5.errors.MessageTooLargeError", {})).toBeInstanceOf(MessageTooLargeError);
    expect(new PyroError("local")).toMatchObject({ remoteTraceback: undefined, remoteAttributes: undefined });
    expect(received("Pyro5.errors.Unheard", { args: tuple("x") })).toMatchObject({
      remoteType: "Pyro5.errors.Unheard",
    });
  });

  test("struct.error and sqlite3's are known, to a daemon too", () => {
    const daemon = new PyroClassMapper(5, { unknown: "refuse", registry: none });
    for (const name of ["struct.error", "sqlite3.OperationalError"]) {
      const dict = { __class__: name, __exception__: true, args: ["x"], attributes: {} };
      expect(daemon.revive(Object.assign(Object.create(null), dict))).toMatchObject({ remoteType: name });
    }
  });

  test("what is misshapen is an error all the same", () => {
    expect(received("builtins.ValueError", { args: "abc", attributes: ["x"] })).toMatchObject({ message: "" });
    expect(received("builtins.ValueError", { attributes: { _pyroTraceback: null } }).remoteTraceback).toBeUndefined();
    expect(received("builtins.ValueError", { attributes: { _pyroTraceback: ["a\n", 5] } }).remoteTraceback).toBe(
      "a\n5",
    );
  });
});

describe("a registered error", () => {
  class SoldOut extends Error {
    readonly item: string;
    readonly left: number;
    constructor(item: string, left: number) {
      super(`${item} is sold out`);
      if (typeof item !== "string") throw new TypeError("an item is text");
      this.item = item;
      this.left = left;
    }
  }
  class Closed extends PyroError {}
  const registry = new ClassRegistry();
  registry.registerException(SoldOut, { className: "shop.SoldOut", toArgs: ({ item, left }) => [item, left] });
  registry.registerException(Closed, { className: { 4: "shop4.Closed", 5: "shop5.Closed" } });

  test("travels as the Python class of that name, made with its arguments", () => {
    const dict = sent(new SoldOut("couch", 0), 5, registry);
    expect(dict).toMatchObject({ className: "shop.SoldOut", args: tuple("couch", 0) });
    expect(dict.traceback.at(-1)).toBe("shop.SoldOut: couch is sold out\n");
    expect(sent(new Closed("until nine"), 4, registry)).toMatchObject({
      className: "shop4.Closed",
      args: tuple("until nine"),
    });
  });

  test("comes back as itself, with the traceback and the attributes that it has no member for", () => {
    const attributes = { since: 5, item: "bike", stack: "bad", __proto__x: 1, _pyroTraceback: ["remote\n"] };
    const error = received("shop.SoldOut", { args: tuple("couch", 0), attributes }, 5, registry);
    expect(error).toBeInstanceOf(SoldOut);
    expect(error).toMatchObject({ item: "couch", left: 0, since: 5, remoteTraceback: "remote\n" });
    expect(error.stack).not.toBe("bad");
    expect(formatTraceback(error)).toContain("\n | remote\n");
    expect(received("shop5.Closed", { args: tuple("x") }, 5, registry)).toBeInstanceOf(Closed);
    expect(received("shop5.Closed", { args: tuple("x") }, 4, registry)).toBeInstanceOf(RemoteError);
  });

  test("is a RemoteError when its class cannot be made of what came", () => {
    expect(received("shop.SoldOut", { args: tuple(5) }, 5, registry)).toMatchObject({
      remoteType: "shop.SoldOut",
      remoteArgs: [5],
    });
  });

  test("is itself in a batch, too", () => {
    const codec = new PyroClassMapper(5, { unknown: "refuse", registry });
    const wrapper = codec.toWire(new BatchException(new SoldOut("couch", 0))) as PyClassDict;
    expect(wrapper.fields.get("exception")).toMatchObject({ className: "shop.SoldOut" });
  });
});

test("an error without a remote traceback prints as its stack, what is no error as its text", () => {
  const error = new NamingError("local");
  expect(formatTraceback(error)).toBe(`${error.stack}\n`);
  expect(formatTraceback("thrown text")).toBe("thrown text\n");
});
