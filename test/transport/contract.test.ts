/** What every transport does, whatever it moves its bytes with. */
import { Buffer } from "node:buffer";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { processEnvironment } from "../../src/base/environment.ts";
import { locationText } from "../../src/transport/location.ts";
import { End, Line, NETWORKS, TRANSPORTS } from "../support/transports.ts";

const MIB = 1 << 20;
const OTHERS = { onConnection: () => undefined, onError: () => undefined };

/** Bytes that are different at every place. */
function pattern(length: number, from = 0): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = ((from + at) * 31 + ((from + at) >> 8)) & 0xff;
  return bytes;
}

const LARGE = pattern(16 * MIB);

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await turn();
}

const arrived = (end: End, bytes: number): Promise<void> =>
  expect.poll(() => end.bytes, { timeout: 20_000, interval: 2 }).toBe(bytes);

describe.each(TRANSPORTS)("%s", (_name, wire) => {
  test("bytes arrive whole and in order, both ways at once", async () => {
    await using line = await Line.open(wire);
    const sizes = [...Array.from({ length: 300 }, (_, index) => 1 + ((index * 97) % 2_000)), MIB, 1, 70_000];
    const total = sizes.reduce((sum, size) => sum + size);
    for (const [from] of line.ends) {
      let sent = 0;
      for (const size of sizes) {
        from.connection.write(pattern(size, sent));
        sent += size;
      }
    }
    for (const [, to] of line.ends) await arrived(to, total);
    for (const [, to] of line.ends) expect(to.received.equals(pattern(total))).toBe(true);
  });

  test("memory is used again when write allows it, or calls onTaken, and what arrives is what was written", async () => {
    await using line = await Line.open(wire);
    for (const [from, to] of line.ends) {
      let [sent, taken] = [0, 0];
      for (let index = 0; index < 200; index++) {
        const bytes = pattern(1 + ((index * 631) % 20_000), sent);
        sent += bytes.length;
        const spoil = (): void => void bytes.fill(0xee);
        if (index % 2 === 0) {
          if (from.connection.write(bytes)) spoil();
        } else if (
          from.connection.write(bytes, () => {
            taken++;
            spoil();
          })
        ) {
          spoil();
        }
      }
      await arrived(to, sent);
      expect(to.received.equals(pattern(sent))).toBe(true);
      await expect.poll(() => taken).toBe(100);
    }
  });

  test("a connection that is paused delivers nothing; its sender is told to wait, then to go on; nothing is lost", async () => {
    await using line = await Line.open(wire);
    for (const [from, to] of line.ends) {
      to.connection.pause();
      for (let at = 0; at < LARGE.length; at += MIB) from.connection.write(LARGE.subarray(at, at + MIB));
      expect(from.connection.needsDrain).toBe(true);
      await turns(50);
      expect(from.connection.needsDrain).toBe(true);
      expect(from.connection.bufferedBytes).toBeGreaterThan(0);
      expect([to.bytes, from.events]).toEqual([0, []]);
      to.connection.resume();
      await expect.poll(() => to.bytes).toBeGreaterThan(0);
      to.connection.pause();
      await turns(5);
      const before = to.bytes;
      await turns(20);
      expect(to.bytes).toBe(before);
      to.connection.resume();
      await arrived(to, LARGE.length);
      expect(to.received.equals(LARGE)).toBe(true);
      await expect.poll(() => from.events).toContain("drain");
      expect(from.connection.needsDrain).toBe(false);
      expect(from.connection.bufferedBytes).toBe(0);
      from.events.length = 0;
    }
  });

  test("end sends what was written, then both sides hear of the end, and close", async () => {
    await using line = await Line.open(wire);
    const { client, server } = line;
    const { closeByOwner } = line.wiring;
    client.connection.write(pattern(MIB));
    client.connection.end();
    if (closeByOwner !== undefined) {
      await client.closed;
      closeByOwner();
    }
    await Promise.all([client.closed, server.closed]);
    expect(server.received.equals(pattern(MIB))).toBe(true);
    const once = ({ events }: End): string[] => [...new Set(events)].filter((event) => event !== "drain");
    expect(once(server)).toEqual(["end", "close"]);
    // A user's socket stays open: its other side has not ended.
    expect(once(client)).toEqual(closeByOwner === undefined ? ["end", "close"] : ["close"]);
    // What is done to a closed connection changes nothing.
    client.connection.end();
    client.connection.destroy();
    client.connection.pause();
    client.connection.resume();
  });

  test("destroy closes at once, and the other side hears of it", async () => {
    await using line = await Line.open(wire);
    const { client, server } = line;
    server.connection.destroy();
    await server.closed;
    client.connection.write(pattern(10));
    if (line.wiring.closeByOwner !== undefined) client.connection.destroy();
    await client.closed;
    expect(server.bytes).toBe(0);
  });

  test("a listener that closes waits for its connections", async () => {
    await using line = await Line.open(wire);
    let closed = false;
    const closing = line.listener.close().then(() => {
      closed = true;
    });
    await turns(20);
    expect(closed).toBe(false);
    line.client.connection.write(pattern(10));
    await arrived(line.server, 10);
    line.server.connection.end();
    line.client.connection.end();
    await closing;
  });
});

describe.each(NETWORKS)("%s", (name, wire) => {
  test("addresses: each side knows the other's, where there is one", async () => {
    await using line = await Line.open(wire);
    const { location } = line.listener;
    const [client, server] = [line.client.connection, line.server.connection];
    if (location.kind === "tcp") {
      expect(location.port).toBeGreaterThan(0);
      expect(client.peerAddress).toBe(locationText(location));
      expect(server.peerAddress).toBe(locationText(client.localLocation));
      expect(server.localLocation).toEqual(location);
    } else {
      expect([client.peerAddress, server.peerAddress]).toEqual([undefined, undefined]);
      expect(client.localLocation).toEqual(location);
    }
    expect([client.hasHandshake, server.hasHandshake]).toEqual([true, true]);
    const secret = name.startsWith("TLS");
    expect([client.tls?.authorized, server.tls?.authorized]).toEqual(secret ? [true, true] : [undefined, undefined]);
    expect(server.tls?.peerCertificate?.subject.CN).toBe(secret ? "client" : undefined);
  });

  test("a server that is paused still hears that its client has ended", async () => {
    await using line = await Line.open(wire);
    line.server.connection.pause();
    line.client.connection.end();
    await Promise.all([line.server.closed, line.client.closed]);
  });

  test("connecting fails where no program listens", async () => {
    const line = await Line.open(wire);
    const { location } = line.listener;
    line.client.connection.end();
    await line.listener.close();
    const { client } = line.wiring;
    await expect(client.dial(location, { timeoutMs: 10_000 })).rejects.toMatchObject({
      name: "CommunicationError",
      code: "PYRO_CANNOT_CONNECT",
      message: expect.stringContaining(`cannot connect to ${client.format(location)}: `),
    });
    await line[Symbol.asyncDispose]();
  });

  test("an attempt to connect ends when its signal aborts, with the signal's reason", async () => {
    await using line = await Line.open(wire);
    const stop = new AbortController();
    const dialling = line.wiring.client.dial(line.listener.location, { timeoutMs: 10_000, signal: stop.signal });
    const reason = new Error("enough");
    stop.abort(reason);
    await expect(dialling).rejects.toBe(reason);
    const again = line.wiring.client.dial(line.listener.location, { timeoutMs: 0, signal: stop.signal });
    await expect(again).rejects.toBe(reason);
  });

  test("an attempt to connect is given up after timeoutMs", async () => {
    // All time is over before anything is connected.
    const impatient = {
      ...processEnvironment,
      setTimeout: (work: () => void) => {
        process.nextTick(work);
        return { refresh: () => undefined, unref: () => undefined };
      },
      clearTimer: () => undefined,
    };
    await using wiring = await wire(impatient);
    const listener = await wiring.server.listen(wiring.location, OTHERS);
    await expect(wiring.client.dial(listener.location, { timeoutMs: 50 })).rejects.toMatchObject({
      name: "TimeoutError",
      code: "PYRO_CONNECT_TIMEOUT",
      message: `cannot connect to ${wiring.client.format(listener.location)}: no answer within 50 ms`,
    });
    await listener.close();
  });

  test("an address that is in use is refused, and free again after close", async () => {
    await using wiring = await wire();
    const { server } = wiring;
    const first = await server.listen(wiring.location, OTHERS);
    await expect(server.listen(first.location, OTHERS)).rejects.toMatchObject({
      name: "CommunicationError",
      code: "PYRO_CANNOT_LISTEN",
      message: expect.stringContaining(`cannot listen on ${server.format(first.location)}: `),
    });
    await first.close();
    const second = await server.listen(first.location, OTHERS);
    expect(second.location).toEqual(first.location);
    await second.close();
  });

  test("format and parse are inverse; parse refuses other text", async () => {
    await using wiring = await wire();
    for (const transport of [wiring.client, wiring.server]) {
      for (const text of ["host:1", "10.0.0.1:65535", "[::1]:9090", "./u:/tmp/a b.sock"]) {
        expect(transport.format(transport.parse(text))).toBe(text);
      }
      for (const location of [
        { kind: "tcp", host: "::1", port: 1 },
        { kind: "tcp", host: "a.example", port: 0 },
        { kind: "unix", path: "/x" },
      ] as const) {
        expect(transport.parse(transport.format(location))).toEqual(location);
      }
      for (const text of ["", "host", "host:", "host:x", "host:65536", "::1:80", "./u:", "[::1]"]) {
        expect(() => transport.parse(text), text).toThrow(expect.objectContaining({ code: "PYRO_URI" }));
      }
    }
  });
});

describe("a user's socket", () => {
  const [, wire] = TRANSPORTS.at(-1) as (typeof TRANSPORTS)[number];

  test("it has no handshake and no address, and leads to its peer, whatever the location says", async () => {
    await using line = await Line.open(wire);
    for (const { connection } of [line.client, line.server]) {
      expect([connection.hasHandshake, connection.peerAddress, connection.tls]).toEqual([false, undefined, undefined]);
      expect(connection.localLocation).toEqual({ kind: "unix", path: "<<not-bound>>" });
    }
    expect(line.wiring.client.parse("anything")).toEqual({ kind: "unix", path: "<<not-bound>>" });
  });

  test("it stays open after use and can be used again; once closed, it cannot be used", async () => {
    await using wiring = await wire();
    const dial = async (): Promise<End> => new End(await wiring.client.dial(wiring.location, { timeoutMs: 0 }));
    const first = await dial();
    first.connection.end();
    await first.closed;
    const second = await dial();
    second.connection.write(pattern(10));
    const accepted = Promise.withResolvers<End>();
    const listener = await wiring.server.listen(wiring.location, {
      onConnection: (one) => accepted.resolve(new End(one)),
      onError: () => undefined,
    });
    const server = await accepted.promise;
    await arrived(server, 10);
    second.connection.end();
    await second.closed;
    wiring.closeByOwner?.();
    await Promise.all([server.closed, listener.ended]);
    await expect(dial()).rejects.toMatchObject({ name: "ConnectionClosedError" });
  });
});
