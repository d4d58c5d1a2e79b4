/** The order of one connection's calls, without sockets: a scripted connection records what the queue does. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CallChannel, CallQueue, type CallQueueOptions } from "../../src/daemon/call-queue.ts";
import { Message, MessageType, NO_ANNOTATIONS } from "../../src/wire/message.ts";

const KIND = {
  /** Ends before `start` returns. */
  sync: { oneway: false, batch: false },
  plain: { oneway: false, batch: false },
  batch: { oneway: false, batch: true },
  oneway: { oneway: true, batch: false },
  onewayBatch: { oneway: true, batch: true },
} as const;
type Kind = keyof typeof KIND;

/** A connection whose calls end when the test says so. Calls are numbered from 1, in the order of their arrival. */
class ScriptedConnection implements CallChannel {
  congested = false;
  reading = true;
  /** What the queue did, in order. */
  readonly log: string[] = [];
  readonly started: number[] = [];
  readonly inFlight: number[] = [];
  readonly payloads: string[] = [];
  readonly queue: CallQueue;
  /** The number of a call that throws when it starts. */
  failing = 0;
  readonly #kinds: Kind[] = [];

  constructor(options: Partial<CallQueueOptions> = {}) {
    const { maxCallsInFlight = 1_000, onewayInOrder = false } = options;
    this.queue = new CallQueue(this, { maxCallsInFlight, onewayInOrder }, (message) => this.#start(message));
  }

  pause(): void {
    this.reading = false;
    this.log.push("pause");
  }

  resume(): void {
    this.reading = true;
    this.log.push("resume");
  }

  end(): void {
    this.log.push("end");
  }

  kindOf(call: number): Kind {
    return this.#kinds[call - 1] as Kind;
  }

  arrive(...kinds: Kind[]): void {
    for (const kind of kinds) this.arriveWith(kind, Buffer.from(kind));
  }

  arriveWith(kind: Kind, payload: Buffer, annotationsBytes = 0): void {
    const message = new Message(MessageType.Invoke, 0, this.#kinds.push(kind), 1, payload.length, annotationsBytes);
    const received = Buffer.concat([Buffer.alloc(40), payload]);
    message.place(received, 0, 40, NO_ANNOTATIONS);
    if (this.queue.offer(message)) this.#start(message);
    received.fill(0); // as the network reuses its buffers
  }

  endCall(call: number): void {
    this.inFlight.splice(this.inFlight.indexOf(call), 1);
    this.log.push(`ended ${call}`);
    if (this.queue.ended(KIND[this.kindOf(call)])) this.queue.advance();
  }

  #start(message: Message): void {
    const call = message.sequence;
    if (call === this.failing) throw new Error(`call ${call} cannot start`);
    const kind = this.kindOf(call);
    this.log.push(`start ${call}`);
    this.started.push(call);
    this.payloads.push(message.payload.toString());
    if (kind === "sync") return;
    this.inFlight.push(call);
    this.queue.began(KIND[kind]);
  }
}

function connection(options?: Partial<CallQueueOptions>): ScriptedConnection {
  return new ScriptedConnection(options);
}

describe("calls that need not wait", () => {
  test("start at once, in the order of their arrival", () => {
    const client = connection();
    client.arrive("sync", "plain", "oneway", "batch", "sync");
    expect(client.log).toEqual(["start 1", "start 2", "start 3", "start 4", "start 5"]);
    expect(client.queue.inFlight).toBe(3);
  });

  test("end in any order, and nothing else happens", () => {
    const client = connection();
    client.arrive("plain", "plain", "plain");
    for (const call of [2, 3, 1]) client.endCall(call);
    expect(client.log.slice(3)).toEqual(["ended 2", "ended 3", "ended 1"]);
    expect(client.queue.inFlight).toBe(0);
  });
});

describe("in-order calls", () => {
  test("a oneway call in order ends before later calls start", () => {
    const client = connection({ onewayInOrder: true });
    client.arrive("oneway", "sync", "oneway", "plain", "sync");
    expect(client.started).toEqual([1]);
    client.endCall(1);
    expect(client.started).toEqual([1, 2, 3]);
    client.endCall(3);
    expect(client.started).toEqual([1, 2, 3, 4, 5]);
  });

  test("a oneway call in order does not wait for earlier calls, and later calls do not start when those end", () => {
    const client = connection({ onewayInOrder: true });
    client.arrive("plain", "oneway", "plain");
    expect(client.started).toEqual([1, 2]);
    client.endCall(1);
    expect(client.started).toEqual([1, 2]);
    client.endCall(2);
    expect(client.started).toEqual([1, 2, 3]);
  });

  test.each([false, true])("a oneway batch ends before later calls start, with onewayInOrder: %s", (onewayInOrder) => {
    const client = connection({ onewayInOrder });
    client.arrive("onewayBatch", "sync", "plain");
    expect(client.started).toEqual([1]);
    client.endCall(1);
    expect(client.started).toEqual([1, 2, 3]);
  });

  test("other batches are not in order", () => {
    const client = connection({ onewayInOrder: true });
    client.arrive("batch", "plain");
    expect(client.started).toEqual([1, 2]);
  });
});

describe("calls in flight", () => {
  test("are never more than the limit; each that ends lets the next one start", () => {
    const client = connection({ maxCallsInFlight: 2 });
    client.arrive("plain", "plain", "plain", "sync", "plain", "sync");
    expect(client.started).toEqual([1, 2]);
    client.endCall(2);
    expect(client.started).toEqual([1, 2, 3]);
    client.endCall(3);
    expect(client.started).toEqual([1, 2, 3, 4, 5]);
    client.endCall(1);
    expect(client.started).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("a call that arrives at the limit waits behind those that wait", () => {
    const client = connection({ maxCallsInFlight: 1 });
    client.arrive("plain", "plain");
    client.endCall(1);
    client.arrive("sync");
    expect(client.started).toEqual([1, 2]);
    client.endCall(2);
    client.arrive("sync");
    expect(client.started).toEqual([1, 2, 3, 4]);
  });
});

describe("congestion", () => {
  test("no call starts until the client has read its replies", () => {
    const client = connection();
    client.congested = true;
    client.arrive("sync", "plain");
    client.queue.advance();
    expect(client.started).toEqual([]);
    client.congested = false;
    client.arrive("sync"); // behind those that wait
    expect(client.started).toEqual([]);
    client.queue.advance();
    expect(client.started).toEqual([1, 2, 3]);
    client.arrive("sync");
    expect(client.started).toEqual([1, 2, 3, 4]);
  });

  test("a call that congests the channel stops those behind it", () => {
    const client = connection({ maxCallsInFlight: 1 });
    client.arrive("plain", "sync");
    client.congested = true; // by its reply
    client.endCall(1);
    expect(client.started).toEqual([1]);
    client.congested = false;
    client.queue.advance();
    expect(client.started).toEqual([1, 2]);
  });
});

describe("waiting calls", () => {
  test("keep their bytes", () => {
    const client = connection({ maxCallsInFlight: 1 });
    client.arrive("plain");
    client.arriveWith("sync", Buffer.from("one"));
    client.arriveWith("sync", Buffer.from("another"));
    client.endCall(1);
    expect(client.payloads).toEqual(["plain", "one", "another"]);
  });

  test("pause reading above 64 KiB; reading resumes when all of them have started and the next may start", () => {
    const client = connection({ maxCallsInFlight: 1 });
    client.arrive("plain");
    client.arriveWith("plain", Buffer.alloc(40 << 10));
    client.arriveWith("plain", Buffer.alloc(23 << 10));
    expect(client.reading).toBe(true);
    client.arriveWith("sync", Buffer.alloc(1 << 10));
    expect(client.reading).toBe(false);
    client.endCall(1);
    client.endCall(2);
    expect(client.reading).toBe(false);
    client.endCall(3);
    expect(client.log.slice(-2)).toEqual(["start 4", "resume"]);
    client.arrive("plain");
    client.arriveWith("sync", Buffer.alloc(63 << 10)); // counted anew
    expect(client.reading).toBe(true);
  });

  test("pause reading for their annotations too, and for their number", () => {
    const annotated = connection({ maxCallsInFlight: 1 });
    annotated.arrive("plain");
    annotated.arriveWith("plain", Buffer.alloc(0), 60_000);
    expect(annotated.reading).toBe(true);
    annotated.arriveWith("plain", Buffer.alloc(0), 60_000);
    expect(annotated.reading).toBe(false);
    const many = connection({ maxCallsInFlight: 1 });
    for (let count = 0; many.reading; count++) {
      many.arriveWith("plain", Buffer.alloc(0));
      expect(count).toBeLessThan(1_000);
    }
  });

  test("are dropped when the connection is closed", () => {
    const client = connection({ maxCallsInFlight: 1 });
    client.arrive("plain", "plain", "sync");
    client.queue.clear();
    client.endCall(1);
    expect(client.started).toEqual([1]);
  });
});

describe("draining", () => {
  test("without calls in flight, ending the channel is up to the caller", () => {
    const client = connection();
    client.arrive("sync");
    client.queue.drain();
    client.arrive("sync", "plain");
    client.arriveWith("sync", Buffer.alloc(100 << 10));
    client.queue.advance();
    expect([client.queue.inFlight, client.log]).toEqual([0, ["start 1"]]);
  });

  test("with calls in flight, nothing is read and the channel ends with the last of them", () => {
    const client = connection();
    client.arrive("plain", "plain");
    client.queue.drain();
    expect(client.log.slice(2)).toEqual(["pause"]);
    client.arrive("sync");
    client.endCall(1);
    client.queue.advance();
    client.endCall(2);
    expect(client.log.slice(3)).toEqual(["ended 1", "ended 2", "end"]);
  });

  test("drops waiting calls", () => {
    const client = connection({ onewayInOrder: true });
    client.arrive("oneway", "sync", "plain");
    client.queue.drain();
    client.endCall(1);
    expect(client.log).toEqual(["start 1", "pause", "ended 1", "end"]);
  });

  test("by a waiting call that has started: those behind it do not", () => {
    const client = connection({ maxCallsInFlight: 1 });
    client.arrive("plain", "plain", "sync");
    client.endCall(1);
    client.queue.drain();
    client.endCall(2);
    expect(client.started).toEqual([1, 2]);
    expect(client.log.at(-1)).toBe("end");
  });
});

test("the caller gets the error of a waiting call that cannot start; later calls still wait", () => {
  const client = connection({ maxCallsInFlight: 1 });
  client.failing = 2;
  client.arrive("plain", "plain", "sync");
  expect(() => client.endCall(1)).toThrow("call 2 cannot start");
  client.arrive("sync");
  expect(client.started).toEqual([1]);
  client.queue.clear();
  client.queue.advance();
  expect([client.started, client.queue.inFlight]).toEqual([[1], 0]);
});

describe("whatever arrives and ends", () => {
  const arrival = fc.record({
    step: fc.constant("arrive" as const),
    kind: fc.constantFrom(...(Object.keys(KIND) as Kind[])),
    bytes: fc.oneof(fc.nat(100), fc.nat(50_000)),
  });
  const end = fc.record({ step: fc.constant("end" as const), which: fc.nat(1_000) });
  const congestion = fc.record({ step: fc.constant("congestion" as const) });
  const steps = fc.array(fc.oneof({ arbitrary: arrival, weight: 4 }, { arbitrary: end, weight: 3 }, congestion), {
    maxLength: 100,
  });
  const options = fc.record({ maxCallsInFlight: fc.integer({ min: 1, max: 4 }), onewayInOrder: fc.boolean() });

  const isBlocking = (kind: Kind, onewayInOrder: boolean): boolean =>
    kind === "onewayBatch" || (onewayInOrder && kind === "oneway");

  test("calls start in the order of their arrival, within the limit, and none is lost or waits without a reason", () => {
    fc.assert(
      fc.property(options, steps, ({ maxCallsInFlight, onewayInOrder }, all) => {
        const client = connection({ maxCallsInFlight, onewayInOrder });
        let arrived = 0;
        const endOne = (which: number): void => {
          const call = client.inFlight[which % client.inFlight.length];
          if (call !== undefined) client.endCall(call);
        };
        const check = (): void => {
          expect(client.started).toEqual(client.started.map((_, index) => index + 1));
          expect(client.queue.inFlight).toBe(client.inFlight.length);
          expect(client.inFlight.length).toBeLessThanOrEqual(maxCallsInFlight);
          const blocking = client.inFlight.filter((call) => isBlocking(client.kindOf(call), onewayInOrder));
          // Nothing starts behind an in-order call.
          if (blocking.length > 0) expect(blocking).toEqual([client.started.length]);
          const mayStart = blocking.length === 0 && client.inFlight.length < maxCallsInFlight && !client.congested;
          if (mayStart) expect([client.started.length, client.reading]).toEqual([arrived, true]);
        };
        for (const one of all) {
          const before = client.started.length;
          const congestedBefore = client.congested;
          if (one.step === "arrive") {
            arrived++;
            client.arriveWith(one.kind, Buffer.alloc(one.bytes));
          } else if (one.step === "end") endOne(one.which);
          else {
            client.congested = !client.congested;
            if (!client.congested) client.queue.advance();
          }
          if (congestedBefore && client.congested) expect(client.started.length).toBe(before);
          check();
        }
        client.congested = false;
        client.queue.advance();
        while (client.inFlight.length > 0) endOne(0);
        check();
        expect([client.started.length, client.reading, client.queue.inFlight]).toEqual([arrived, true, 0]);
      }),
      { numRuns: 500 },
    );
  });

  test("draining starts nothing more, and ends the channel exactly once", () => {
    fc.assert(
      fc.property(options, fc.array(arrival, { maxLength: 20 }), fc.array(arrival), (limits, before, after) => {
        const client = connection(limits);
        for (const { kind, bytes } of before) client.arriveWith(kind, Buffer.alloc(bytes));
        const started = client.started.length;
        const inFlight = client.inFlight.length;
        client.queue.drain();
        for (const { kind, bytes } of after) client.arriveWith(kind, Buffer.alloc(bytes));
        while (client.inFlight.length > 0) client.endCall(client.inFlight[0] as number);
        expect(client.started.length).toBe(started);
        expect(client.log.filter((entry) => entry === "end")).toHaveLength(inFlight > 0 ? 1 : 0);
      }),
    );
  });
});
