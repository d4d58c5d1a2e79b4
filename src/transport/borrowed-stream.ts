import type { Buffer } from "node:buffer";
import { Duplex } from "node:stream";

/**
 * A stream that belongs to somebody else, for as long as we use it: ending or destroying the loan leaves it open, and
 * without anything of ours on it. Whoever opened it closes it, as with Pyro's `connected_socket`.
 */
export class BorrowedStream extends Duplex {
  /** The stream itself. */
  readonly inner: Duplex;
  readonly #giveBack: () => void;

  constructor(owners: Duplex) {
    super({ allowHalfOpen: true });
    this.inner = owners;
    const data = (chunk: Buffer): void => {
      if (!this.push(chunk)) owners.pause();
    };
    const end = (): void => {
      this.push(null);
    };
    const failed = (error: Error): void => {
      this.destroy(error);
    };
    const gone = (): void => {
      this.destroy();
    };
    this.#giveBack = () => {
      owners.pause();
      owners.off("data", data).off("end", end).off("error", failed).off("close", gone);
    };
    owners.on("data", data).on("end", end).on("error", failed).on("close", gone);
    if (owners.destroyed) this.destroy();
  }

  override _read(): void {
    if (!this.destroyed) this.inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.inner.write(chunk, done);
  }

  /** Everything is handed on: the loan is over at once, so that nothing more is read from its owner. */
  override _final(done: (error?: Error | null) => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#giveBack();
    done(error);
  }
}
