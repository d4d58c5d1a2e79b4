/** The protocol itself, between ours and Python's, byte for byte where it matters. */
import { Buffer } from "node:buffer";
import { connect as open } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Daemon, expose, proxy, RemoteError, remote } from "#pyro";
import { processEnvironment } from "../../src/base/environment.ts";
import type { PyroVersion } from "../../src/base/pyro-version.ts";

import { serverVersions } from "../../src/session/server-versions.ts";
import { startPython, whyNoPython } from "../support/python.ts";
import { runClient } from "../support/python-client.ts";
import { type PythonShop, startPythonShop } from "../support/python-shop.ts";
import { conversationCases } from "../support/vectors-messages.ts";

class Echo {
  static {
    expose(this, { methods: ["echo", "version"] });
  }
  echo(value: unknown): unknown {
    return value;
  }
  version(): number {
    return 1;
  }
}

/** Sends bytes to a port and gives everything that comes back until the other side closes, or for `ms`. */
function exchange(port: number, bytes: Buffer, ms: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = open({ host: "127.0.0.1", port }, () => socket.write(bytes));
    const over = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(chunks));
    };
    const timer = setTimeout(over, ms);
    socket
      .on("data", (chunk) => chunks.push(Buffer.from(chunk)))
      .on("end", over)
      .on("error", reject);
  });
}

const portOf = (uri: string): number => Number(/\d+$/.exec(uri)?.[0]);

describe.skipIf(whyNoPython() !== undefined).each([4, 5] as const)("Pyro%i", (version) => {
  let python: PythonShop;
  let daemon: Daemon;

  beforeAll(async () => {
    python = await startPythonShop(version);
    daemon = await Daemon.listen();
  });
  afterAll(async () => {
    await daemon.close();
    await python[Symbol.asyncDispose]();
  });

  test("is spoken with a Python server, and with a Python client", async () => {
    await using shop = proxy(python.shop, { protocol: version });
    expect(await shop.price("chair")).toBe("chair 1 EUR");
    expect(remote(shop).protocol).toBe(version);
    const code = "show([P.Proxy(uris[0]).echo(i) for i in range(3)])";
    expect(await runClient(version, [daemon.register(new Echo())], code)).toEqual([[0, 1, 2]]);
    const other: PyroVersion = version === 4 ? 5 : 4;
    await using wrong = proxy(python.shop, { protocol: other });
    await expect(wrong.price("chair")).rejects.toMatchObject({
      code: expect.stringMatching(/^PYRO_(BAD_VERSION|REJECTED|CONNECTION_CLOSED)$/),
    });
  });

  test("the version of a Python server is found out, and remembered", async () => {
    await using shop = proxy(python.shop);
    const where = `${remote(shop).uri.host}:${remote(shop).uri.port}`;
    expect(await shop.price("chair")).toBe("chair 1 EUR");
    expect(serverVersions.of(processEnvironment).get(where)).toBe(version);
  });

  test("bad bytes are answered as Pyro answers them", async () => {
    const ours = portOf(String(daemon.register(new Echo())));
    const theirs = portOf(python.shop);
    const good = firstMessage(version);
    const broken: Record<string, Buffer> = {
      "a wrong check": patched(good, version === 4 ? 22 : 38, "\0\0"),
      "a call before the handshake": patchedType(good, version),
    };
    // Without the tag nobody knows the version: ours speaks Pyro5 then.
    if (version === 5) broken["another tag"] = patched(good, 0, "XYRO");
    for (const [what, bytes] of Object.entries(broken)) {
      const [own, other] = await Promise.all([exchange(ours, bytes, 5_000), exchange(theirs, bytes, 5_000)]);
      expect(own.subarray(0, 8).toString("hex"), what).toBe(other.subarray(0, 8).toString("hex"));
      expect(reason(own), what).toBe(reason(other));
    }
    expect(await runClient(version, [daemon.register(new Echo())], "show(P.Proxy(uris[0]).echo(1))")).toEqual([1]);
  });

  test("a ping is answered, by us and by Python", async () => {
    const module = version === 4 ? "from Pyro4 import message as m" : "from Pyro5 import protocol as m";
    const send =
      version === 4
        ? "c.send(m.Message(m.MSG_PING, b'ping', 42, 0, 7).to_bytes()); r = m.Message.recv(c, [m.MSG_PING]); show([r.seq, bytes(r.data)])"
        : "c.send(m.SendingMessage(m.MSG_PING, 0, 7, 42, b'ping').data); r = m.recv_stub(c, [m.MSG_PING]); show([r.seq, bytes(r.data)])";
    const code = `
${module}
p = P.Proxy(uris[0])
p._pyroBind()
c = p._pyroConnection
${send}
show(p.echo("still here"))
`;
    const uri = daemon.register(new Echo());
    for (const at of [String(uri), python.shop]) {
      expect(await runClient(version, [at], code)).toEqual([[7, "pong"], "still here"]);
    }
  });

  test("notes of an exception arrive", async () => {
    const program = `
import ${version === 4 ? "Pyro4 as P" : "Pyro5.api as P"}
@P.expose
class Noted(object):
    def fail(self):
        error = ValueError("bad")
        error.add_note("look here")
        raise error
d = P.Daemon(port=0)
print(d.register(Noted()), flush=True)
d.requestLoop()
`;
    await using server = await startPython(version, ["-c", program]);
    await using noted = proxy((await server.line(/^PYRO:.*/))[0]);
    const error = (await noted.fail().catch((raised: unknown) => raised)) as RemoteError;
    expect(error).toBeInstanceOf(RemoteError);
    expect(error.remoteAttributes.get("__notes__")).toEqual(["look here"]);
    expect(error.remoteTraceback).toContain("look here");
  });

  test("what contains itself or nests too deep is refused before it is sent, and when Python sends it", async () => {
    await using shop = proxy(python.shop);
    const list: unknown[] = [];
    list.push(list);
    await expect(shop.echo(list)).rejects.toThrow("circular reference");
    let deep: unknown = 1;
    for (let level = 0; level < 300; level++) deep = [deep];
    await expect(shop.echo(deep)).rejects.toThrow("nesting depth exceeds 200");
    const code = `
deep = 1
for _ in range(230):
    deep = [deep]
show(attempt(P.Proxy(uris[0]).echo, deep))
show(P.Proxy(uris[0]).echo("still here"))
`;
    const [refused, after] = await runClient(version, [daemon.register(new Echo())], code, { serializer: "json" });
    expect(refused).toMatch(/SerializeError: json: nesting depth exceeds 200/);
    expect(after).toBe("still here");
  });
});

test.skipIf(whyNoPython() !== undefined)("one port of ours serves both at once", async () => {
  await using daemon = await Daemon.listen();
  const uri = daemon.register(new Echo());
  const code = "p = P.Proxy(uris[0])\nshow([p.echo(version) for _ in range(20)])";
  const [four, five] = await Promise.all([runClient(4, [uri], code), runClient(5, [uri], code)]);
  expect([four, five]).toEqual([[Array(20).fill(4)], [Array(20).fill(5)]]);
});

test.skipIf(whyNoPython() !== undefined)("bytes as b'..' are read by Python, and Python's by us", async () => {
  await using python = await startPythonShop(5, { PYRO_SERPENT_BYTES_REPR: "1" });
  await using shop = proxy(python.shop);
  const back: unknown = await shop.echo(Uint8Array.of(0, 39, 255));
  expect(back).toEqual(Uint8Array.of(0, 39, 255));
  await using daemon = await Daemon.listen();
  const code = "show(P.Proxy(uris[0]).echo(b'\\x00\\xff') == {'data': 'AP8=', 'encoding': 'base64'})";
  expect(await runClient(5, [daemon.register(new Echo())], code, { env: { PYRO_SERPENT_BYTES_REPR: "1" } })).toEqual([
    true,
  ]);
});

/** A whole CONNECT, as Python sent it. */
function firstMessage(version: 4 | 5): Buffer {
  const found = conversationCases().find(({ name }) => name === `v${version}_ping`);
  const hex = found?.connections[0]?.steps
    .map((step) => ("hex" in step ? String(step.hex) : ""))
    .find((one) => one !== "");
  return Buffer.from(hex ?? "", "hex");
}

function patched(bytes: Buffer, at: number, text: string): Buffer {
  const copy = Buffer.from(bytes);
  copy.write(text, at, "latin1");
  return copy;
}

/** The same as an INVOKE, with its checksum put right. */
function patchedType(bytes: Buffer, version: 4 | 5): Buffer {
  const copy = Buffer.from(bytes);
  if (version === 5) copy[6] = 4;
  else {
    copy.writeUInt16BE(4, 6);
    copy.writeUInt16BE((copy.readUInt16BE(22) + 3) & 0xffff, 22);
  }
  return copy;
}

/** The text that a CONNECTFAIL ends with. */
function reason(reply: Buffer): string {
  return (/[ -~]{4,}$/.exec(reply.toString("latin1"))?.[0] ?? "").replace(/^.*?(invalid|header)/, "$1");
}
