import { createInterface } from "node:readline/promises";

/** Where a visitor's answers come from. */
export interface Answers extends Disposable {
  /** Shows the question and gives the answer, trimmed; undefined when no more will come (Ctrl-D). */
  ask(question: string): Promise<string | undefined>;
}

/** Answers that were written down before: the transcript shows them as if they were typed. */
export function writtenAnswers(answers: readonly string[], say: (line: string) => void): Answers {
  const left = [...answers];
  return {
    async ask(question) {
      const answer = left.shift();
      if (answer !== undefined) say(question + answer);
      return answer;
    },
    [Symbol.dispose]() {},
  };
}

/** A person at a terminal. Ctrl-D ends the answers; Ctrl-C ends the program, as everywhere. */
export function typedAnswers(): Answers {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  let over = false;
  const closed = new AbortController();
  terminal.on("close", () => {
    over = true;
    closed.abort();
  });
  terminal.on("SIGINT", () => {
    terminal.close();
    console.log();
    process.exit(130);
  });
  return {
    async ask(question) {
      if (over) return undefined;
      try {
        return (await terminal.question(question, { signal: closed.signal })).trim();
      } catch (error) {
        if (!over) throw error;
        console.log();
        return undefined;
      }
    },
    [Symbol.dispose]: () => terminal.close(),
  };
}
