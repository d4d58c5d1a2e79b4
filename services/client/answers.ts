import { createInterface } from "node:readline/promises";

/** The source of a visitor's answers. */
export interface Answers extends Disposable {
  /** Shows the question and returns the trimmed answer; undefined if there are no more answers (Ctrl-D). */
  ask(question: string): Promise<string | undefined>;
}

/** Predefined answers. The output shows them as if they were typed. */
export function writtenAnswers(answers: readonly string[], say: (line: string) => void): Answers {
  const remaining = [...answers];
  return {
    async ask(question) {
      const answer = remaining.shift();
      if (answer !== undefined) say(question + answer);
      return answer;
    },
    [Symbol.dispose]() {},
  };
}

/** Answers typed at a terminal. Ctrl-D ends the answers; Ctrl-C exits the program. */
export function typedAnswers(): Answers {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  let ended = false;
  const closed = new AbortController();
  terminal.on("close", () => {
    ended = true;
    closed.abort();
  });
  terminal.on("SIGINT", () => {
    terminal.close();
    console.log();
    process.exit(130);
  });
  return {
    async ask(question) {
      if (ended) return undefined;
      try {
        return (await terminal.question(question, { signal: closed.signal })).trim();
      } catch (error) {
        if (!ended) throw error;
        console.log();
        return undefined;
      }
    },
    [Symbol.dispose]: () => terminal.close(),
  };
}
