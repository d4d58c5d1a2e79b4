import { CommunicationError } from "../base/errors.ts";
import type { ByteSink } from "../bytes/byte-sink.ts";
import type { Channel } from "../session/channel.ts";
import type { Dialect } from "../wire/dialect.ts";
import { type Message, MessageType } from "../wire/message.ts";
import { pyro5 } from "../wire/pyro5.ts";
import type { ConnectionServices } from "./connection-services.ts";
import { unwritableError, unwritableResult } from "./error-replies.ts";
import { iteratorOf } from "./item-streams.ts";
import type { ServedCall } from "./served-call.ts";

/** Sends one connection's replies. Oneway calls get none. */
export class Replies {
  readonly #channel: Channel;
  readonly #services: ConnectionServices;

  constructor(channel: Channel, services: ConnectionServices) {
    this.#channel = channel;
    this.#services = services;
  }

  get #dialect(): Dialect {
    return this.#channel.dialect ?? pyro5;
  }

  pong({ sequence, serializerId }: Message): void {
    const writePayload = (out: ByteSink): void => out.latin1("pong");
    const annotations = this.#services.annotations?.();
    const message = { type: MessageType.Ping, flags: 0, sequence, serializerId, annotations, writePayload };
    this.#channel.send(this.#dialect, message);
  }

  /** Replies with a result. An iterator is served as an item stream; a result that cannot be written gets an error. */
  result(served: ServedCall, value: unknown): void {
    if (served.oneway) return;
    const { batch, exception, itemStream } = this.#dialect.flag;
    try {
      const items = iteratorOf(value);
      if (items === undefined) this.#send(served, served.batch ? batch : 0, value);
      else this.#send(served, exception | itemStream, this.#services.streams.open(items, served));
    } catch (unwritable) {
      this.error(served, unwritableResult(unwritable, served.serializer));
    }
  }

  error(served: ServedCall, error: Error): void {
    if (served.oneway) return;
    if (error instanceof CommunicationError) served.keepsConnection();
    const flags = this.#dialect.flag.exception;
    try {
      this.#send(served, flags, error);
    } catch (unwritable) {
      this.#send(served, flags, unwritableError(unwritable, error));
    }
  }

  #send(served: ServedCall, flags: number, value: unknown): void {
    if (this.#channel.closed) return;
    this.#channel.send(this.#dialect, served.reply(flags, value, this.#services.annotations?.()));
  }
}
