/** How long a connection that is to end waits for the other side to take the rest, and to close its half. */
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/base/limits.ts";
import { Channel } from "../../src/session/channel.ts";
import type { Connection, ConnectionHandlers } from "../../src/transport/transport.ts";
import { pyro5 } from "../../src/wire/pyro5.ts";
import { VirtualEnvironment } from "../support/virtual-environment.ts";

/** A connection whose other side takes bytes when the test says so, and never closes. */
class Stalled implements Connection {
  readonly peerAddress = "peer:1";
  readonly localLocation = { kind: "tcp", host: "here", port: 1 } as const;
  readonly tls = undefined;
  readonly hasHandshake = true;
  readonly keepsWrittenBytes = false;
  bufferedBytes: number;
  needsDrain = false;
  readonly did: string[] = [];
  #handlers: ConnectionHandlers | undefined;

  constructor(bufferedBytes: number) {
    this.bufferedBytes = bufferedBytes;
  }

  start(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }
  write(): boolean {
    return true;
  }
  pause(): void {}
  resume(): void {}
  end(): void {
    this.did.push("end");
  }
  destroy(): void {
    if (this.did.at(-1) === "destroy") return;
    this.did.push("destroy");
    this.#handlers?.onClose(undefined);
  }
}

interface Ending {
  readonly environment: VirtualEnvironment;
  readonly connection: Stalled;
  readonly ends: unknown[];
}

/** A channel that was told to end while so many bytes were still to be taken. */
function ending(bytes: number): Ending {
  const environment = new VirtualEnvironment();
  const connection = new Stalled(bytes);
  const ends: unknown[] = [];
  const options = { environment, limits: DEFAULT_LIMITS, fallback: pyro5, accept: [], peer: "peer:1" };
  const handlers = { onMessage: () => undefined, onProtocolError: () => undefined };
  new Channel(connection, options, { ...handlers, onClose: (error) => void ends.push(error) }).end();
  return { environment, connection, ends };
}

test("a connection whose other side takes nothing is destroyed after 5 s", async () => {
  const { environment, connection, ends } = ending(1_000);
  await environment.advance(4_999);
  expect([connection.did, ends]).toEqual([["end"], []]);
  await environment.advance(1);
  expect([connection.did, ends]).toEqual([["end", "destroy"], [undefined]]);
  expect(environment.timers).toBe(0);
});

test("as long as the other side takes something every 5 s, the connection waits; then it goes when all is taken", async () => {
  const { environment, connection } = ending(1_000);
  for (let times = 0; times < 20; times++) {
    await environment.advance(4_000);
    connection.bufferedBytes -= 10;
  }
  expect(connection.did).toEqual(["end"]);
  connection.bufferedBytes = 0;
  await environment.advance(1_000);
  expect([connection.did, environment.timers]).toEqual([["end", "destroy"], 0]);
});

test("a connection whose other side has taken all, but does not close, is destroyed after a second", async () => {
  const { environment, connection } = ending(0);
  await environment.advance(999);
  expect(connection.did).toEqual(["end"]);
  await environment.advance(1);
  expect([connection.did, environment.timers]).toEqual([["end", "destroy"], 0]);
});
