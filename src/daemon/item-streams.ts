import { Buffer } from "node:buffer";
import type { Environment, Timer } from "../base/environment.ts";
import { ProtocolError, PyroError } from "../base/errors.ts";
import type { ConnectionInfo } from "../diagnostics/call-context.ts";
import { proxyStateOf } from "../values/proxy-state.ts";
import { RemoteError } from "../values/remote-error.ts";
import { AnnotationId } from "../wire/annotation-ids.ts";
import { isThenable } from "./error-replies.ts";
import type { ServedCall } from "./served-call.ts";

/** Options for item streams (`Pyro5 5.15, server.py`: ITER_STREAMING, ITER_STREAM_LIFETIME, ITER_STREAM_LINGER). */
export interface StreamOptions {
  /** False: a method that returns an iterator fails. Default: PYRO_ITER_STREAMING, else true. */
  readonly enabled?: boolean;
  /** Milliseconds after which a stream ends, even while it is read; 0: never. Default: PYRO_ITER_STREAM_LIFETIME, else 0. */
  readonly lifetimeMs?: number;
  /** Milliseconds that a stream outlives its connection, so that another connection can continue it. Default: PYRO_ITER_STREAM_LINGER, else 30,000. */
  readonly lingerMs?: number;
}

type Items = Iterator<unknown> | AsyncIterator<unknown>;

interface Stream {
  readonly id: string;
  readonly items: Items;
  readonly async: boolean;
  /** The connection that reads it; undefined after that has closed. */
  connection: ConnectionInfo | undefined;
  /** Settles after the last read requested so far: each read of an async iterator waits for the one before it. */
  queue: Promise<unknown> | undefined;
  /** An item requested from an async iterator that was not ready in time for the reply. */
  late: Promise<IteratorResult<unknown>> | undefined;
  /** An error raised after items that must be sent first. */
  failure: { readonly error: unknown } | undefined;
  lingering: Timer | undefined;
  ageing: Timer | undefined;
}

/** At most this many items in one reply: while a sync iterator produces them, no other call is served. */
const MAX_ITEMS_PER_REPLY = 1_000;

/**
 * The iterator, if a result is one: a generator, an iterator, or any async iterable. Lists, sets and other iterables are
 * values.
 */
export function iteratorOf(value: unknown): Items | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (Symbol.asyncIterator in value) {
    return proxyStateOf(value) === undefined ? (value as AsyncIterable<unknown>)[Symbol.asyncIterator]() : undefined;
  }
  const sync = Symbol.iterator in value && "next" in value && typeof value.next === "function";
  return sync && proxyStateOf(value) === undefined ? (value as unknown as Iterator<unknown>) : undefined;
}

/** The item streams of a daemon, by their ids. */
export class ItemStreams {
  readonly #streams = new Map<string, Stream>();
  readonly #environment: Environment;
  readonly #options: Required<StreamOptions>;
  readonly #report: (error: Error) => void;

  constructor(environment: Environment, options: Required<StreamOptions>, report: (error: Error) => void) {
    this.#environment = environment;
    this.#options = options;
    this.#report = report;
  }

  get size(): number {
    return this.#streams.size;
  }

  /**
   * Opens a stream for an iterator that a call returned; an annotation gives its id to the client. The returned error is
   * the reply's value: clients that do not support streams raise it.
   */
  open(items: Items, served: ServedCall): ProtocolError {
    const { connection, responseAnnotations } = served;
    if (this.#options.enabled) {
      responseAnnotations.set(AnnotationId.Stream, Buffer.from(this.#open(items, connection), "latin1"));
    }
    return new ProtocolError("result of call is an iterator");
  }

  #open(items: Items, connection: ConnectionInfo): string {
    const id = this.#environment.randomUuid();
    const { lifetimeMs } = this.#options;
    const stream: Stream = {
      id,
      items,
      async: Symbol.asyncIterator in items,
      connection,
      queue: undefined,
      late: undefined,
      failure: undefined,
      lingering: undefined,
      ageing: lifetimeMs > 0 ? this.#startTimer(id, lifetimeMs) : undefined,
    };
    this.#streams.set(id, stream);
    return id;
  }

  /** The next item. @throws {RemoteError} StopIteration at the end; what the iterator throws; {PyroError} for unknown ids. */
  next(id: string, connection: ConnectionInfo | undefined): unknown {
    const stream = this.#take(id, connection);
    return this.#inTurn(stream, () => (stream.async ? this.#nextAsync(stream) : this.#nextSync(stream)));
  }

  /** The items that are ready, at least one, and whether they were the last. Throws like `next`, except at the end. */
  nextMany(id: string, most: number, connection: ConnectionInfo | undefined): unknown {
    const stream = this.#take(id, connection);
    const count = Math.min(MAX_ITEMS_PER_REPLY, Math.max(1, Math.trunc(most) || 1));
    return this.#inTurn(stream, () => (stream.async ? this.#manyAsync(stream, count) : this.#manySync(stream, count)));
  }

  /** Ends a stream; unknown ids are ignored. */
  close(id: string): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#drop(stream);
    try {
      const ended: unknown = stream.items.return?.();
      if (isThenable(ended)) ended.then(undefined, (error: Error) => this.#report(error));
    } catch (error) {
      this.#report(error as Error);
    }
  }

  closeAll(): void {
    for (const id of [...this.#streams.keys()]) this.close(id);
  }

  /** Streams of a closed connection linger, so that another can continue them. */
  callerDeparted(connection: ConnectionInfo): void {
    const { lingerMs } = this.#options;
    for (const stream of [...this.#streams.values()]) {
      if (stream.connection !== connection) continue;
      if (lingerMs === 0) this.close(stream.id);
      else {
        stream.connection = undefined;
        stream.lingering = this.#startTimer(stream.id, lingerMs);
      }
    }
  }

  /** Closes the stream after a while; it does not keep the process running. */
  #startTimer(id: string, ms: number): Timer {
    const timer = this.#environment.setTimeout(() => this.close(id), ms);
    timer.unref();
    return timer;
  }

  #take(id: string, connection: ConnectionInfo | undefined): Stream {
    const stream = this.#streams.get(id);
    if (stream === undefined) throw terminated();
    stream.connection = connection;
    this.#environment.clearTimer(stream.lingering);
    return stream;
  }

  /** Runs `read` after the reads before it; at once if the iterator is sync. */
  #inTurn<R>(stream: Stream, read: () => R | Promise<R>): R | Promise<R> {
    if (stream.queue === undefined && !stream.async) return read();
    const before = stream.queue ?? Promise.resolve();
    const mine = before.then(() => {
      if (!this.#streams.has(stream.id)) throw terminated();
      return read();
    });
    const quiet = mine.then(undefined, () => undefined);
    stream.queue = quiet;
    return mine;
  }

  #drop(stream: Stream): void {
    this.#streams.delete(stream.id);
    this.#environment.clearTimer(stream.lingering);
    this.#environment.clearTimer(stream.ageing);
  }

  /** Throws the error that was kept for later, if there is one. */
  #throwFailure(stream: Stream): void {
    const { failure } = stream;
    if (failure === undefined) return;
    this.#drop(stream);
    throw failure.error;
  }

  #nextSync(stream: Stream): unknown {
    this.#throwFailure(stream);
    let result: IteratorResult<unknown>;
    try {
      result = (stream.items as Iterator<unknown>).next();
    } catch (error) {
      this.#drop(stream);
      throw error;
    }
    return this.#itemOf(stream, result);
  }

  async #nextAsync(stream: Stream): Promise<unknown> {
    this.#throwFailure(stream);
    let result: IteratorResult<unknown>;
    try {
      result = await this.#ask(stream);
    } catch (error) {
      this.#drop(stream);
      throw error;
    }
    return this.#itemOf(stream, result);
  }

  #itemOf(stream: Stream, result: IteratorResult<unknown>): unknown {
    if (result.done !== true) return result.value;
    this.#drop(stream);
    throw new RemoteError("StopIteration", []);
  }

  #ask(stream: Stream): Promise<IteratorResult<unknown>> {
    const { late } = stream;
    stream.late = undefined;
    return late ?? (stream.items as AsyncIterator<unknown>).next();
  }

  #manySync(stream: Stream, most: number): unknown {
    this.#throwFailure(stream);
    const items: unknown[] = [];
    let promised = false;
    try {
      while (items.length < most) {
        const { done, value } = (stream.items as Iterator<unknown>).next();
        if (done === true) {
          this.#drop(stream);
          return answer(items, true, promised);
        }
        if (isThenable(value)) promised = true;
        items.push(value);
      }
    } catch (error) {
      this.#throwOrKeep(stream, items, error);
    }
    return answer(items, false, promised);
  }

  async #manyAsync(stream: Stream, most: number): Promise<unknown> {
    this.#throwFailure(stream);
    const items: unknown[] = [];
    const soon = new Promise<"later">((resolve) => this.#environment.setImmediate(() => resolve("later")));
    try {
      while (items.length < most) {
        const asked = this.#ask(stream);
        const result = items.length === 0 ? await asked : await Promise.race([asked, soon]);
        if (result === "later") {
          stream.late = asked;
          asked.catch(() => undefined); // the next read handles the error
          break;
        }
        if (result.done === true) {
          this.#drop(stream);
          return [items, true];
        }
        items.push(result.value);
      }
    } catch (error) {
      this.#throwOrKeep(stream, items, error);
    }
    return [items, false];
  }

  /** Throws an error, or keeps it for the next read if items come before it. */
  #throwOrKeep(stream: Stream, items: readonly unknown[], error: unknown): void {
    if (items.length === 0) {
      this.#drop(stream);
      throw error;
    }
    stream.failure = { error };
  }
}

function answer(items: unknown[], ended: boolean, promised: boolean): unknown {
  return promised ? Promise.all(items).then((all) => [all, ended]) : [items, ended];
}

function terminated(): PyroError {
  return new PyroError("item stream terminated", { code: "PYRO_STREAM_ENDED" });
}
