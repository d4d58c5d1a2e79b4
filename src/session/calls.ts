import { ConnectionClosedError } from "../errors.ts";

/** A call that waits for its reply. */
export interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Stops its timer and its signal's listener; called once, however it ends. */
  readonly release: (() => void) | undefined;
}

/** The calls in flight on one connection, by sequence number. */
export class PendingCalls {
  readonly #calls = new Map<number, PendingCall | "abandoned">();
  #last: number;

  constructor(lastSequence: number) {
    this.#last = lastSequence;
  }

  /** The number given out last: the proxy's next connection goes on from it, as Pyro's does. */
  get lastSequence(): number {
    return this.#last;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The next free number, 1 to 65535 and round again. @throws {ConnectionClosedError} with 65535 in flight. */
  nextSequence(): number {
    if (this.#calls.size >= 0xffff) throw new ConnectionClosedError("65535 calls are in flight on this connection");
    do this.#last = (this.#last + 1) & 0xffff;
    while (this.#calls.has(this.#last));
    return this.#last;
  }

  add(sequence: number, call: PendingCall): void {
    this.#calls.set(sequence, call);
  }

  /** The call that a reply belongs to. Undefined: nobody asked. "abandoned": whoever asked has gone. */
  take(sequence: number): PendingCall | "abandoned" | undefined {
    const call = this.#calls.get(sequence);
    if (call === undefined) return undefined;
    this.#calls.delete(sequence);
    if (call !== "abandoned") call.release?.();
    return call;
  }

  /** Nobody waits any more, but the reply will come: its number stays taken until then. */
  abandon(sequence: number): void {
    const call = this.#calls.get(sequence);
    if (call === undefined || call === "abandoned") return;
    call.release?.();
    this.#calls.set(sequence, "abandoned");
  }

  /** Takes back a call that was never sent. */
  forget(sequence: number): void {
    this.take(sequence);
  }

  /** Ends every call: the connection is gone. */
  failAll(error: unknown): void {
    for (const call of this.#calls.values()) {
      if (call === "abandoned") continue;
      call.release?.();
      call.reject(error);
    }
    this.#calls.clear();
  }
}
