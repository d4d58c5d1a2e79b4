import { Buffer } from "node:buffer";
import { giveBuffer, takeBuffer } from "./buffer-pool.ts";

/** The initial size of the buffer. */
const INITIAL_BYTES = 64 << 10;

/**
 * A growing output buffer. Several messages can be written one after the other and sent together.
 *
 * The sink owns the bytes until `take()` or `handOver()`. After `clear()` they are overwritten.
 */
export class ByteSink {
  /** The written bytes are `buffer[0..length)`. Fast writers can write here directly after `reserve`. */
  buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  length = 0;
  /** The buffer of the initial size, used again after a larger one. */
  #initial = this.buffer;

  /** Reserves space for `size` more bytes and returns the offset of the first; does not change the length. */
  reserve(size: number): number {
    const needed = this.length + size;
    if (needed > this.buffer.length) {
      const smaller = this.buffer;
      this.buffer = takeBuffer(Math.max(needed, Math.min(smaller.length * 2, needed + (64 << 20))));
      smaller.copy(this.buffer, 0, 0, this.length);
      if (smaller !== this.#initial) giveBuffer(smaller);
    }
    return this.length;
  }

  /**
   * Appends `size` bytes to fill in later, for example a header with unknown lengths; returns the offset of the first.
   */
  skip(size: number): number {
    const at = this.reserve(size);
    this.length = at + size;
    return at;
  }

  bytes(source: Uint8Array): void {
    const at = this.reserve(source.length);
    this.buffer.set(source, at);
    this.length = at + source.length;
  }

  /** Appends text as UTF-8. Node converts a lone surrogate to U+FFFD. */
  utf8(text: string): void {
    // At most three bytes per UTF-16 unit. Short text reserves this maximum, long text the exact size.
    const at = this.reserve(text.length < 4096 ? text.length * 3 : Buffer.byteLength(text));
    this.length = at + this.buffer.write(text, at, "utf8");
  }

  /** Appends text whose characters are all below U+0100, one byte each. */
  latin1(text: string): void {
    const at = this.reserve(text.length);
    this.length = at + this.buffer.write(text, at, "latin1");
  }

  /** The bytes from `start` on, as a view that is valid until the next write. */
  since(start: number): Buffer {
    return this.buffer.subarray(start, this.length);
  }

  /** Removes the bytes from `start` on, for example of a message that could not be completed. */
  truncate(start: number): void {
    this.length = start;
  }

  /** Removes all bytes. A large buffer is returned to the pool. */
  clear(): void {
    this.length = 0;
    if (this.buffer === this.#initial) return;
    giveBuffer(this.buffer);
    this.buffer = this.#initial;
  }

  /** Returns the buffer with its content, and continues with another buffer. The caller owns the returned buffer. */
  handOver(): Buffer {
    const { buffer } = this;
    if (buffer === this.#initial) this.#initial = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.buffer = this.#initial;
    this.length = 0;
    return buffer;
  }

  /** Returns a copy of all bytes, and clears the sink. */
  take(): Buffer {
    const bytes = Buffer.from(this.since(0));
    this.clear();
    return bytes;
  }
}
