import { ConnectionClosedError } from "../base/errors.ts";
import { RemoteError } from "../values/remote-error.ts";

/** What a stream needs of the proxy that it came through. */
export interface ItemSource {
  /** How many items are asked for ahead of their use, at most. */
  readonly prefetch: number;
  /** Pyro's item protocol: the next item; StopIteration when there is none. Calls leave in order. */
  next(): Promise<unknown>;
  /** So many items in one reply, and whether they were the last; undefined as long as nobody knows that the server can. */
  readonly nextMany: ((most: number) => Promise<readonly [items: readonly unknown[], ended: boolean]>) | undefined;
  /** The items are not wanted any more. Never fails. */
  close(): void;
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Streams that nobody can read any more are ended over there, as Python's are when they are collected. */
const forgotten = new FinalizationRegistry<ItemSource>((feed) => feed.close());

const OVER: IteratorReturnResult<undefined> = { value: undefined, done: true };

/**
 * The items that a remote generator or iterator gives, in order. Some are asked for ahead: one, two, four... as they are
 * used, never more than `streamPrefetch` beyond what was taken. Leaving a `for await` early ends the generator over there.
 */
export class RemoteStream<T> implements AsyncIterableIterator<T, undefined>, AsyncDisposable {
  readonly #feed: ItemSource;
  /** Items that came and were not taken yet: those from `#taken` on. */
  #ready: T[] = [];
  #taken = 0;
  readonly #waiters: Waiter<T>[] = [];
  /** Items on their way, and how many may be there or on their way. */
  #asked = 0;
  #window = 1;
  /** Requests so far, and how many of their replies were put in their place. */
  #requests = 0;
  #placed = 0;
  /** Replies that came before their turn, by the number of their request. */
  readonly #early = new Map<number, () => void>();
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(feed: ItemSource) {
    this.#feed = feed;
    forgotten.register(this, feed, this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws what the generator over there raised, and {ConnectionClosedError} when the connection is gone. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#taken < this.#ready.length) {
      const value = this.#take();
      this.#askAhead();
      return Promise.resolve({ value, done: false });
    }
    if (this.#failure !== undefined) return this.#fail(this.#failure);
    if (this.#ended) return Promise.resolve(OVER);
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T, undefined>>();
    this.#waiters.push({ resolve, reject });
    this.#askAhead();
    return promise;
  }

  /** Ends the stream: items that came already are dropped. */
  return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#ended) {
      this.#finish();
      this.#feed.close();
    }
    this.#ready = [];
    this.#taken = 0;
    this.#failure = undefined;
    return Promise.resolve(OVER);
  }

  async throw(error: unknown): Promise<IteratorReturnResult<undefined>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #take(): T {
    const value = this.#ready[this.#taken++] as T;
    if (this.#taken === this.#ready.length) {
      this.#ready = [];
      this.#taken = 0;
    }
    if (this.#window < this.#feed.prefetch) this.#window = Math.min(this.#window * 2, this.#feed.prefetch);
    return value;
  }

  async #fail({ error }: { readonly error: unknown }): Promise<never> {
    this.#failure = undefined; // once; afterwards the stream is over
    throw error;
  }

  #askAhead(): void {
    if (this.#ended) return;
    const wanted = Math.max(this.#window, this.#waiters.length);
    let ahead = this.#ready.length - this.#taken + this.#asked;
    const { nextMany } = this.#feed;
    if (nextMany !== undefined) {
      // Half of them at a time: while they are used the others are on their way.
      if (ahead > wanted >> 1) return;
      const most = wanted - ahead;
      this.#asked += most;
      this.#place(nextMany(most), ([items, ended]) => {
        this.#asked -= most;
        for (const item of items) this.#arrived(item as T);
        if (ended) this.#finish();
        else if (items.length < most) this.#askAhead();
      });
      return;
    }
    for (; ahead < wanted; ahead++) {
      this.#asked++;
      this.#place(this.#feed.next(), (item) => {
        this.#asked--;
        this.#arrived(item as T);
      });
    }
  }

  /** Lets a reply take its effect after those of the requests before it. */
  #place<R>(reply: Promise<R>, effect: (value: R) => void): void {
    const number = this.#requests++;
    reply.then(
      (value) => this.#inTurn(number, () => effect(value)),
      (error: unknown) => this.#inTurn(number, () => this.#broken(error)),
    );
  }

  #inTurn(number: number, effect: () => void): void {
    if (number !== this.#placed) {
      this.#early.set(number, effect);
      return;
    }
    this.#placed++;
    if (!this.#ended) effect();
    const next = this.#early.get(this.#placed);
    if (next === undefined) return;
    this.#early.delete(this.#placed);
    this.#inTurn(this.#placed, next);
  }

  #arrived(item: T): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#ready.push(item);
      return;
    }
    if (this.#window < this.#feed.prefetch) this.#window *= 2;
    waiter.resolve({ value: item, done: false });
  }

  #broken(error: unknown): void {
    if (!(error instanceof RemoteError && error.is("StopIteration"))) {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) this.#failure = { error };
      else waiter.reject(error);
      // The server has ended a stream whose generator failed; one that it cannot reach any more lingers there.
      if (error instanceof ConnectionClosedError) this.#feed.close();
    }
    this.#finish();
  }

  #finish(): void {
    this.#ended = true;
    forgotten.unregister(this);
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(OVER);
  }
}
