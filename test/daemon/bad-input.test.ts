import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Daemon, type DaemonOptions, expose, type ProxyOptions, proxy } from "#pyro";
import { memoryHost, memoryHostIn } from "../support/memory-host.ts";
import { rawPyro4, rawPyro5, ScriptedPeer } from "../support/scripted-peer.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

class Service {
  static {
    expose(this, {
      methods: { echo: "echo(value)", take: "take(name, item)" },
      attrs: { limit: "limit" },
    });
  }

  limit = 5;
  secret = "not exposed";

  echo(value: unknown): unknown {
    return value;
  }

  take(name: string, item: string): string {
    return `${name} takes ${item}`;
  }

  hidden(): string {
    return "not exposed either";
  }
}

const HEAD = "# serpent utf-8 python3.2\n";
const CONNECT = `${HEAD}{'handshake':'hello','object':'service'}`;
const call = (method: string, args = "()", kwargs = "{}"): string => `${HEAD}('service','${method}',${args},${kwargs})`;

/** A msgpack list of 8 Mi empty dicts, a byte each. */
const DICTS = deflateSync(Buffer.concat([Buffer.from([0xdd, 0, 0x80, 0, 0]), Buffer.alloc(8 << 20, 0x80)]));

function serve(options: DaemonOptions): Promise<Daemon> {
  const limits = { maxMessageBytes: 1 << 20, maxInflatedBytes: 1 << 20 };
  return Daemon.listen({ host: "127.0.0.1", limits, ...options });
}

const WIRES = { TCP: {}, memory: { transport: memoryHost } } as const;
type Wire = keyof typeof WIRES;
const ALL = Object.keys(WIRES) as readonly Wire[];
const daemons = {} as Record<Wire, Daemon>;

beforeAll(async () => {
  for (const wire of ALL) {
    daemons[wire] = await serve(WIRES[wire]);
    daemons[wire].register(new Service(), "service");
  }
});

afterAll(() => Promise.all(ALL.map((wire) => daemons[wire].close())));

const portOf = (daemon: Daemon): number => daemon.uriFor("service").port as number;
const connected = (wire: Wire): Promise<ScriptedPeer> =>
  wire === "TCP" ? ScriptedPeer.connect(portOf(daemons.TCP)) : ScriptedPeer.dial(memoryHost, daemons.memory.location);

/** The daemon must go on serving whatever a peer did. */
async function expectServing(daemon: Daemon, options: ProxyOptions): Promise<void> {
  await using service = proxy(daemon.uriFor("service"), { timeoutMs: 2_000, ...options });
  expect(await service.echo("still here")).toBe("still here");
}

/** A peer that is past its handshake. */
async function greeted(version: 4 | 5, wire: Wire = "memory"): Promise<ScriptedPeer> {
  const peer = await connected(wire);
  peer.send(
    version === 5 ? rawPyro5({ type: 1, payload: CONNECT }) : rawPyro4({ type: 1, flags: 0x10, payload: CONNECT }),
  );
  await peer.receivedAtLeast(version === 5 ? 41 : 25);
  return peer;
}

describe.each(ALL)(
  "before the handshake, bad bytes are answered with a CONNECTFAIL and the connection ends: %s",
  (wire) => {
    const cases: [string, Uint8Array, string][] = [
      ["foreign bytes", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "invalid data"],
      ["an unknown protocol version", Buffer.from("5059524f01f7040100000001", "hex"), "invalid protocol version: 503"],
      [
        "a Pyro5 header with a wrong magic number",
        rawPyro5({ type: 1, payload: CONNECT, check: 0x1234 }),
        "invalid message or protocol version",
      ],
      [
        "a Pyro4 header with a wrong checksum",
        rawPyro4({ type: 1, payload: CONNECT, check: 1 }),
        "header checksum mismatch",
      ],
      [
        "a call instead of a handshake, Pyro5",
        rawPyro5({ type: 4, payload: call("echo") }),
        "invalid msg type 4 received (expected: 1)",
      ],
      [
        "a call instead of a handshake, Pyro4",
        rawPyro4({ type: 4, payload: call("echo") }),
        "invalid msg type 4 received",
      ],
      [
        "a length of 4 GB",
        rawPyro5({ type: 1, payloadBytes: 0xffffffff }),
        "message too large (4294967295, max=65536)",
      ],
      [
        "a CONNECT of more than 64 KiB",
        rawPyro5({ type: 1, payloadBytes: 65_537 }),
        "message too large (65537, max=65536)",
      ],
      [
        "8 MiB of empty dicts in a compressed CONNECT of 8 kB, Pyro5",
        rawPyro5({ type: 1, flags: 2, serializer: 4, payload: DICTS }),
        "inflates beyond the limit of 65536",
      ],
      [
        "8 MiB of empty dicts in a compressed CONNECT of 8 kB, Pyro4",
        rawPyro4({ type: 1, flags: 2, serializer: 6, payload: DICTS }),
        "inflates beyond the limit of 65536",
      ],
      [
        "a serializer that is not spoken",
        rawPyro4({ type: 1, payload: CONNECT, serializer: 4 }),
        "message used serializer that is not accepted: 4",
      ],
      ["an unknown object", rawPyro5({ type: 1, payload: CONNECT.replace("service", "nobody") }), "unknown object"],
      ["a handshake without its object", rawPyro5({ type: 1, payload: `${HEAD}{'handshake':'hello'}` }), "'object'"],
      ["a handshake that is no dict", rawPyro5({ type: 1, payload: `${HEAD}[1,2,3]` }), "'object'"],
    ];
    test.each(cases)("%s", async (_name, bytes, text) => {
      await using peer = await connected(wire);
      peer.send(bytes);
      await peer.closed;
      expect(peer.received.toString("latin1")).toContain(text);
      const typeAt = peer.received.readUInt16BE(4) === 48 ? 7 : 6;
      expect(peer.received[typeAt]).toBe(3);
      await expectServing(daemons[wire], WIRES[wire]);
    });
  },
);

test("a compressed CONNECT of honest size is welcomed, as Pyro5 sends one with COMPRESSION on", async () => {
  await using peer = await connected("memory");
  peer.send(
    rawPyro5({ type: 1, flags: 2, payload: deflateSync(CONNECT.replace("'hello'", `'${"x".repeat(60_000)}'`)) }),
  );
  expect((await peer.receivedAtLeast(41))[6]).toBe(2);
});

describe.each(ALL)("after the handshake, bad bytes end the connection without a word: %s", (wire) => {
  const overrun5 = Buffer.concat([Buffer.from("ABCD"), Buffer.from([0, 0, 255, 255]), Buffer.from("x")]);
  const overrun4 = Buffer.concat([Buffer.from("ABCD"), Buffer.from([255, 255]), Buffer.from("x")]);
  const bomb = deflateSync(Buffer.alloc(64 << 20, 0x20), { level: 9 });
  const cases: [string, 4 | 5, Uint8Array][] = [
    ["foreign bytes", 5, Buffer.from("hello there, what is this?")],
    ["a header of the other version", 5, rawPyro4({ type: 4, payload: call("echo") })],
    ["a wrong magic number", 5, rawPyro5({ type: 4, payload: call("echo"), check: 7 })],
    ["a wrong checksum", 4, rawPyro4({ type: 4, payload: call("echo"), check: 7 })],
    ["an annotation overrun, Pyro5", 5, rawPyro5({ type: 4, payload: call("echo"), annotations: overrun5 })],
    ["an annotation overrun, Pyro4", 4, rawPyro4({ type: 4, payload: call("echo"), annotations: overrun4 })],
    ["a length of 4 GB, Pyro5", 5, rawPyro5({ type: 4, payloadBytes: 0xffffffff })],
    ["a length of 2 GB, Pyro4", 4, rawPyro4({ type: 4, payloadBytes: 0x7fffffff })],
    ["a negative length, Pyro4", 4, rawPyro4({ type: 4, payloadBytes: 0xffffffff })],
    ["a second handshake", 5, rawPyro5({ type: 1, payload: CONNECT })],
    ["an inflating bomb", 5, rawPyro5({ type: 4, flags: 2, payload: bomb })],
    ["broken compression", 5, rawPyro5({ type: 4, flags: 2, payload: "no zlib stream" })],
    ["a serializer that is not spoken", 4, rawPyro4({ type: 4, payload: call("echo"), serializer: 4 })],
  ];
  test.each(cases)("%s", async (_name, version, bytes) => {
    await using peer = await greeted(version, wire);
    const before = peer.received.length;
    peer.send(bytes);
    await peer.closed;
    expect(peer.received.length).toBe(before);
    await expectServing(daemons[wire], WIRES[wire]);
  });
});

describe("a bad call ends only itself: it is answered with an exception, and the connection goes on", () => {
  const nested = (open: string, close: string): string => open.repeat(100_000) + close.repeat(100_000);
  const cases: [string, string, RegExp][] = [
    ["text that is no literal", `${HEAD}('service','echo',(os.system,),{})`, /SerializeError/],
    ["text that ends early", `${HEAD}('service','echo',(1,`, /SerializeError/],
    ["a text nested 100,000 deep", `${HEAD}('service','echo',(${nested("[", "]")},),{})`, /SerializeError/],
    ["tuples nested 100,000 deep", `${HEAD}('service','echo',(${nested("(", ",)")},),{})`, /SerializeError/],
    ["a payload that is no call", `${HEAD}42`, /SerializeError/],
    ["an unknown object", `${HEAD}('nobody','echo',(1,),{})`, /DaemonError.*unknown object/],
    ["a private method", call("_secret"), /AttributeError.*attempt to access private attribute '_secret'/],
    ["a private dunder", call("__class__"), /AttributeError.*attempt to access private attribute '__class__'/],
    ["an unexposed method", call("hidden"), /AttributeError.*attempt to access unexposed attribute 'hidden'/],
    [
      "an unexposed attribute",
      call("__getattr__", "('secret',)", "None"),
      /AttributeError.*unexposed or unknown remote attribute 'secret'/,
    ],
    [
      "a member of every object",
      call("constructor"),
      /AttributeError.*'Service' object has no attribute 'constructor'/,
    ],
    ["toString", call("toString"), /AttributeError.*has no attribute 'toString'/],
    ["a name that nobody has", call("nothing"), /AttributeError.*'Service' object has no attribute 'nothing'/],
    ["too few arguments", call("take", "('x',)"), /TypeError.*take\(\) missing 1 required positional argument: .*item/],
    [
      "too many arguments",
      call("take", "('x','y','z')"),
      /TypeError.*take\(\) takes 2 positional arguments but 3 were given/,
    ],
    ["an unknown keyword", call("take", "('x',)", "{'thing':'y'}"), /TypeError.*got an unexpected keyword argument/],
    ["an argument twice", call("take", "('x','y')", "{'item':'y'}"), /TypeError.*got multiple values for argument/],
    [
      "a class that nobody registered",
      call("echo", "({'__class__':'my.Thing'},)"),
      /SerializeError.*unsupported serialized class: my.Thing/,
    ],
  ];
  test.each(cases)("%s", async (_name, payload, expected) => {
    await using peer = await greeted(5);
    const before = peer.received.length;
    peer.send(rawPyro5({ type: 4, sequence: 1, payload }));
    await peer.receivedAtLeast(before + 41);
    const reply = peer.received.subarray(before);
    expect(reply[6]).toBe(5);
    expect(reply.readUInt16BE(8) & 1).toBe(1);
    expect(reply.toString("utf8")).toMatch(expected);
    const after = peer.received.length;
    peer.send(rawPyro5({ type: 4, sequence: 2, payload: call("echo", "('alive',)") }));
    await peer.receivedAtLeast(after + 41);
    expect(peer.received.subarray(after).toString("utf8")).toContain("alive");
  });
});

test("keys named __proto__ and constructor are keys like others, and touch no prototype", async () => {
  await using peer = await greeted(5);
  const before = peer.received.length;
  const value = "{'__proto__':{'polluted':1},'constructor':2,'prototype':3}";
  peer.send(rawPyro5({ type: 4, sequence: 1, payload: call("echo", `(${value},)`) }));
  await peer.receivedAtLeast(before + 41);
  expect(peer.received.subarray(before).toString("utf8")).toContain(value);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  const peer2 = await greeted(5);
  peer2.send(rawPyro5({ type: 4, sequence: 1, payload: call("echo", "(1,)", value) }));
  await peer2.receivedAtLeast(before + 41);
  expect(peer2.received.toString("utf8")).toContain("got an unexpected keyword argument");
  await peer2[Symbol.asyncDispose]();
  await expectServing(daemons.memory, WIRES.memory);
});

test("a header that never ends is dropped when the time for the handshake is over", async () => {
  const here = memoryHostIn(new VirtualEnvironment());
  const reports: string[] = [];
  const onError = (error: Error): void => void reports.push(error.message);
  await using daemon = await serve({ ...here, handshakeTimeoutMs: 1_000, onError });
  daemon.register(new Service(), "service");
  await using peer = await ScriptedPeer.dial(here.transport, daemon.location);
  peer.send(rawPyro5({ type: 1, payload: CONNECT }).subarray(0, 30));
  await here.environment.advance(999);
  expect([peer.open, reports]).toEqual([true, []]);
  await here.environment.advance(1);
  expect(peer.open).toBe(false);
  expect(peer.received.length).toBe(0);
  expect(reports).toContainEqual(expect.stringContaining("no handshake within 1000 ms"));
  await expectServing(daemon, here);
});

test("1,000 connections that say nothing do not keep others from being served", async () => {
  const environment = new VirtualEnvironment();
  await using daemon = await serve({ environment, handshakeTimeoutMs: 1_000 });
  daemon.register(new Service(), "service");
  const port = portOf(daemon);
  const silent = await Promise.all(Array.from({ length: 1_000 }, () => ScriptedPeer.connect(port)));
  await expectServing(daemon, {});
  await environment.advance(1_000);
  await Promise.all(silent.map((peer) => peer.closed));
  await expectServing(daemon, {});
}, 20_000);
