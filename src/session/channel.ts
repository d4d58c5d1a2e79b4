import type { Buffer } from "node:buffer";
import type { Environment, Timer } from "../base/environment.ts";
import { ConnectionClosedError, ProtocolError, type PyroError, SecurityError } from "../base/errors.ts";
import type { Limits } from "../base/limits.ts";
import { type Configuration, configurationOf } from "../config/config.ts";
import { brokenError } from "../transport/node-errors.ts";
import type { Connection, ConnectionHandlers } from "../transport/transport.ts";
import { inflatedPayload } from "../wire/compression.ts";
import { MessageDecoder } from "../wire/decoder.ts";
import type { Dialect, OutgoingMessage } from "../wire/dialect.ts";
import { checkHmac } from "../wire/hmac.ts";
import type { Message } from "../wire/message.ts";
import type { WireOptions } from "../wire/wire-options.ts";
import { Outbox } from "./outbox.ts";
import { logReceived, logSent } from "./wire-log.ts";

/** More bytes are sent before the end of the tick: answers to one chunk of small requests can have any size. */
const EARLY_BYTES = 512 << 10;

/** How often a connection that is to end is checked, and after how many checks without progress it is destroyed. */
const END_CHECK_MS = 1_000;
const END_CHECKS = 5;

export interface ChannelOptions {
  readonly environment: Environment;
  readonly limits: Limits;
  readonly wireOptions?: WireOptions | undefined;
  /** The version whose texts refuse bytes while the peer's version is not known. */
  readonly fallback: Dialect;
  /** The message types that may come first. */
  readonly accept: readonly number[];
  /** The other side's name in errors: its location or its address. */
  readonly peer: string;
}

export interface ChannelHandlers {
  /** A whole message, its payload inflated. It is valid until this returns. */
  onMessage(message: Message): void;
  /** Called after all messages of a chunk of bytes. */
  onChunkRead?(): void;
  /** The other side has taken what was written, see `congested`. Reading goes on when this returns. */
  onDrain?(): void;
  /**
   * Bytes that are not valid Pyro messages or not signed correctly, or an error of these kinds that a handler threw. The
   * channel closes when this returns.
   */
  onProtocolError(error: PyroError): void;
  /** Called once, when nothing more will come; with an error unless this side closed the channel. */
  onClose(error: Error | undefined): void;
}

/**
 * Messages over a connection. All messages of one tick are sent in one write. Reading stops while the other side does not
 * take what was written, so a peer cannot make this side buffer without limit.
 */
export class Channel implements ConnectionHandlers {
  /** How many chunks of bytes have come: unchanged after a while means that nothing came. */
  chunksReceived = 0;
  /** The other side is slow to take what was written. Nothing is read, and nothing more should be made for it. */
  congested = false;
  readonly peer: string;
  readonly #environment: Environment;
  readonly #configuration: Configuration;
  readonly #connection: Connection;
  readonly #decoder: MessageDecoder;
  readonly #limits: Limits;
  readonly #hmacKey: Buffer | undefined;
  readonly #handlers: ChannelHandlers;
  readonly #out: Outbox;
  readonly #onMessage: (message: Message) => void;
  readonly #flush: () => void;
  /** Whether a flush is due: one was scheduled, or a chunk is being read, which ends with one. */
  #flushing = false;
  #ending = false;
  #closed = false;
  /** The other side sends nothing more. */
  #peerEnded = false;
  #paused = false;
  #endTimer: Timer | undefined;

  constructor(connection: Connection, options: ChannelOptions, handlers: ChannelHandlers) {
    this.#environment = options.environment;
    this.#configuration = configurationOf(options.environment);
    this.#connection = connection;
    this.#limits = options.limits;
    this.#hmacKey = options.wireOptions?.hmacKey;
    this.#handlers = handlers;
    this.peer = options.peer;
    this.#decoder = new MessageDecoder(options);
    this.#out = new Outbox(connection, options.limits, options.wireOptions);
    this.#onMessage = (message) => this.#deliver(message);
    this.#flush = () => {
      this.#flushing = false;
      if (!this.closed) this.#write();
    };
    connection.start(this);
  }

  /** The version that the other side speaks; undefined before its first six bytes. */
  get dialect(): Dialect | undefined {
    return this.#decoder.dialect;
  }

  get closed(): boolean {
    return this.#closed || this.#ending;
  }

  /** The message types that may come from now on. */
  set accept(types: readonly number[]) {
    this.#decoder.accept = types;
  }

  /**
   * Queues one message. It is sent at the end of this tick, with all others.
   *
   * @throws {SerializeError | ProtocolError} when it cannot be written; the channel is unchanged then.
   */
  send(dialect: Dialect, message: OutgoingMessage): void {
    if (this.closed) throw new ConnectionClosedError(`connection to ${this.peer} is closed`);
    if (this.#configuration.current.logWire) logSent(this.#environment, dialect, message, this.peer);
    const waiting = this.#out.add(dialect, message);
    if (waiting > EARLY_BYTES) this.#write();
    if (this.#flushing) return;
    this.#flushing = true;
    this.#environment.nextTick(this.#flush);
  }

  /** Stops reading: back-pressure for a peer that sends faster than it is answered. */
  pause(): void {
    this.#paused = true;
    this.#connection.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#readOn();
  }

  /** Reads on, unless reading was paused or the other side is slow to take what was written. */
  #readOn(): void {
    if (!this.#paused && !this.congested) this.#connection.resume();
  }

  /** Sends what is queued, then closes. Messages that still come are not delivered. */
  end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#write();
    const connection = this.#connection;
    connection.end();
    // The other side may never take the rest, or never close its half. What it still sends is read and dropped, so that
    // the close is orderly.
    let bufferedBytes = connection.bufferedBytes;
    let checksLeft = END_CHECKS;
    this.#endTimer = this.#environment.setInterval(() => {
      const now = connection.bufferedBytes;
      checksLeft = now < bufferedBytes ? END_CHECKS : checksLeft - 1;
      if (now === 0 || checksLeft === 0) connection.destroy();
      bufferedBytes = now;
    }, END_CHECK_MS);
    connection.resume();
  }

  /** Closes at once and drops what is queued. */
  destroy(): void {
    this.#ending = true;
    this.#connection.destroy();
  }

  #write(): void {
    if (this.#out.flush()) return;
    this.congested = true;
    this.#connection.pause();
  }

  onData(chunk: Buffer): void {
    if (this.#ending) return;
    this.chunksReceived++;
    // Answers that are ready at once are sent together, at the end of the chunk.
    this.#flushing = true;
    try {
      this.#decoder.push(chunk, this.#onMessage);
      this.#handlers.onChunkRead?.();
      this.#flush();
    } catch (error) {
      this.#flushing = false;
      if (this.#ending) return;
      // A failure of one connection must not end the process.
      const known = error instanceof ProtocolError || error instanceof SecurityError;
      this.#handlers.onProtocolError(known ? error : new ProtocolError("internal error", { cause: error }));
      this.end();
    }
  }

  #deliver(message: Message): void {
    if (this.#ending) return;
    const dialect = this.#decoder.dialect as Dialect;
    const key = this.#hmacKey;
    if (key !== undefined || message.annotations.size > 0) checkHmac(message, dialect, key);
    if ((message.flags & dialect.flag.compressed) !== 0) {
      message.inflated(inflatedPayload(message, dialect, this.#limits.maxInflatedBytes));
    }
    if (this.#configuration.current.logWire) logReceived(this.#environment, dialect, message, this.peer);
    this.#handlers.onMessage(message);
  }

  onEnd(): void {
    this.#peerEnded = true;
  }

  onDrain(): void {
    this.congested = false;
    if (!this.closed) this.#handlers.onDrain?.();
    this.#readOn();
  }

  onClose(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#environment.clearTimer(this.#endTimer);
    this.#out.discard();
    this.#connection.destroy();
    this.#handlers.onClose(this.#ending ? undefined : this.#reason(error));
  }

  #reason(error: Error | undefined): Error {
    if (error !== undefined) return brokenError(this.peer, error);
    if (this.#decoder.pendingBytes > 0) {
      return new ConnectionClosedError(`connection to ${this.peer} lost: receiving: not enough data`);
    }
    return new ConnectionClosedError(
      `connection to ${this.peer} ${this.#peerEnded ? "was closed by the other side" : "lost"}`,
    );
  }
}
