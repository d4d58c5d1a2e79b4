import type { Buffer } from "node:buffer";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Limits } from "../base/limits.ts";
import { giveBuffer } from "../bytes/buffer-pool.ts";
import { ByteSink } from "../bytes/byte-sink.ts";
import type { Dialect, OutgoingMessage } from "../wire/dialect.ts";
import { writeMessage } from "../wire/encoder.ts";
import type { WireOptions } from "../wire/wire-options.ts";

/** More than this does not go into a socket at once. */
const LARGE_BYTES = 64 << 10;
/** Up to here, copying bytes costs less than a new buffer of the size of the one that they stand in. */
const SMALL_BYTES = 8 << 10;

/**
 * The one buffer in which all connections of the process write their messages. Mostly a connection's messages of one
 * tick are written, handed to the kernel and done with before another's turn comes, so the same warm memory serves
 * everyone, and a connection that says nothing has no buffer (8 KiB less for each than with buffers of their own).
 */
const sink = new ByteSink();
/** Whose bytes are in it. */
let owner: Outbox | undefined;

/** Whether a message is being written, and what was said meanwhile must wait. */
let writing = false;

/** What a connection has to send, until the end of the tick. */
export class Outbox {
  /** A socket: when that has nothing left to write, the kernel has it all. Other streams may hand on what they took. */
  readonly #stream: Duplex;
  /** What goes before the connection's bytes in `sink`: it had to make room for another's. */
  #before: Buffer[] | undefined;
  /** What goes behind them. */
  #behind: Buffer[] | undefined;

  readonly #limits: Limits;
  readonly #wireOptions: WireOptions | undefined;
  /** TLS, and streams that are no sockets, are never done with what was written when the writing returns. */
  readonly #takesLate: boolean;

  constructor(stream: Duplex, limits: Limits, wireOptions: WireOptions | undefined) {
    this.#stream = stream;
    this.#takesLate = !(stream instanceof Socket) || "encrypted" in stream;
    this.#limits = limits;
    this.#wireOptions = wireOptions;
  }

  /**
   * Queues a message and gives how many bytes wait in the shared buffer.
   * @throws what `writeMessage` throws; the queue is then as it was.
   */
  add(dialect: Dialect, message: OutgoingMessage): number {
    // A getter or a converter of a value that is just being written makes a call of its own.
    if (writing) return this.#addBehind(dialect, message);
    if (this.#behind !== undefined) this.#makeRoom();
    if (owner !== this) {
      if (owner !== undefined) owner.#makeRoom();
      owner = this;
    }
    writing = true;
    try {
      writeMessage(sink, dialect, this.#limits, message, this.#wireOptions);
    } finally {
      writing = false;
    }
    return sink.length;
  }

  /** Writes everything to the stream; false when the stream is slow to take it. */
  flush(): boolean {
    if (this.#behind !== undefined) this.#makeRoom();
    if (this.#before !== undefined) {
      for (const bytes of this.#before) this.#stream.write(bytes);
      this.#before = undefined;
    }
    if (owner === this) this.#flushSink();
    return !this.#stream.writableNeedDrain;
  }

  /** Forgets what was not sent: the stream is gone. */
  discard(): void {
    this.#before = undefined;
    this.#behind = undefined;
    if (owner !== this || writing) return;
    owner = undefined;
    sink.clear();
  }

  #flushSink(): void {
    if (writing) return;
    owner = undefined;
    if (sink.length === 0) return;
    const stream = this.#stream;
    const bytes = sink.since(0);
    if (this.#takesLate && bytes.length <= SMALL_BYTES) {
      stream.write(sink.take());
      return;
    }
    if (bytes.length > LARGE_BYTES) {
      const buffer = sink.handOver();
      stream.write(bytes, () => giveBuffer(buffer));
      return;
    }
    stream.write(bytes);
    // Mostly the kernel has it all by now, and the memory is ours again; else the stream goes on reading there.
    if (stream.writableLength === 0) sink.clear();
    else sink.handOver();
  }

  #addBehind(dialect: Dialect, message: OutgoingMessage): number {
    const own = new ByteSink();
    writeMessage(own, dialect, this.#limits, message, this.#wireOptions);
    this.#behind ??= [];
    this.#behind.push(own.take());
    return 0;
  }

  /** Takes the connection's bytes out of the sink. */
  #makeRoom(): void {
    const before = this.#before ?? [];
    if (owner === this && sink.length > 0) before.push(sink.take());
    if (owner === this) owner = undefined;
    if (this.#behind !== undefined) before.push(...this.#behind);
    this.#behind = undefined;
    this.#before = before;
  }
}
