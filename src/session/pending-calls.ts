import { ConnectionClosedError } from "../base/errors.ts";
import type { Serializer } from "../serializers/serializer.ts";
import { type ReplyOptions, rejectAtCallSite } from "./reply.ts";

/** A call that is waiting for its reply. */
export interface PendingCall {
  readonly sequence: number;
  readonly serializer: Serializer;
  readonly options: ReplyOptions;
  /** Settles the call: with its result, or with the rejected promise of `rejectAtCallSite`. */
  readonly resolve: (value: unknown) => void;
  /** Stops the call's timer and abort listener. Called once, when the call ends. */
  readonly release: (() => void) | undefined;
}

/** A pending call, or the sequence number of an abandoned one. */
type Slot = PendingCall | { readonly sequence: number } | undefined;

const INITIAL_SLOTS = 16;
const SEQUENCE_NUMBERS = 0x10000;

/**
 * The calls in flight on one connection, by sequence number.
 *
 * This is an array, not a Map. A Map that is constantly filled and emptied leaves a chain of outgrown tables. Each
 * table keeps its calls and the next table alive, so the garbage collector traces all of them (with 64 calls in flight:
 * a third of the client's time).
 */
export class PendingCalls {
  /** Call n is in slot n modulo the size, a power of two. At most half of the slots are used, below the largest size. */
  #slots: Slot[] = new Array<Slot>(INITIAL_SLOTS).fill(undefined);
  #size = 0;
  #last: number;

  constructor(lastSequence: number) {
    this.#last = lastSequence;
  }

  /** The last number that was assigned. The proxy's next connection continues from it, as in Pyro. */
  get lastSequence(): number {
    return this.#last;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * The next free number. Numbers count up from 0 to 65535 and wrap around; numbers in use are skipped.
   *
   * @throws {ConnectionClosedError} when 65535 calls are in flight.
   */
  nextSequence(): number {
    if (this.#size >= SEQUENCE_NUMBERS - 1)
      throw new ConnectionClosedError("65535 calls are in flight on this connection");
    if (this.#size * 2 >= this.#slots.length && this.#slots.length < SEQUENCE_NUMBERS) this.#grow();
    const mask = this.#slots.length - 1;
    do this.#last = (this.#last + 1) & 0xffff;
    while (this.#slots[this.#last & mask] !== undefined);
    return this.#last;
  }

  /** Adds a call whose number `nextSequence` has just returned. */
  add(call: PendingCall): void {
    this.#slots[call.sequence & (this.#slots.length - 1)] = call;
    this.#size++;
  }

  /** Removes and returns the call with this number: undefined if there is none, "abandoned" if it stopped waiting. */
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

  /** Stops waiting for a reply. The reply may still arrive, so the number stays in use until then. */
  abandon({ sequence }: PendingCall): void {
    if (typeof this.take(sequence) !== "object") return;
    this.#slots[sequence & (this.#slots.length - 1)] = { sequence };
    this.#size++;
  }

  /** Fails every call, because the connection is closed. */
  failAll(error: unknown): void {
    const slots = this.#slots;
    this.#slots = new Array<Slot>(INITIAL_SLOTS).fill(undefined);
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
