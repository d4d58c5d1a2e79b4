import { Buffer } from "node:buffer";
import { giveBuffer, takeBuffer } from "./buffer-pool.ts";

/** The size of a buffer that has not had to grow. */
const PLAIN_BYTES = 64 << 10;

/**
 * A growing output buffer: messages are written into it one behind the other, and leave in one piece.
 *
 * The bytes are the sink's own until `take()` or `handOver()`; after `clear()` they are written over.
 */
export class ByteSink {
  /** The bytes so far are `buffer[0..length)`. Writers that need speed may write here after `reserve`. */
  buffer: Buffer = Buffer.allocUnsafeSlow(PLAIN_BYTES);
  length = 0;
  /** The buffer to go back to from a larger one. */
  #plain = this.buffer;

  /** Makes room for `size` more bytes and returns where they start; the length is not changed. */
  reserve(size: number): number {
    const needed = this.length + size;
    if (needed > this.buffer.length) {
      const smaller = this.buffer;
      this.buffer = takeBuffer(Math.max(needed, Math.min(smaller.length * 2, needed + (64 << 20))));
      smaller.copy(this.buffer, 0, 0, this.length);
      if (smaller !== this.#plain) giveBuffer(smaller);
    }
    return this.length;
  }

  /** Leaves `size` bytes open, to be filled in later (a header whose lengths are not known yet). */
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

  /** Appends text as UTF-8; a lone surrogate becomes U+FFFD, as Node does it. */
  utf8(text: string): void {
    // Three bytes a UTF-16 unit at most; short text takes the estimate, long text is counted first.
    const at = this.reserve(text.length < 4096 ? text.length * 3 : Buffer.byteLength(text));
    this.length = at + this.buffer.write(text, at, "utf8");
  }

  /** Appends text whose characters are all below U+0100, a byte each. */
  latin1(text: string): void {
    const at = this.reserve(text.length);
    this.length = at + this.buffer.write(text, at, "latin1");
  }

  /** What was written from `start` on, as a view that holds until the next write. */
  since(start: number): Buffer {
    return this.buffer.subarray(start, this.length);
  }

  /** Drops everything from `start` on: a message that could not be completed leaves nothing behind. */
  truncate(start: number): void {
    this.length = start;
  }

  /** Starts afresh in the same memory; a buffer that has grown large is left to the next who needs one. */
  clear(): void {
    this.length = 0;
    if (this.buffer === this.#plain) return;
    giveBuffer(this.buffer);
    this.buffer = this.#plain;
  }

  /** Gives its buffer away, with whatever is in it, and starts afresh in another. */
  handOver(): Buffer {
    const { buffer } = this;
    if (buffer === this.#plain) this.#plain = Buffer.allocUnsafeSlow(PLAIN_BYTES);
    this.buffer = this.#plain;
    this.length = 0;
    return buffer;
  }

  /** A copy of all bytes; the sink starts afresh. */
  take(): Buffer {
    const bytes = Buffer.from(this.since(0));
    this.clear();
    return bytes;
  }
}
