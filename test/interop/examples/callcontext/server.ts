/** Tells its callers what it knows of their call, beyond the arguments. */
import { callContext, Daemon, expose, stopSignal } from "#pyro";
import { correlationText } from "#pyro/diagnostics";

export class Mirror {
  static {
    expose(this, { methods: { look: "look()", seen: "seen()" } });
  }

  readonly #ids: string[] = [];

  look(): Record<string, unknown> {
    const context = callContext();
    if (context === undefined) throw new Error("only for remote callers");
    const word = context.annotations.get("WORD") ?? new Uint8Array();
    context.responseAnnotations.set("BACK", word.toReversed());
    const id = correlationText(context.correlationId);
    this.#ids.push(id);
    return { client: context.client, id, word: new TextDecoder().decode(word) };
  }

  /** The correlation ids of all looks: the ids are for following a call from log to log. */
  seen(): string[] {
    return this.#ids;
  }
}

await using daemon = await Daemon.listen();
console.log(String(daemon.register(new Mirror(), "example.mirror")));
await stopSignal();
