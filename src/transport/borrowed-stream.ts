import type { Buffer } from "node:buffer";
import { Duplex } from "node:stream";

/**
 * A wrapper around a stream that the user owns. Ending or destroying the wrapper removes its listeners and leaves the
 * stream open. The user closes it, as with Pyro's `connected_socket`.
 */
export class BorrowedStream extends Duplex {
  /** The user's stream. */
  readonly inner: Duplex;
  readonly #detach: () => void;

  constructor(inner: Duplex) {
    super({ allowHalfOpen: true });
    this.inner = inner;
    const data = (chunk: Buffer): void => {
      if (!this.push(chunk)) inner.pause();
    };
    const end = (): void => {
      this.push(null);
    };
    const failed = (error: Error): void => {
      this.destroy(error);
    };
    const closed = (): void => {
      this.destroy();
    };
    this.#detach = () => {
      inner.pause();
      inner.off("data", data).off("end", end).off("error", failed).off("close", closed);
    };
    inner.on("data", data).on("end", end).on("error", failed).on("close", closed);
    if (inner.destroyed) this.destroy();
  }

  override _read(): void {
    if (!this.destroyed) this.inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.inner.write(chunk, done);
  }

  /** All writes have been passed on, so the wrapper closes now and reads nothing more from the stream. */
  override _final(done: (error?: Error | null) => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#detach();
    done(error);
  }
}
