import { Buffer } from "node:buffer";
import type { Location } from "./location.ts";
import type { Connection, ConnectionHandlers } from "./transport.ts";

/** Above this number of unread bytes a sender must wait for `onDrain`. */
const HIGH_WATER_BYTES = 64 << 10;

/** The part of the network that a connection uses. */
export interface Scheduler {
  /** Runs `work` after the network's latency, in order. */
  schedule(work: () => void): void;
  /** Runs `work` soon, before anything else arrives. */
  nextTick(work: () => void): void;
}

interface Chunk {
  readonly bytes: Buffer;
  readonly onTaken: (() => void) | undefined;
}

/** One end of a connection in memory. */
export class MemoryConnection implements Connection {
  readonly peerAddress: string;
  readonly localLocation: Location;
  readonly tls = undefined;
  readonly hasHandshake = true;
  readonly keepsWrittenBytes = false;
  needsDrain = false;
  bufferedBytes = 0;
  readonly #scheduler: Scheduler;
  #peer: MemoryConnection | undefined;
  #handlers: ConnectionHandlers | undefined;
  readonly #onClosed: (() => void)[] = [];
  /** Chunks that arrived and are not delivered yet. "end": the peer has closed its half. */
  #inbox: (Chunk | "end")[] = [];
  #paused = false;
  #delivering = false;
  #sentEnd = false;
  #receivedEnd = false;
  #closed = false;

  constructor(scheduler: Scheduler, localLocation: Location, peerAddress: string) {
    this.#scheduler = scheduler;
    this.localLocation = localLocation;
    this.peerAddress = peerAddress;
  }

  /** Connects two ends with each other. */
  static pair(one: MemoryConnection, other: MemoryConnection): void {
    one.#peer = other;
    other.#peer = one;
  }

  /** Calls `work` when the connection is closed. */
  whenClosed(work: () => void): void {
    this.#onClosed.push(work);
  }

  start(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    this.#scheduler.nextTick(() => this.#deliver());
  }

  /** Without `onTaken` the bytes are copied, so their memory can be reused at once. */
  write(bytes: Uint8Array, onTaken?: () => void): boolean {
    const peer = this.#peer;
    if (this.#sentEnd || this.#closed || peer === undefined || bytes.length === 0) {
      onTaken?.();
      return true;
    }
    const sent =
      onTaken === undefined ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bufferedBytes += sent.length;
    if (this.bufferedBytes >= HIGH_WATER_BYTES) this.needsDrain = true;
    this.#scheduler.schedule(() => peer.#arrive({ bytes: sent, onTaken }));
    return onTaken === undefined;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#scheduler.nextTick(() => this.#deliver());
  }

  end(): void {
    if (this.#sentEnd || this.#closed) return;
    this.#sentEnd = true;
    const peer = this.#peer;
    if (peer !== undefined) this.#scheduler.schedule(() => peer.#arrive("end"));
    if (this.#receivedEnd) this.#close();
  }

  destroy(): void {
    if (this.#closed) return;
    this.end();
    this.#close();
  }

  #arrive(chunk: Chunk | "end"): void {
    if (this.#closed) {
      if (chunk !== "end") this.#acknowledge(chunk);
      return;
    }
    this.#inbox.push(chunk);
    this.#deliver();
  }

  #deliver(): void {
    const handlers = this.#handlers;
    if (handlers === undefined || this.#delivering) return;
    this.#delivering = true;
    try {
      while (!this.#closed) {
        // A paused connection still learns that the other side has ended, as a socket does.
        if (this.#paused && this.#inbox[0] !== "end") return;
        const chunk = this.#inbox.shift();
        if (chunk === undefined) return;
        if (chunk === "end") this.#end(handlers);
        else {
          handlers.onData(chunk.bytes);
          this.#acknowledge(chunk);
        }
      }
    } finally {
      this.#delivering = false;
    }
  }

  #end(handlers: ConnectionHandlers): void {
    this.#receivedEnd = true;
    handlers.onEnd();
    if (this.#sentEnd) this.#close();
    else this.end();
  }

  #acknowledge({ bytes, onTaken }: Chunk): void {
    onTaken?.();
    if (this.#peer !== undefined) this.#peer.#taken(bytes.length);
  }

  #taken(bytes: number): void {
    this.bufferedBytes -= bytes;
    if (!this.needsDrain || this.bufferedBytes > 0 || this.#closed) return;
    this.needsDrain = false;
    this.#handlers?.onDrain();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const chunk of this.#inbox.splice(0)) if (chunk !== "end") this.#acknowledge(chunk);
    this.#scheduler.nextTick(() => {
      this.#handlers?.onClose(undefined);
      for (const work of this.#onClosed.splice(0)) work();
    });
  }
}
