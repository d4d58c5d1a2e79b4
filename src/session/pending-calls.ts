import { ConnectionClosedError } from "../base/errors.ts";
import type { Serializer } from "../serializers/serializer.ts";
import { type ReplyOptions, rejectAtCallSite } from "./reply.ts";

/** A call that waits for its reply. */
export interface PendingCall {
  readonly sequence: number;
  readonly serializer: Serializer;
  readonly options: ReplyOptions;
  /** Ends the call with its result, or with what `failing` made of an error. */
  readonly resolve: (value: unknown) => void;
  /** Stops its timer and its signal's listener; called once, however it ends. */
  readonly release: (() => void) | undefined;
}

/** A call, or the number of one that nobody waits for. */
type Slot = PendingCall | { readonly sequence: number } | undefined;

const FIRST_SLOTS = 16;
const NUMBERS = 0x10000;

/**
 * The calls in flight on one connection, by sequence number.
 *
 * An array, not a Map: a Map that is filled and emptied all the time leaves a trail of outgrown tables, each of which
 * holds the calls of its time and the next table, and the garbage collector has to carry all of them along (64 calls
 * in flight: a third of the client's time).
 */
export class PendingCalls {
  /** Call n is in slot n modulo their number, a power of two; never more than half are taken, but for the largest. */
  #slots: Slot[] = new Array<Slot>(FIRST_SLOTS).fill(undefined);
  #size = 0;
  #last: number;

  constructor(lastSequence: number) {
    this.#last = lastSequence;
  }

  /** The number given out last: the proxy's next connection goes on from it, as Pyro's does. */
  get lastSequence(): number {
    return this.#last;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * The next number that is free, 0 to 65535 and round again: mostly one more than the last.
   *
   * @throws {ConnectionClosedError} with 65535 in flight.
   */
  nextSequence(): number {
    if (this.#size >= NUMBERS - 1) throw new ConnectionClosedError("65535 calls are in flight on this connection");
    if (this.#size * 2 >= this.#slots.length && this.#slots.length < NUMBERS) this.#grow();
    const mask = this.#slots.length - 1;
    do this.#last = (this.#last + 1) & 0xffff;
    while (this.#slots[this.#last & mask] !== undefined);
    return this.#last;
  }

  /** Keeps a call under a number that was just given out. */
  add(call: PendingCall): void {
    this.#slots[call.sequence & (this.#slots.length - 1)] = call;
    this.#size++;
  }

  /** The call that a reply belongs to. Undefined: nobody asked. "abandoned": whoever asked has gone. */
  take(sequence: number): PendingCall | "abandoned" | undefined {
    const at = sequence & (this.#slots.length - 1);
    const slot = this.#slots[at];
    if (slot === undefined || slot.sequence !== sequence) return undefined;
    this.#slots[at] = undefined;
    this.#size--;
    if (!("resolve" in slot)) return "abandoned";
    slot.release?.();
    return slot;
  }

  /** Nobody waits any more, but the reply will come: its number stays taken until then. */
  abandon({ sequence }: PendingCall): void {
    if (typeof this.take(sequence) !== "object") return;
    this.#slots[sequence & (this.#slots.length - 1)] = { sequence };
    this.#size++;
  }

  /** Ends every call: the connection is gone. */
  failAll(error: unknown): void {
    const slots = this.#slots;
    this.#slots = new Array<Slot>(FIRST_SLOTS).fill(undefined);
    this.#size = 0;
    for (const slot of slots) {
      if (slot === undefined || !("resolve" in slot)) continue;
      slot.release?.();
      slot.resolve(rejectAtCallSite(error));
    }
  }

  #grow(): void {
    const slots = new Array<Slot>(this.#slots.length * 2).fill(undefined);
    for (const slot of this.#slots) if (slot !== undefined) slots[slot.sequence & (slots.length - 1)] = slot;
    this.#slots = slots;
  }
}
