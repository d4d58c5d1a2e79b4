import type { Terminal } from "../support/compose-terminal.ts";

/** What Pyro's tutorial shows when Janet and Henry pay their visits, line for line. */
export const TRANSCRIPT: readonly string[] = [
  "This is Janet.",
  "The warehouse contains: ['chair', 'bike', 'flashlight', 'laptop', 'couch']",
  "Type a thing you want to store (or empty): television",
  "The warehouse contains: ['chair', 'bike', 'flashlight', 'laptop', 'couch', 'television']",
  "Type something you want to take (or empty): couch",
  "Thank you, come again!",
  "This is Henry.",
  "The warehouse contains: ['chair', 'bike', 'flashlight', 'laptop', 'television']",
  "Type a thing you want to store (or empty): bricks",
  "The warehouse contains: ['chair', 'bike', 'flashlight', 'laptop', 'television', 'bricks']",
  "Type something you want to take (or empty): bike",
  "Thank you, come again!",
];

/** What the warehouse prints meanwhile. */
export const WAREHOUSE_LOG: readonly string[] = [
  "Janet stored the television.",
  "Janet took the couch.",
  "Henry stored the bricks.",
  "Henry took the bike.",
];

/** Somebody at the keyboard who stores a thing, and takes it out again. */
export async function storesAndTakes(terminal: Terminal, thing: string): Promise<void> {
  await terminal.shows("Type a thing you want to store (or empty): ");
  terminal.type(`${thing}\n`);
  await terminal.shows(`'${thing}']`);
  await terminal.shows("Type something you want to take (or empty): ");
  terminal.type(`${thing}\n`);
  await terminal.shows("Thank you, come again!");
}

/** The lines of a warehouse's log that tell of visits. */
export function deeds(lines: readonly string[]): string[] {
  return lines.filter((line) => / (stored|took) the .*\.$/.test(line));
}
