import { type Remote, RemoteError } from "#pyro";
import { pyRepr } from "#pyro/values";
import type { Warehouse } from "../warehouse/contract.ts";
import type { Answers } from "./answers.ts";

/** One person's visit to the warehouse: store a thing, take a thing, leave. */
export class Visitor {
  readonly name: string;
  readonly #answers: Answers;
  readonly #say: (line: string) => void;

  constructor(name: string, answers: Answers, say: (line: string) => void) {
    this.name = name;
    this.#answers = answers;
    this.#say = say;
  }

  /** Makes the visit. Returns false if the answers ended before the last question. */
  async visit(warehouse: Remote<Warehouse>): Promise<boolean> {
    this.#say(`This is ${this.name}.`);
    let stays = await this.#deal(warehouse, "Type a thing you want to store (or empty): ", (thing) =>
      warehouse.store(this.name, thing),
    );
    if (stays) {
      stays = await this.#deal(warehouse, "Type something you want to take (or empty): ", (thing) =>
        warehouse.take(this.name, thing),
      );
    }
    this.#say("Thank you, come again!");
    return stays;
  }

  /** Shows the contents, asks the question and acts on the answer. Returns false if there was no answer. */
  async #deal(warehouse: Remote<Warehouse>, question: string, act: (thing: string) => Promise<void>): Promise<boolean> {
    this.#say(`The warehouse contains: ${pyRepr(await warehouse.listContents())}`);
    const thing = await this.#answers.ask(question);
    if (thing === undefined) return false;
    if (thing === "") return true;
    try {
      await act(thing);
    } catch (error) {
      this.#say(sorry(error, thing));
    }
    return true;
  }
}

/** A message for the visitor if the warehouse refused. Other errors are rethrown. */
function sorry(error: unknown, thing: string): string {
  if (!(error instanceof RemoteError)) throw error;
  // Python's warehouse passes on the error of list.remove(), which does not name the thing.
  const unhelpful = error.is("ValueError") && error.message.startsWith("list.remove");
  return `Sorry: ${unhelpful ? `there is no ${thing} in the warehouse` : error.message}.`;
}
