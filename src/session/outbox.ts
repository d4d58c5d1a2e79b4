import type { Buffer } from "node:buffer";
import type { Limits } from "../base/limits.ts";
import { giveBuffer } from "../bytes/buffer-pool.ts";
import { ByteSink } from "../bytes/byte-sink.ts";
import type { Connection } from "../transport/transport.ts";
import type { Dialect, OutgoingMessage } from "../wire/dialect.ts";
import { writeMessage } from "../wire/encoder.ts";
import type { WireOptions } from "../wire/wire-options.ts";

/** More than this does not go into a socket at once. */
const LARGE_BYTES = 64 << 10;
/** Up to here, copying bytes costs less than a new buffer of the size of the one that they stand in. */
const SMALL_BYTES = 8 << 10;

/**
 * The buffer in which all connections of the process write their messages. Most often a connection's messages of one tick
 * are written and passed to the kernel before another connection writes, so the same warm memory serves all, and an idle
 * connection has no buffer (8 KiB less for each than with buffers of their own).
 */
const sink = new ByteSink();
// Module state, for speed: each message looks at both.
/** The outbox whose bytes are in the sink. */
let owner: Outbox | undefined;
/** Whether a message is being written. Messages that are added meanwhile wait. */
let writing = false;

/** The messages that a connection has to send, until the end of the tick. */
export class Outbox {
  readonly #connection: Connection;
  /** Bytes to send before those in the sink: they had to make room there for another connection. */
  #before: Buffer[] | undefined;
  /** Bytes to send after those in the sink. */
  #behind: Buffer[] | undefined;

  readonly #limits: Limits;
  readonly #wireOptions: WireOptions | undefined;

  constructor(connection: Connection, limits: Limits, wireOptions: WireOptions | undefined) {
    this.#connection = connection;
    this.#limits = limits;
    this.#wireOptions = wireOptions;
  }

  /**
   * Queues a message. Returns how many bytes wait in the shared buffer.
   * @throws what `writeMessage` throws; the queue is unchanged then.
   */
  add(dialect: Dialect, message: OutgoingMessage): number {
    // A getter or a converter of a value that is being written makes a call.
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

  /** Writes everything to the connection. Returns false when the other side is slow. */
  flush(): boolean {
    if (this.#behind !== undefined) this.#makeRoom();
    if (this.#before !== undefined) {
      for (const bytes of this.#before) this.#connection.write(bytes);
      this.#before = undefined;
    }
    if (owner === this) this.#flushSink();
    return !this.#connection.needsDrain;
  }

  /** Drops what was not sent: the connection is closed. */
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
    const connection = this.#connection;
    const bytes = sink.since(0);
    if (connection.keepsWrittenBytes && bytes.length <= SMALL_BYTES) {
      connection.write(sink.take());
      return;
    }
    if (bytes.length > LARGE_BYTES) {
      const buffer = sink.handOver();
      connection.write(bytes, () => giveBuffer(buffer));
      return;
    }
    if (connection.write(bytes)) sink.clear();
    else sink.handOver();
  }

  #addBehind(dialect: Dialect, message: OutgoingMessage): number {
    const own = new ByteSink();
    writeMessage(own, dialect, this.#limits, message, this.#wireOptions);
    this.#behind ??= [];
    this.#behind.push(own.take());
    return 0;
  }

  /** Moves the connection's bytes out of the sink. */
  #makeRoom(): void {
    const before = this.#before ?? [];
    if (owner === this && sink.length > 0) before.push(sink.take());
    if (owner === this) owner = undefined;
    if (this.#behind !== undefined) before.push(...this.#behind);
    this.#behind = undefined;
    this.#before = before;
  }
}
