import { ConnectionClosedError } from "../base/errors.ts";
import { RemoteError } from "../values/remote-error.ts";

/** The source of a stream's items, provided by the proxy. */
export interface ItemSource {
  /** Maximum number of items to request in advance. */
  readonly prefetch: number;
  /** Requests the next item (Pyro's item protocol), in order. Rejects with StopIteration at the end. */
  next(): Promise<unknown>;
  /**
   * Requests up to `max` items in one reply. `ended` is true if they were the last. Undefined until the server is known
   * to support it.
   */
  readonly nextMany: ((max: number) => Promise<readonly [items: readonly unknown[], ended: boolean]>) | undefined;
  /** Closes the remote stream. Never throws. */
  close(): void;
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Closes the remote stream when a RemoteStream is garbage collected, as Python does. */
const collected = new FinalizationRegistry<ItemSource>((source) => source.close());

const DONE: IteratorReturnResult<undefined> = { value: undefined, done: true };

/**
 * The items of a remote generator or iterator, in order. Items are requested in advance: first one, then two, four and
 * so on as they are consumed, up to `streamPrefetch`. Leaving a `for await` loop early closes the remote generator.
 */
export class RemoteStream<T> implements AsyncIterableIterator<T, undefined>, AsyncDisposable {
  readonly #source: ItemSource;
  /** Received items. Those from index `#consumed` on are not consumed yet. */
  #received: T[] = [];
  #consumed = 0;
  readonly #waiters: Waiter<T>[] = [];
  /** Number of items requested and not received yet. */
  #requested = 0;
  /** Maximum number of items requested or received, and not consumed yet. */
  #window = 1;
  /** Number of requests sent, and number of replies handled. */
  #requests = 0;
  #handled = 0;
  /** Replies that arrived out of order, by request number. */
  readonly #early = new Map<number, () => void>();
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(source: ItemSource) {
    this.#source = source;
    collected.register(this, source, this);
  }

  /** The stream itself: it can be read once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws the exception of the remote generator, or {ConnectionClosedError} if the connection is lost. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#consumed < this.#received.length) {
      const value = this.#take();
      this.#prefetch();
      return Promise.resolve({ value, done: false });
    }
    if (this.#failure !== undefined) return this.#throwFailure(this.#failure);
    if (this.#ended) return Promise.resolve(DONE);
    const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T, undefined>>();
    this.#waiters.push({ resolve, reject });
    this.#prefetch();
    return promise;
  }

  /** Ends the stream. Received items are dropped. */
  return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#ended) {
      this.#finish();
      this.#source.close();
    }
    this.#received = [];
    this.#consumed = 0;
    this.#failure = undefined;
    return Promise.resolve(DONE);
  }

  /** Closes the remote stream, then throws the error. */
  async throw(error: unknown): Promise<IteratorReturnResult<undefined>> {
    await this.return();
    throw error;
  }

  /** Closes the remote stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #take(): T {
    const value = this.#received[this.#consumed++] as T;
    if (this.#consumed === this.#received.length) {
      this.#received = [];
      this.#consumed = 0;
    }
    if (this.#window < this.#source.prefetch) this.#window = Math.min(this.#window * 2, this.#source.prefetch);
    return value;
  }

  async #throwFailure({ error }: { readonly error: unknown }): Promise<never> {
    this.#failure = undefined; // thrown once; afterwards the stream is done
    throw error;
  }

  /** Requests items up to the window. */
  #prefetch(): void {
    if (this.#ended) return;
    const target = Math.max(this.#window, this.#waiters.length);
    let ahead = this.#received.length - this.#consumed + this.#requested;
    const { nextMany } = this.#source;
    if (nextMany !== undefined) {
      // Half of the window at a time: one half is consumed while the other is requested.
      if (ahead > target >> 1) return;
      const max = target - ahead;
      this.#requested += max;
      this.#handle(nextMany(max), ([items, ended]) => {
        this.#requested -= max;
        for (const item of items) this.#deliver(item as T);
        if (ended) this.#finish();
        else if (items.length < max) this.#prefetch();
      });
      return;
    }
    for (; ahead < target; ahead++) {
      this.#requested++;
      this.#handle(this.#source.next(), (item) => {
        this.#requested--;
        this.#deliver(item as T);
      });
    }
  }

  /** Applies a reply after the replies of all earlier requests. */
  #handle<R>(reply: Promise<R>, apply: (value: R) => void): void {
    const number = this.#requests++;
    reply.then(
      (value) => this.#inOrder(number, () => apply(value)),
      (error: unknown) => this.#inOrder(number, () => this.#failed(error)),
    );
  }

  #inOrder(number: number, apply: () => void): void {
    if (number !== this.#handled) {
      this.#early.set(number, apply);
      return;
    }
    this.#handled++;
    if (!this.#ended) apply();
    const next = this.#early.get(this.#handled);
    if (next === undefined) return;
    this.#early.delete(this.#handled);
    this.#inOrder(this.#handled, next);
  }

  #deliver(item: T): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#received.push(item);
      return;
    }
    if (this.#window < this.#source.prefetch) this.#window *= 2;
    waiter.resolve({ value: item, done: false });
  }

  #failed(error: unknown): void {
    if (!(error instanceof RemoteError && error.is("StopIteration"))) {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) this.#failure = { error };
      else waiter.reject(error);
      // The server has closed a stream whose generator failed, but not one whose connection was lost.
      if (error instanceof ConnectionClosedError) this.#source.close();
    }
    this.#finish();
  }

  #finish(): void {
    this.#ended = true;
    collected.unregister(this);
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(DONE);
  }
}
