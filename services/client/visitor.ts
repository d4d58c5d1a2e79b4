import { pyRepr, type Remote, RemoteError } from "#pyro";
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

  /** False: the visitor left before all was asked. */
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

  /** Shows the contents, asks, and does what was answered. False: the visitor has left. */
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

/** What the warehouse refused, in a sentence for the visitor. What it did not refuse itself goes on. */
function sorry(error: unknown, thing: string): string {
  if (!(error instanceof RemoteError)) throw error;
  // Python's warehouse lets list.remove() speak, which says nothing to a visitor.
  const unhelpful = error.is("ValueError") && error.message.startsWith("list.remove");
  return `Sorry: ${unhelpful ? `there is no ${thing} in the warehouse` : error.message}.`;
}
