import type { Buffer } from "node:buffer";
import type { Limits } from "../base/limits.ts";
import { giveBuffer } from "../bytes/buffer-pool.ts";
import { ByteSink } from "../bytes/byte-sink.ts";
import type { Connection } from "../transport/transport.ts";
import type { Dialect, OutgoingMessage } from "../wire/dialect.ts";
import { writeMessage } from "../wire/encoder.ts";
import type { WireOptions } from "../wire/wire-options.ts";

/** Above this size a socket does not accept all bytes at once. */
const LARGE_BYTES = 64 << 10;
/** Up to this size, copying the bytes costs less than replacing the whole shared buffer. */
const SMALL_BYTES = 8 << 10;

/**
 * The buffer that all connections of the process write their messages to. Usually a connection's messages of one tick
 * are written and passed to the kernel before another connection writes. So all connections reuse the same warm memory,
 * and an idle connection needs no buffer (8 KiB less per connection).
 */
const sink = new ByteSink();
// These are module variables for speed: every message reads both.
/** The outbox whose bytes are in the sink. */
let owner: Outbox | undefined;
/** Whether a message is being written. Messages that are added meanwhile are queued behind it. */
let writing = false;

/** The messages of one connection that are not sent yet. They are sent at the end of the tick. */
export class Outbox {
  readonly #connection: Connection;
  /** Bytes to send before those in the sink. They were moved out of it when another connection needed it. */
  #before: Buffer[] | undefined;
  /** Bytes to send after those in the sink. */
  #after: Buffer[] | undefined;

  readonly #limits: Limits;
  readonly #wireOptions: WireOptions | undefined;

  constructor(connection: Connection, limits: Limits, wireOptions: WireOptions | undefined) {
    this.#connection = connection;
    this.#limits = limits;
    this.#wireOptions = wireOptions;
  }

  /**
   * Queues a message. Returns the number of bytes in the shared buffer.
   * @throws the errors of `writeMessage`; the queue is unchanged then.
   */
  add(dialect: Dialect, message: OutgoingMessage): number {
    // Serializing a message ran a getter or a class converter that made a call.
    if (writing) return this.#addAfter(dialect, message);
    if (this.#after !== undefined) this.#releaseSink();
    if (owner !== this) {
      if (owner !== undefined) owner.#releaseSink();
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

  /** Writes everything to the connection. Returns false when the connection needs to drain first. */
  flush(): boolean {
    if (this.#after !== undefined) this.#releaseSink();
    if (this.#before !== undefined) {
      for (const bytes of this.#before) this.#connection.write(bytes);
      this.#before = undefined;
    }
    if (owner === this) this.#flushSink();
    return !this.#connection.needsDrain;
  }

  /** Drops the messages that are not sent: the connection is closed. */
  discard(): void {
    this.#before = undefined;
    this.#after = undefined;
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

  #addAfter(dialect: Dialect, message: OutgoingMessage): number {
    const separate = new ByteSink();
    writeMessage(separate, dialect, this.#limits, message, this.#wireOptions);
    this.#after ??= [];
    this.#after.push(separate.take());
    return 0;
  }

  /** Moves the connection's bytes out of the sink. */
  #releaseSink(): void {
    const before = this.#before ?? [];
    if (owner === this && sink.length > 0) before.push(sink.take());
    if (owner === this) owner = undefined;
    if (this.#after !== undefined) before.push(...this.#after);
    this.#after = undefined;
    this.#before = before;
  }
}
