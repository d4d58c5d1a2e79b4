/** Connections share the memory in which they write; none may ever see another's bytes, or its own in another order. */
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { processEnvironment } from "../../src/base/environment.ts";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { Channel } from "../../src/session/channel.ts";
import { StreamConnection } from "../../src/transport/stream-connection.ts";
import type { OutgoingMessage } from "../../src/wire/dialect.ts";
import { MessageType } from "../../src/wire/message.ts";
import { pyro5 } from "../../src/wire/pyro5.ts";

/** A channel, and the messages that come out of the other end of its connection once that reads. */
class Line implements AsyncDisposable {
  readonly channel: Channel;
  readonly received: string[] = [];
  readonly #far: Socket;
  readonly #near: Socket;
  readonly #close: () => void;

  private constructor(near: Socket, far: Socket, close: () => void) {
    const options = {
      environment: processEnvironment,
      limits: DEFAULT_LIMITS,
      fallback: pyro5,
      accept: [MessageType.Result],
      peer: "test",
    };
    const nothing = { onMessage: () => undefined, onProtocolError: () => undefined, onClose: () => undefined };
    this.channel = new Channel(new StreamConnection(near), options, nothing);
    this.#near = near;
    this.#far = far;
    this.#close = close;
  }

  static async open(): Promise<Line> {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    const server = createServer({ pauseOnConnect: true }, resolve).listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    const near = connect((server.address() as { port: number }).port, "127.0.0.1");
    return new Line(near, await promise, () => server.close());
  }

  send(sequence: number, text: string, meanwhile?: () => void): void {
    const message: OutgoingMessage = {
      type: MessageType.Result,
      flags: 0,
      sequence,
      serializerId: 1,
      writePayload: (out) => {
        out.latin1(text.slice(0, 3));
        meanwhile?.();
        out.latin1(text.slice(3));
      },
    };
    this.channel.send(pyro5, message);
  }

  /** Lets the far end read, until it has so many messages. */
  async read(count: number): Promise<string[]> {
    const { far, got } = { far: this.#far, got: Promise.withResolvers<void>() };
    const options = {
      environment: processEnvironment,
      limits: DEFAULT_LIMITS,
      fallback: pyro5,
      accept: [MessageType.Result],
      peer: "test",
    };
    new Channel(new StreamConnection(far), options, {
      onMessage: ({ sequence, payload }) => {
        this.received.push(`${sequence} ${payload.toString("latin1")}`);
        if (this.received.length === count) got.resolve();
      },
      onProtocolError: got.reject,
      onClose: (error) => got.reject(error ?? new Error("closed")),
    });
    far.resume();
    await got.promise;
    return this.received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#near.destroy();
    this.#far.destroy();
    this.#close();
  }
}

test("messages of two connections, written in turns within a tick, reach each in its own order", async () => {
  await using one = await Line.open();
  await using other = await Line.open();
  const expected = Array.from({ length: 50 }, (_, n) => `${n} ${"x".repeat(n * 40)}`);
  for (let n = 0; n < 50; n++) {
    one.send(n, "x".repeat(n * 40));
    other.send(n, "x".repeat(n * 40));
  }
  expect(await one.read(50)).toEqual(expected);
  expect(await other.read(50)).toEqual(expected);
});

test("what a slow reader has not taken is not written over by what others are sent", async () => {
  await using slow = await Line.open();
  await using quick = await Line.open();
  const texts = ["a", "b", "c", "d"].map((letter, n) => letter.repeat(n === 1 ? 50_000 : 3_000_000));
  for (const [n, text] of texts.entries()) {
    slow.send(n, text);
    await sleep(5);
    quick.send(n, String(n).repeat(n % 2 === 0 ? 90_000 : 10));
    await sleep(5);
  }
  expect((await quick.read(4)).map((text) => text.length)).toEqual([90_002, 12, 90_002, 12]);
  expect(await slow.read(4)).toEqual(texts.map((text, n) => `${n} ${text}`));
});

test("a value whose getter makes a call of its own: the message under way goes first, later ones behind", async () => {
  await using one = await Line.open();
  await using other = await Line.open();
  one.send(1, "first");
  one.send(2, "second", () => {
    one.send(3, "third");
    other.send(1, "other");
  });
  one.send(4, "fourth");
  expect(await one.read(4)).toEqual(["1 first", "2 second", "3 third", "4 fourth"]);
  expect(await other.read(1)).toEqual(["1 other"]);
});

test("a message that cannot be written leaves those around it as they are", async () => {
  await using one = await Line.open();
  one.send(1, "first");
  const fail = (): never => {
    throw new Error("cannot be written");
  };
  expect(() => one.send(2, "second", fail)).toThrow("cannot be written");
  one.send(3, "third");
  expect(await one.read(2)).toEqual(["1 first", "3 third"]);
});
