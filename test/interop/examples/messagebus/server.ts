/** A message bus: who subscribed to a topic is called with each message that is sent to it. */
import { CommunicationError, Daemon, expose, type Remote, stopSignal } from "#pyro";

/** What a subscriber offers. */
export interface Subscriber {
  message(topic: string, text: string): void;
}

export class MessageBus {
  static {
    expose(this, {
      methods: { subscribe: "subscribe(topic, subscriber)", send: "send(topic, text)", topics: "topics()" },
    });
  }

  readonly #topics = new Map<string, Remote<Subscriber>[]>();

  subscribe(topic: string, subscriber: Remote<Subscriber>): void {
    this.#topics.set(topic, [...(this.#topics.get(topic) ?? []), subscriber]);
  }

  /** Gives how many subscribers got the message. Who cannot be reached any more is forgotten. */
  async send(topic: string, text: string): Promise<number> {
    const reached: Remote<Subscriber>[] = [];
    for (const subscriber of this.#topics.get(topic) ?? []) {
      await using one = subscriber; // its connection ends here, as there may be many subscribers
      try {
        await one.message(topic, text);
        reached.push(subscriber);
      } catch (error) {
        if (!(error instanceof CommunicationError)) throw error;
      }
    }
    this.#topics.set(topic, reached);
    return reached.length;
  }

  topics(): Record<string, number> {
    return Object.fromEntries(Array.from(this.#topics, ([topic, { length }]) => [topic, length]));
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new MessageBus(), "example.messagebus")));
await stopSignal();
