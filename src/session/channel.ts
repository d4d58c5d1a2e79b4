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

/** Above this size, bytes are sent before the end of the tick: the replies to one chunk can have any size. */
const EARLY_BYTES = 512 << 10;

/** How often a closing connection is checked, and after how many checks without progress it is destroyed. */
const END_CHECK_MS = 1_000;
const END_CHECKS = 5;

export interface ChannelOptions {
  readonly environment: Environment;
  readonly limits: Limits;
  readonly wireOptions?: WireOptions | undefined;
  /** The dialect that names the expected version in errors while the peer's version is unknown. */
  readonly fallback: Dialect;
  /** The message types that are accepted at first. */
  readonly accept: readonly number[];
  /** The peer's location or address, for errors and logs. */
  readonly peer: string;
}

export interface ChannelHandlers {
  /** A whole message with a decompressed payload. It is valid until this returns. */
  onMessage(message: Message): void;
  /** Called after all messages of a chunk of bytes were delivered. */
  onChunkRead?(): void;
  /** The write buffer is empty again, see `congested`. Reading resumes when this returns. */
  onDrain?(): void;
  /**
   * Called for bytes that are not valid Pyro messages or not signed correctly, and for errors of these kinds that a
   * handler throws. The channel closes when this returns.
   */
  onProtocolError(error: PyroError): void;
  /** Called once, when the channel is closed. `error` is undefined if this side closed it. */
  onClose(error: Error | undefined): void;
}

/**
 * Messages over a connection. All messages of one tick are sent in one write. Reading stops while the write buffer is
 * full, so a peer that does not read its replies cannot make this side buffer without limit.
 */
export class Channel implements ConnectionHandlers {
  /** How many chunks of bytes were received. Used to detect that a peer has sent nothing for a while. */
  chunksReceived = 0;
  /** The write buffer is full. Nothing is read, and nothing more should be sent until `onDrain`. */
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
  /** Whether a flush is due: it is scheduled, or a chunk is being read, which ends with a flush. */
  #flushing = false;
  #ending = false;
  #closed = false;
  /** The peer has closed its half of the connection. */
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

  /** The peer's version; undefined until six bytes were received. */
  get dialect(): Dialect | undefined {
    return this.#decoder.dialect;
  }

  get closed(): boolean {
    return this.#closed || this.#ending;
  }

  /** The message types that are accepted from now on. */
  set accept(types: readonly number[]) {
    this.#decoder.accept = types;
  }

  /**
   * Queues one message. All messages of this tick are sent together at its end.
   *
   * @throws {SerializeError | ProtocolError} when the message cannot be serialized; the channel is unchanged then.
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

  /** Stops reading: back-pressure for a peer that sends requests faster than they are answered. */
  pause(): void {
    this.#paused = true;
    this.#connection.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#resumeReading();
  }

  /** Resumes reading, unless the owner paused it or the write buffer is full. */
  #resumeReading(): void {
    if (!this.#paused && !this.congested) this.#connection.resume();
  }

  /** Sends the queued messages, then closes. Messages that arrive meanwhile are dropped. */
  end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#write();
    const connection = this.#connection;
    connection.end();
    // The peer may never read the remaining bytes, or never close its half. Bytes that it still sends are read and
    // dropped: closing a socket with unread bytes would reset the connection.
    let bufferedBytes = connection.bufferedBytes;
    let remainingChecks = END_CHECKS;
    this.#endTimer = this.#environment.setInterval(() => {
      const now = connection.bufferedBytes;
      remainingChecks = now < bufferedBytes ? END_CHECKS : remainingChecks - 1;
      if (now === 0 || remainingChecks === 0) connection.destroy();
      bufferedBytes = now;
    }, END_CHECK_MS);
    connection.resume();
  }

  /** Closes at once and drops the queued messages. */
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
    // Replies that are ready immediately are sent together at the end of the chunk.
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
    this.#resumeReading();
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
      `connection to ${this.peer} ${this.#peerEnded ? "was closed by the peer" : "lost"}`,
    );
  }
}
