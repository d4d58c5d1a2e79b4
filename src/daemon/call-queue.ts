import type { Message } from "../wire/message.ts";

/**
 * Reading pauses once the waiting calls are larger than this. It does not pause at once, because only a connection that
 * is being read notices that its client is gone.
 */
const MAX_WAITING_BYTES = 64 << 10;
/** A waiting message without its payload and annotations takes about this much memory. */
const MESSAGE_BYTES = 200;

export interface CallQueueOptions {
  readonly maxCallsInFlight: number;
  /** Whether a oneway call ends before the next call of its connection starts. */
  readonly onewayInOrder: boolean;
}

/** What the queue needs of its connection's channel. */
export interface CallChannel {
  /** The client is slow to read its replies: no call may start. */
  readonly congested: boolean;
  /** Stops and starts reading. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes. */
  end(): void;
}

/** What the order depends on, of a call in flight. */
export interface CallInFlight {
  readonly oneway: boolean;
  readonly batch: boolean;
}

/**
 * The order of one connection's calls. They start in the order of their arrival, and end in any order. A call waits
 *
 * - while `maxCallsInFlight` calls are in flight;
 * - while an in-order call is in flight: a oneway batch, as in Pyro, or with `onewayInOrder` any oneway call;
 * - while the channel is congested;
 * - while earlier calls wait.
 *
 * A call is in flight from `began` to `ended`. A call that has ended when `start` returns needs neither.
 */
export class CallQueue {
  readonly #channel: CallChannel;
  readonly #maxCallsInFlight: number;
  readonly #onewayInOrder: boolean;
  readonly #start: (message: Message) => void;
  #inFlight = 0;
  /** An in-order call is in flight. */
  #blocked = false;
  #draining = false;
  /** New calls wait, for any of the reasons above except congestion alone, or are dropped because of draining. */
  #mustWait = false;
  #waiting: Message[] = [];
  #waitingBytes = 0;

  /** @param start starts a call that waited; what it throws, `advance` throws. */
  constructor(channel: CallChannel, options: CallQueueOptions, start: (message: Message) => void) {
    this.#channel = channel;
    this.#maxCallsInFlight = options.maxCallsInFlight;
    this.#onewayInOrder = options.onewayInOrder;
    this.#start = start;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes a call that has arrived. True: the caller starts it now. False: it waits, or is dropped while draining. */
  offer(message: Message): boolean {
    if (!this.#mustWait && !this.#channel.congested) return true;
    if (!this.#draining) this.#wait(message);
    return false;
  }

  #wait(message: Message): void {
    this.#mustWait = true;
    this.#waiting.push(message.keep());
    this.#waitingBytes += message.payload.length + message.annotationsBytes + MESSAGE_BYTES;
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#channel.pause();
  }

  /** A call was started and has not ended. */
  began(call: CallInFlight): void {
    this.#inFlight++;
    if (this.#isInOrder(call)) this.#blocked = true;
    if (this.#blocked || this.#inFlight >= this.#maxCallsInFlight) this.#mustWait = true;
  }

  /** A call in flight has ended, and its reply is queued. True: waiting calls may be able to start; call `advance`. */
  ended(call: CallInFlight): boolean {
    this.#inFlight--;
    if (!this.#mustWait) return false;
    if (this.#isInOrder(call)) this.#blocked = false;
    if (!this.#draining) return true;
    if (this.#inFlight === 0) this.#channel.end();
    return false;
  }

  #isInOrder({ oneway, batch }: CallInFlight): boolean {
    return oneway && (batch || this.#onewayInOrder);
  }

  get #mayStart(): boolean {
    const hasRoom = this.#inFlight < this.#maxCallsInFlight;
    return hasRoom && !this.#blocked && !this.#draining && !this.#channel.congested;
  }

  /** Starts waiting calls while they may start. Once none waits, reading resumes. */
  advance(): void {
    while (this.#mustWait && this.#mayStart) {
      const message = this.#waiting.shift();
      if (message !== undefined) this.#start(message);
      else {
        this.#mustWait = false;
        this.#waitingBytes = 0;
        this.#channel.resume();
      }
    }
  }

  /**
   * Drops waiting calls and all that still arrive. The channel ends with the last call in flight; if none is in flight,
   * ending it is up to the caller.
   */
  drain(): void {
    this.#draining = true;
    this.#mustWait = true;
    this.#waiting = [];
    if (this.#inFlight > 0) this.#channel.pause();
  }

  /** Drops waiting calls: the connection is closed. */
  clear(): void {
    this.#waiting = [];
  }
}
