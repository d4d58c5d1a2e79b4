import { Buffer } from "node:buffer";
import type { Environment, Timer } from "../base/environment.ts";
import { ProtocolError, PyroError } from "../base/errors.ts";
import type { ConnectionInfo } from "../diagnostics/call-context.ts";
import { proxyStateOf } from "../values/proxy-state.ts";
import { RemoteError } from "../values/remote-error.ts";
import { AnnotationId } from "../wire/annotation-ids.ts";
import { isThenable } from "./error-replies.ts";
import type { ServedCall } from "./served-call.ts";

/** How item streams are served (`Pyro5 5.15, server.py`; items ITER_STREAMING, ITER_STREAM_LIFETIME, ITER_STREAM_LINGER). */
export interface StreamOptions {
  /** False: a method that gives an iterator fails. Default: PYRO_ITER_STREAMING, else true. */
  readonly enabled?: boolean;
  /** Milliseconds after which a stream ends, read or not; 0: never. Default: PYRO_ITER_STREAM_LIFETIME, else 0. */
  readonly lifetimeMs?: number;
  /** Milliseconds that a stream outlives its connection, for another one to go on with it. Default: PYRO_ITER_STREAM_LINGER, else 30,000. */
  readonly lingerMs?: number;
}

type Items = Iterator<unknown> | AsyncIterator<unknown>;

interface Stream {
  readonly id: string;
  readonly items: Items;
  readonly async: boolean;
  /** Who reads it; undefined while nobody does. */
  connection: ConnectionInfo | undefined;
  /** The end of what is being read from an async iterator: requests wait for those before them. */
  queue: Promise<unknown> | undefined;
  /** An item that was asked of an async iterator and did not come in time for the reply. */
  late: Promise<IteratorResult<unknown>> | undefined;
  /** What was raised behind items that had to be handed out first. */
  failure: { readonly error: unknown } | undefined;
  lingering: Timer | undefined;
  ageing: Timer | undefined;
}

/** So many items at most leave in one reply: while they are made, no other call is served. */
const MOST_ITEMS = 1_000;

/**
 * The items of a result that is an iterator: generators, iterators, and whatever can be iterated asynchronously. Lists,
 * sets and the like are values.
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
   * Takes in an iterator that is the result of a call, whose caller gets the id under which the items are handed out.
   * The error that is given is the reply's value: what those get who know no streams.
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

  /** The next item. @throws {RemoteError} StopIteration at the end; what the iterator throws; {PyroError} for no such stream. */
  next(id: string, connection: ConnectionInfo | undefined): unknown {
    const stream = this.#take(id, connection);
    return this.#inTurn(stream, () => (stream.async ? this.#nextAsync(stream) : this.#nextSync(stream)));
  }

  /** Items that are there, one at least, and whether they were the last. Throws as `next`, but for the end. */
  nextMany(id: string, most: number, connection: ConnectionInfo | undefined): unknown {
    const stream = this.#take(id, connection);
    const count = Math.min(MOST_ITEMS, Math.max(1, Math.trunc(most) || 1));
    return this.#inTurn(stream, () => (stream.async ? this.#manyAsync(stream, count) : this.#manySync(stream, count)));
  }

  /** Ends a stream; an id that is none is no error. */
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

  /** Streams of a connection that is gone linger for another. */
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

  /** Runs `read` after what is being read already; at once when that is nothing. */
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

  /** Throws what was kept back. */
  #failed(stream: Stream): void {
    const { failure } = stream;
    if (failure === undefined) return;
    this.#drop(stream);
    throw failure.error;
  }

  #nextSync(stream: Stream): unknown {
    this.#failed(stream);
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
    this.#failed(stream);
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
    this.#failed(stream);
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
      this.#keepBack(stream, items, error);
    }
    return answer(items, false, promised);
  }

  async #manyAsync(stream: Stream, most: number): Promise<unknown> {
    this.#failed(stream);
    const items: unknown[] = [];
    const soon = new Promise<"later">((resolve) => this.#environment.setImmediate(() => resolve("later")));
    try {
      while (items.length < most) {
        const asked = this.#ask(stream);
        const result = items.length === 0 ? await asked : await Promise.race([asked, soon]);
        if (result === "later") {
          stream.late = asked;
          asked.catch(() => undefined); // whoever takes it hears of it
          break;
        }
        if (result.done === true) {
          this.#drop(stream);
          return [items, true];
        }
        items.push(result.value);
      }
    } catch (error) {
      this.#keepBack(stream, items, error);
    }
    return [items, false];
  }

  /** An error comes at its place: behind the items before it. */
  #keepBack(stream: Stream, items: readonly unknown[], error: unknown): void {
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
