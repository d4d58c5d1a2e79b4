import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { ConnectionClosedError, ProtocolError, type PyroError, SecurityError } from "../base/errors.ts";
import type { Limits } from "../base/limits.ts";
import { config } from "../config/config.ts";
import { brokenError } from "../transport/node-errors.ts";
import { inflatedPayload } from "../wire/compression.ts";
import { MessageDecoder } from "../wire/decoder.ts";
import type { Dialect, OutgoingMessage } from "../wire/dialect.ts";
import { checkHmac } from "../wire/hmac.ts";
import type { Message } from "../wire/message.ts";
import type { WireOptions } from "../wire/wire-options.ts";
import { Outbox } from "./outbox.ts";
import { logReceived, logSent } from "./wire-log.ts";

/** So many bytes are not kept until the end of the tick: answers to one chunk of small questions can be any size. */
const EARLY_BYTES = 512 << 10;

/** How often a stream that is to end is looked at, and how often in vain before it is given up. */
const LOOK_MS = 1_000;
const LOOKS = 5;

export interface ChannelOptions {
  readonly limits: Limits;
  readonly wireOptions?: WireOptions | undefined;
  /** In whose words bytes are refused while the version is not known. */
  readonly fallback: Dialect;
  /** Message types that may come first. */
  readonly accept: readonly number[];
  /** Where the stream's bytes come from, if not from its "data" events. */
  readonly onChunk?: ((receive: (chunk: Buffer) => void) => void) | undefined;
  /** How the other side is called in errors: its location or its address. */
  readonly peer: string;
}

export interface ChannelHandlers {
  /** A whole message, its payload inflated. It is valid until this returns. */
  onMessage(message: Message): void;
  /** After all messages of a chunk of bytes. */
  onChunkRead?(): void;
  /** The other side has taken what was written, see `congested`; reading goes on when this returns. */
  onDrain?(): void;
  /** Bytes that are not the protocol or not signed as they must be, or a handler's own error of these kinds. The channel closes when this returns. */
  onProtocolError(error: PyroError): void;
  /** Once, when nothing more will come; with an error unless this side was done with it. */
  onClose(error: Error | undefined): void;
}

/**
 * Messages over a stream. All messages of one tick leave in one write; reading stops while the other side does not
 * take what was written, so nobody can make us buffer without end.
 */
export class Channel {
  /** How many chunks of bytes came in so far: who sees it unchanged after a while knows that nothing came. */
  chunksReceived = 0;
  /** The other side is slow to take what was written: nothing is read, and no more should be made for it for now. */
  congested = false;
  readonly peer: string;
  readonly #stream: Duplex;
  readonly #decoder: MessageDecoder;
  readonly #limits: Limits;
  readonly #hmacKey: Buffer | undefined;
  readonly #handlers: ChannelHandlers;
  readonly #out: Outbox;
  readonly #onMessage: (message: Message) => void;
  readonly #flush: () => void;
  /** Whether the queue is written without further ado: it is in a moment, or a chunk is being read. */
  #flushing = false;
  #ending = false;
  #closed = false;
  #ended = false;
  #paused = false;

  constructor(stream: Duplex, options: ChannelOptions, handlers: ChannelHandlers) {
    this.#stream = stream;
    this.#limits = options.limits;
    this.#hmacKey = options.wireOptions?.hmacKey;
    this.#handlers = handlers;
    this.peer = options.peer;
    this.#decoder = new MessageDecoder(options);
    this.#out = new Outbox(stream, options.limits, options.wireOptions);
    this.#onMessage = (message) => this.#deliver(message);
    this.#flush = () => {
      this.#flushing = false;
      if (!this.closed) this.#write();
    };
    const receive = (chunk: Buffer): void => this.#receive(chunk);
    if (options.onChunk === undefined) stream.on("data", receive);
    else options.onChunk(receive);
    stream.on("end", () => {
      this.#ended = true;
      if (!stream.writableEnded) stream.end();
    });
    stream.on("error", (error) => this.#closeOnce(this.#ending ? undefined : brokenError(this.peer, error)));
    stream.on("close", () => this.#closeOnce(this.#endError()));
    stream.on("drain", () => {
      this.congested = false;
      if (!this.closed) this.#handlers.onDrain?.();
      this.#flow();
    });
  }

  /** The version that the other side speaks; undefined until its first six bytes are in. */
  get dialect(): Dialect | undefined {
    return this.#decoder.dialect;
  }

  get closed(): boolean {
    return this.#closed || this.#ending;
  }

  /** Which message types may come from now on. */
  set accept(types: readonly number[]) {
    this.#decoder.accept = types;
  }

  /**
   * Queues one message; it leaves at the end of this tick, with all others.
   *
   * @throws {SerializeError | ProtocolError} when it cannot be written; the channel is then as it was.
   */
  send(dialect: Dialect, message: OutgoingMessage): void {
    if (this.closed) throw new ConnectionClosedError(`connection to ${this.peer} is closed`);
    if (config.logWire) logSent(dialect, message, this.peer);
    const waiting = this.#out.add(dialect, message);
    if (waiting > EARLY_BYTES) this.#write();
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(this.#flush);
  }

  /** Stops and starts reading: back-pressure for a peer that asks faster than it is answered. */
  pause(): void {
    this.#paused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#flow();
  }

  /** Reads on, unless somebody wants a pause or the other side is slow to take what was written. */
  #flow(): void {
    if (!this.#paused && !this.congested) this.#stream.resume();
  }

  /** Sends what is queued, then closes in order. Messages that still come are not delivered. */
  end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#write();
    this.#stream.end();
    // The far side may never take the rest, or never close its half; what it still sends is read away so that the close
    // is orderly.
    let left = this.#stream.writableLength;
    let patience = LOOKS;
    const timer = setInterval(() => {
      const now = this.#stream.writableLength;
      patience = now < left ? LOOKS : patience - 1;
      if (now === 0 || patience === 0) this.#stream.destroy();
      left = now;
    }, LOOK_MS);
    this.#stream.once("close", () => clearInterval(timer));
    this.#stream.resume();
  }

  /** Closes at once, whatever is queued. */
  destroy(): void {
    this.#ending = true;
    this.#stream.destroy();
  }

  #write(): void {
    if (this.#out.flush()) return;
    this.congested = true;
    this.#stream.pause();
  }

  #receive(chunk: Buffer): void {
    if (this.#ending) return;
    this.chunksReceived++;
    // What is answered at once leaves together, at the end of the chunk.
    this.#flushing = true;
    try {
      this.#decoder.push(chunk, this.#onMessage);
      this.#handlers.onChunkRead?.();
      this.#flush();
    } catch (error) {
      this.#flushing = false;
      if (this.#ending) return;
      // Whatever went wrong with this connection must not end the process, and with it all others.
      const known = error instanceof ProtocolError || error instanceof SecurityError;
      const refusal = known ? error : new ProtocolError("cannot go on", { cause: error });
      this.#handlers.onProtocolError(refusal);
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
    if (config.logWire) logReceived(dialect, message, this.peer);
    this.#handlers.onMessage(message);
  }

  #endError(): Error | undefined {
    if (this.#ending) return undefined;
    if (this.#decoder.pendingBytes > 0) {
      return new ConnectionClosedError(`connection to ${this.peer} lost: receiving: not enough data`);
    }
    return new ConnectionClosedError(
      `connection to ${this.peer} ${this.#ended ? "was closed by the other side" : "lost"}`,
    );
  }

  #closeOnce(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#out.discard();
    this.#stream.destroy();
    this.#handlers.onClose(error);
  }
}
