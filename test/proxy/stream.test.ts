import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type ItemSource, RemoteStream } from "../../src/proxy/remote-stream.ts";
import { RemoteError } from "../../src/values/remote-error.ts";

/** A feed of the numbers from 0, whose replies come when `answer` says so. */
class Numbers implements ItemSource {
  readonly prefetch: number;
  readonly size: number;
  readonly open: (() => void)[] = [];
  asked = 0;
  closed = 0;
  nextMany: ItemSource["nextMany"] = undefined;

  constructor(prefetch: number, size = Number.POSITIVE_INFINITY) {
    this.prefetch = prefetch;
    this.size = size;
  }

  next(): Promise<unknown> {
    const number = this.asked++;
    return new Promise((resolve, reject) => {
      this.open.push(() => (number < this.size ? resolve(number) : reject(new RemoteError("StopIteration", []))));
    });
  }

  /** Replies to those asked for, in their order or the other way round. */
  answer(backwards = false): void {
    const open = this.open.splice(0);
    for (const reply of backwards ? open.reverse() : open) reply();
  }

  close(): void {
    this.closed++;
  }
}

async function answered<T>(numbers: Numbers, result: Promise<T>, backwards = false): Promise<T> {
  let over = false;
  const value = result.finally(() => {
    over = true;
  });
  while (!over) {
    numbers.answer(backwards);
    await turn();
  }
  return value;
}

describe("one item a reply", () => {
  test("asks for one, two, four... ahead, as they are used, and never for more than allowed", async () => {
    const numbers = new Numbers(8);
    const stream = new RemoteStream<number>(numbers);
    expect(numbers.asked).toBe(0);
    const ahead: number[] = [];
    for (let taken = 1; taken <= 6; taken++) {
      expect(await answered(numbers, stream.next())).toEqual({ done: false, value: taken - 1 });
      ahead.push(numbers.asked - taken);
    }
    expect(Math.max(...ahead)).toBeLessThanOrEqual(8);
    expect(ahead[0]).toBeLessThanOrEqual(2);
    expect(ahead.at(-1)).toBeGreaterThanOrEqual(7);
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(numbers.asked).toBe((ahead.at(-1) ?? 0) + 6);
  });

  test("replies in another order are put in their places, and the end ends everything", async () => {
    const numbers = new Numbers(16, 40);
    const stream = new RemoteStream<number>(numbers);
    const found: number[] = [];
    for (;;) {
      const { done, value } = await answered(numbers, stream.next(), true);
      if (done === true) break;
      found.push(value);
    }
    expect(found).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect((await stream.next()).done).toBe(true);
    expect(numbers.closed).toBe(0);
  });

  test("calls of next() that wait get their items in order; those beyond the end get none", async () => {
    const numbers = new Numbers(4, 3);
    const stream = new RemoteStream<number>(numbers);
    const results = Promise.all([stream.next(), stream.next(), stream.next(), stream.next(), stream.next()]);
    expect((await answered(numbers, results)).map(({ value }) => value)).toEqual([0, 1, 2, undefined, undefined]);
  });

  test("return() closes it once, drops what came, and later replies change nothing", async () => {
    const numbers = new Numbers(8);
    const stream = new RemoteStream<number>(numbers);
    for (let taken = 0; taken < 5; taken++) await answered(numbers, stream.next());
    const waiting = stream.next();
    await stream.return();
    await stream.return();
    numbers.answer();
    expect((await waiting).value === undefined || (await waiting).done !== true).toBe(true);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(numbers.closed).toBe(1);
  });
});

test("many items a reply: half of what may be ahead is asked for again while the rest is used", async () => {
  const numbers = new Numbers(8);
  const requests: number[] = [];
  let made = 0;
  numbers.nextMany = (most) => {
    requests.push(most);
    const items = Array.from({ length: Math.min(most, 30 - made) }, () => made++);
    return Promise.resolve([items, made === 30] as const);
  };
  const stream = new RemoteStream<number>(numbers);
  const found: number[] = [];
  for await (const item of stream) {
    found.push(item);
    expect(made - found.length).toBeLessThanOrEqual(8);
  }
  expect(found).toEqual(Array.from({ length: 30 }, (_, index) => index));
  expect(requests.length).toBeLessThan(12);
});
