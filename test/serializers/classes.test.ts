import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { NamingError, PyroError, SecurityError, SerializeError } from "../../src/base/errors.ts";
import type { PyroVersion } from "../../src/base/pyro-version.ts";
import { ByteSink } from "../../src/bytes/byte-sink.ts";
import { PyroClassMapper } from "../../src/serializers/class-mapper.ts";
import { ClassRegistry } from "../../src/serializers/class-registry.ts";
import { JsonSerializer } from "../../src/serializers/json/json.ts";
import { BatchException, DaemonStandIn } from "../../src/serializers/pyro-classes.ts";
import { SerpentSerializer } from "../../src/serializers/serpent/serpent.ts";
import { ProxyState } from "../../src/values/proxy-state.ts";
import { PyClassDict, PyTuple, tuple } from "../../src/values/python-values.ts";
import { RemoteError } from "../../src/values/remote-error.ts";
import { URI } from "../../src/values/uri.ts";

interface Given {
  readonly version?: PyroVersion;
  readonly unknown?: "keep" | "refuse";
  readonly registry?: ClassRegistry;
  readonly format?: "serpent" | "json";
}

function serializer({ version = 5, unknown = "refuse", registry = new ClassRegistry(), format = "serpent" }: Given) {
  const classes = new PyroClassMapper(version, { unknown, registry });
  return format === "json" ? new JsonSerializer({ classes }) : new SerpentSerializer({ classes });
}

const read = (text: string, given: Given = {}): unknown => serializer(given).load(Buffer.from(text));

function written(value: unknown, given: Given = {}): string {
  const out = new ByteSink();
  serializer(given).dump(value, out);
  return out.since(0).toString().replace("# serpent utf-8 python3.2\n", "");
}

describe("a class that nobody knows", () => {
  test("is refused in Pyro's words, and kept for a client", () => {
    expect(() => read("{'__class__':'shop.Thing','size':3}")).toThrow("unsupported serialized class: shop.Thing");
    expect(() => read("{'__class__':'shop.Thing','size':3}")).toThrow(SerializeError);
    const kept = read("[{'size':3,'__class__':'shop.Thing'}]", { unknown: "keep" });
    expect(kept).toEqual([new PyClassDict("shop.Thing", new Map([["size", 3]]), false)]);
    expect(written(kept)).toBe("[{'size':3,'__class__':'shop.Thing'}]");
  });

  test("has its fields converted when it is kept", () => {
    const kept = read("{'__class__':'a.B','uri':{'__class__':'Pyro5.core.URI','state':('PYRO','o',None,'h',1)}}", {
      unknown: "keep",
    }) as PyClassDict;
    expect(kept.fields.get("uri")).toBeInstanceOf(URI);
  });

  test.each(["__main__.Thing", "a.__b__", "__proto__", "builtins.__import__"])(
    "called %s is refused for its name",
    (name) => {
      const text = `{'__class__':'${name}','__exception__':True,'args':(),'attributes':{}}`;
      expect(() => read(text)).toThrow(`refused to deserialize types with double underscores in their name: ${name}`);
      expect(() => read(text)).toThrow(SecurityError);
      expect(read(text, { unknown: "keep" })).toMatchObject({
        remoteType: name.includes(".") ? name : `builtins.${name}`,
      });
    },
  );

  test.each(["constructor", "toString", "hasOwnProperty", "builtins.eval", "os.system", "Pyro5.util.constructor"])(
    "called %s is not found by accident",
    (name) => {
      const text = `{'__class__':'${name}','__exception__':True,'args':('x',),'attributes':{}}`;
      expect(() => read(text)).toThrow(`unsupported serialized class: ${name}`);
    },
  );

  test("is an error when it is an exception, with all that it carries", () => {
    const error = read(
      "{'__class__':'shop.SoldOut','__exception__':True,'args':('couch',2),'attributes':{'since':5}}",
      {
        unknown: "keep",
      },
    ) as RemoteError;
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ remoteType: "shop.SoldOut", name: "SoldOut", remoteArgs: ["couch", 2] });
    expect(error.remoteAttributes).toEqual(new Map([["since", 5]]));
  });
});

describe("a class of the other Pyro is unknown", () => {
  const state = "'state':('PYRO','o',None,'h',1)";
  test.each([
    [4, `{'__class__':'Pyro5.core.URI',${state}}`],
    [5, `{'__class__':'Pyro4.core.URI',${state}}`],
    [4, "{'__class__':'Pyro5.errors.NamingError','__exception__':True,'args':('x',),'attributes':{}}"],
    [5, "{'__class__':'Pyro4.errors.NamingError','__exception__':True,'args':('x',),'attributes':{}}"],
    [5, "{'__class__':'Pyro4.futures._ExceptionWrapper','exception':None}"],
    [4, "{'__class__':'Pyro5.server.Daemon','state':()}"],
  ] as const)("to Pyro%i: %s", (version, text) => {
    expect(() => read(text, { version })).toThrow(/^unsupported serialized class: Pyro/);
  });
});

describe("the walk", () => {
  test("goes through lists, tuples, sets and the values of dicts", () => {
    const daemon = "{'__class__':'Pyro5.server.Daemon','state':()}";
    const [list, pair, dict, mixed] = read(`[[${daemon}],(1,${daemon}),{'a':${daemon}},{1:${daemon}}]`) as unknown[];
    const standIn = new DaemonStandIn();
    expect(list).toEqual([standIn]);
    expect(pair).toStrictEqual(tuple(1, standIn));
    expect({ ...(dict as object) }).toEqual({ a: standIn });
    expect(mixed).toEqual(new Map([[1, standIn]]));
    expect(read(`({'__class__':'Pyro5.server.Daemon','state':()},{'a','b'})`)).toEqual(
      tuple(standIn, new Set(["a", "b"])),
    );
  });

  test("leaves the arguments and attributes of an exception as they are, as Python does", () => {
    const uri = "{'__class__':'Pyro5.core.URI','state':('PYRO','o',None,'h',1)}";
    const error = read(
      `{'__class__':'builtins.ValueError','__exception__':True,'args':(${uri},),'attributes':{'at':${uri}}}`,
    );
    const { remoteArgs, remoteAttributes } = error as RemoteError;
    expect(remoteArgs[0]).toMatchObject({ __class__: "Pyro5.core.URI" });
    expect(remoteAttributes.get("at")).toMatchObject({ __class__: "Pyro5.core.URI" });
  });

  test("is no deeper for a tuple of 200,000", () => {
    const many = read(`({'__class__':'Pyro5.server.Daemon','state':()},${"1,".repeat(200_000)})`) as PyTuple;
    expect(many).toBeInstanceOf(PyTuple);
    expect(many.length).toBe(200_001);
  });

  test("touches no prototype", () => {
    const dict = read("{'__proto__':{'polluted':1},'x':{'__class__':'Pyro5.server.Daemon','state':()}}") as object;
    expect(Object.keys(dict)).toEqual(["__proto__", "x"]);
    const kept = read('{"__class__":"a.B","__proto__":{"polluted":1}}', {
      unknown: "keep",
      format: "json",
    }) as PyClassDict;
    expect([...kept.fields.keys()]).toEqual(["__proto__"]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test.each(["1", "None", "['a.B']", "{}", "1.5", "True"])("refuses a __class__ that is no text: %s", (name) => {
    expect(() => read(`{'__class__':${name}}`, { unknown: "keep" })).toThrow(/^the __class__ of a dict must be a str/);
  });

  test("takes a __class__ in bytes, as Python does", () => {
    expect(read("{'__class__':b'Pyro5.server.Daemon','state':()}")).toBeInstanceOf(DaemonStandIn);
  });
});

describe("Pyro's own classes", () => {
  const uri = URI.parse("PYRO:obj@host:4444");
  const proxy = new ProxyState({
    uri,
    methods: new Set(["take"]),
    oneway: new Set(["note"]),
    attrs: new Set(),
    handshake: "hello",
    serializer: null,
  });

  test("are written under the names of the session's version", () => {
    expect(written(uri, { version: 4 })).toBe("{'__class__':'Pyro4.core.URI','state':('PYRO','obj',None,'host',4444)}");
    expect(written(uri, { version: 5 })).toBe("{'__class__':'Pyro5.core.URI','state':('PYRO','obj',None,'host',4444)}");
    expect(written(proxy, { version: 4 })).toBe(
      "{'__class__':'Pyro4.core.Proxy','state':('PYRO:obj@host:4444',('note',),('take',),(),0.0,None,'hello',0,None)}",
    );
    expect(written(proxy, { version: 5 })).toBe(
      "{'__class__':'Pyro5.client.Proxy','state':('PYRO:obj@host:4444',('note',),('take',),(),'hello',None)}",
    );
    expect(written(new DaemonStandIn(), { version: 4 })).toBe("{'__class__':'Pyro4.core.Daemon','state':()}");
  });

  test.each([4, 5] as const)("come back in Pyro%i", (version) => {
    for (const format of ["serpent", "json"] as const) {
      const back = (value: unknown): unknown => read(written(value, { version, format }), { version, format });
      expect(back(uri)).toEqual(uri);
      expect(back(proxy)).toEqual(proxy);
      expect(back(new DaemonStandIn())).toEqual(new DaemonStandIn());
      expect(back(new BatchException(new NamingError("x")))).toMatchObject({
        error: { name: "NamingError", message: "x" },
      });
    }
  });

  test.each([
    ["{'__class__':'Pyro5.core.URI'}", "invalid class dict: state must be a list or a tuple"],
    ["{'__class__':'Pyro5.core.URI','state':'PYRO:o@h:1'}", "invalid class dict: state must be a list or a tuple"],
    ["{'__class__':'Pyro5.core.URI','state':('PYRO','o',None,'h',-1)}", "invalid uri state"],
    ["{'__class__':'Pyro5.core.URI','state':('PYRO','o',None,'h',1.5)}", "invalid uri state"],
    ["{'__class__':'Pyro5.core.URI','state':('PYRO','o',None,['h'],1)}", "invalid uri state"],
    ["{'__class__':'Pyro5.client.Proxy','state':('PYRO:o@h:1',(),(),())}", "invalid state of a Pyro5 proxy: 4 items"],
    ["{'__class__':'Pyro5.client.Proxy','state':('no uri',(),(),(),1,None)}", "invalid uri"],
  ])("with another state are refused: %s", (text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(PyroError);
  });
});

describe("a registered class", () => {
  class Point {
    readonly x: number;
    readonly y: number;
    constructor(x: number, y: number) {
      this.x = x;
      this.y = y;
    }
  }
  class Pin extends Point {}
  class Line {
    readonly ends: readonly Point[];
    constructor(ends: readonly Point[]) {
      this.ends = ends;
    }
  }
  const registry = new ClassRegistry();
  registry.register(Point, {
    className: "geometry.Point",
    toDict: ({ x, y }) => ({ x, y, __class__: "another" }),
    fromDict: (fields) => new Point(Number(fields.get("x")), Number(fields.get("y"))),
  });
  registry.register(Line, {
    className: { 4: "old.Line", 5: "__main__.Line" },
    toDict: ({ ends }) => new Map([["ends", ends]]),
    fromDict: (fields) => new Line(fields.get("ends") as Point[]),
  });

  test("travels under its name, anywhere, and comes back", () => {
    expect(written([new Point(1, 2)], { registry })).toBe("[{'x':1,'y':2,'__class__':'geometry.Point'}]");
    for (const format of ["serpent", "json"] as const) {
      expect(read(written({ at: new Point(1, 2) }, { registry, format }), { registry, format })).toEqual({
        at: new Point(1, 2),
      });
    }
  });

  test("has other names in other versions, double underscores too, and its fields converted", () => {
    const line = new Line([new Point(1, 2), new Point(3, 4)]);
    expect(written(line, { registry, version: 4 })).toContain("'__class__':'old.Line'");
    const text = written(line, { registry });
    expect(text).toContain("'__class__':'__main__.Line'");
    const back = read(text, { registry }) as Line;
    expect(back).toBeInstanceOf(Line);
    expect(back.ends[1]).toEqual(new Point(3, 4));
    expect(() => read(text, { registry, version: 4 })).toThrow(SecurityError);
  });

  test("takes its subclasses along, unless they are registered themselves", () => {
    expect(written(new Pin(1, 2), { registry })).toContain("geometry.Point");
    const more = new ClassRegistry();
    more.register(Point, { className: "a.Point", toDict: () => ({}) });
    more.register(Pin, { className: "a.Pin", toDict: () => ({}) });
    expect(written([new Point(1, 2), new Pin(1, 2)], { registry: more })).toBe(
      "[{'__class__':'a.Point'},{'__class__':'a.Pin'}]",
    );
    // Registered for one way only.
    expect(() => read("{'__class__':'a.Pin'}", { registry: more })).toThrow("unsupported serialized class: a.Pin");
  });

  test("goes before Pyro's own", () => {
    const own = new ClassRegistry();
    own.register(URI, {
      className: "Pyro5.core.URI",
      toDict: (uri) => ({ text: String(uri) }),
      fromDict: (fields, version, name) => [fields.get("state"), version, name],
    });
    expect(written(URI.parse("PYRO:a@b:1"), { registry: own })).toBe(
      "{'text':'PYRO:a@b:1','__class__':'Pyro5.core.URI'}",
    );
    expect(read("{'__class__':'Pyro5.core.URI','state':5}", { registry: own })).toEqual([5, 5, "Pyro5.core.URI"]);
  });

  test("and one that is not registered is refused with the path to it", () => {
    expect(() => written({ a: [new Point(1, 2)] })).toThrow(
      /serpent cannot write value\.a\[0\]: objects of class Point/,
    );
  });

  test("that holds itself is refused", () => {
    class Ring {}
    const ring = new Ring();
    const own = new ClassRegistry();
    own.register(Ring, { className: "a.Ring", toDict: () => ({ next: ring }) });
    expect(() => written(ring, { registry: own })).toThrow(SerializeError);
  });
});
