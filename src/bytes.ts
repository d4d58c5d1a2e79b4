import { Buffer } from "node:buffer";

const KEEP_AT_MOST = 1 << 20;
const FIRST_BYTES = 8_192;
const EMPTY = Buffer.alloc(0);

/**
 * A growing output buffer: messages are written into it one behind the other, and leave in one piece.
 *
 * The bytes are owned by the sink until `take()`; what `take()` returns belongs to the caller, and the
 * sink goes on with another buffer, so the socket may hold on to it.
 */
export class ByteSink {
  /** The bytes so far are `buffer[0..length)`. Writers that need speed may write here after `reserve`. */
  buffer: Buffer = EMPTY;
  length = 0;

  /** Makes room for `size` more bytes and returns where they start; the length is not changed. */
  reserve(size: number): number {
    const needed = this.length + size;
    if (needed > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.max(needed, FIRST_BYTES, Math.min(this.buffer.length * 2, needed + (64 << 20))),
      );
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    return this.length;
  }

  /** Leaves `size` bytes open, to be filled in later (a header whose lengths are not known yet). */
  skip(size: number): number {
    const at = this.reserve(size);
    this.length = at + size;
    return at;
  }

  byte(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
    this.length = at + 1;
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

  /** Hands over all bytes and starts afresh. */
  take(): Buffer {
    const bytes = this.buffer.subarray(0, this.length);
    const rest = this.buffer.length - this.length;
    // What is left of the buffer serves the next round; a large one is not kept alive for it, nor one for a connection
    // that says nothing.
    this.buffer = rest >= 1_024 && this.buffer.length <= KEEP_AT_MOST ? this.buffer.subarray(this.length) : EMPTY;
    this.length = 0;
    return bytes;
  }
}
