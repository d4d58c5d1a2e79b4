/** `pyro-nsc`: name server client with the commands and output of Pyro5's own tool. */
import { createInterface } from "node:readline/promises";
import type { NameServerClient, Registered } from "../../entries/naming.ts";
import { pyRepr } from "../../entries/values.ts";
import { locateNameServer, NamingError } from "../../index.ts";
import { parseNameServerArguments, UsageError } from "./options.ts";

const COMMANDS = [
  "list",
  "lookup",
  "register",
  "remove",
  "removematching",
  "listmatching",
  "yplookup_all",
  "yplookup_any",
  "setmeta",
  "ping",
] as const;
type Command = (typeof COMMANDS)[number];

const USAGE = `usage: pyro-nsc [-h] [-n HOST] [-p PORT] [-u UNIXSOCKET] [-v]
                {${COMMANDS.join(",")}} ...

Examples: pyro-nsc -n 10.133.1.221 list
          pyro-nsc register example.thing PYRO:thing@10.133.1.220:4040
`;

/** Wrong number of arguments. Printed on stderr; exit code 1, as in Pyro. */
class ArgumentError extends Error {}

/** Runs the tool and returns its exit code: 0 success, 1 name server not reachable or request failed, 2 usage error. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { location, verbose, help, positionals } = parseNameServerArguments(args);
    if (help) return say(USAGE.trimEnd());
    const [name, ...rest] = positionals;
    const command = COMMANDS.find((candidate) => candidate === name);
    if (command === undefined) {
      throw new UsageError(
        name === undefined
          ? "the following arguments are required: command"
          : `argument command: invalid choice: '${name}' (choose from ${COMMANDS.map((choice) => `'${choice}'`).join(", ")})`,
      );
    }
    if (verbose) say("Locating name server...");
    await using names = await locateNameServer({ timeoutMs: 5_000, ...location });
    if (verbose) say(`Name server found: ${names.uri}`);
    await run(command, names, rest);
    if (verbose) say("Done.");
    return 0;
  } catch (error) {
    return printError(error);
  }
}

function say(line: string): number {
  console.log(line);
  return 0;
}

function printError(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(`${USAGE}pyro-nsc: error: ${error.message}`);
    return 2;
  }
  if (error instanceof NamingError && error.code === "PYRO_NO_NAME_SERVER") {
    // stdout has Pyro's line. The reason, which Pyro does not print, goes to stderr so that scripts are not affected.
    console.log("Error: Failed to locate the nameserver");
    console.error(error.message);
    return 1;
  }
  if (error instanceof ArgumentError) console.error(error.message);
  else if (error instanceof Error) console.log(`Error: ${error.name} - ${error.message}`);
  else throw error;
  return 1;
}

async function run(command: Command, names: NameServerClient, args: readonly string[]): Promise<void> {
  switch (command) {
    case "ping":
      await names.ping();
      say("Name server ping ok.");
      return;
    case "list": {
      const [prefix] = args;
      if (prefix === undefined) printList(names, await names.list());
      else printList(names, await names.list({ prefix }), `- prefix '${prefix}'`);
      return;
    }
    case "listmatching": {
      const [regex] = exactly(args, 1, "requires one argument: pattern");
      printList(names, await names.list({ regex: regex as string }), `- regex '${regex}'`);
      return;
    }
    case "lookup": {
      const [name] = exactly(args, 1, "requires one argument: name");
      const { uri, metadata } = await names.lookupWithMetadata(name as string);
      say(String(uri));
      if (metadata.size > 0) say(`metadata: ${tags(names, metadata)}`);
      return;
    }
    case "register": {
      const [name, uri] = exactly(args, 2, "requires two arguments: name uri");
      await names.register(name as string, uri as string, { safe: true });
      say(`Registered ${name}`);
      return;
    }
    case "remove": {
      const [name] = exactly(args, 1, "requires one argument: name");
      say((await names.remove(name as string)) > 0 ? `Removed ${name}` : "Nothing removed");
      return;
    }
    case "removematching": {
      const [regex] = exactly(args, 1, "requires one argument: pattern");
      if (await confirm()) say(`${await names.remove({ regex: regex as string })} items removed.`);
      return;
    }
    case "setmeta": {
      const [name, ...metadata] = args;
      if (name === undefined) throw new ArgumentError("requires arguments: uri and zero or more meta tags");
      await names.setMetadata(name, metadata);
      say(metadata.length > 0 ? "Metadata updated" : "Metadata cleared");
      return;
    }
    case "yplookup_all":
    case "yplookup_any": {
      if (args.length === 0) throw new ArgumentError("requires at least one metadata tag argument");
      const filter = command === "yplookup_all" ? { metadataAll: args } : { metadataAny: args };
      printList(names, await names.list(filter), " - searched by metadata");
      return;
    }
    default:
      command satisfies never;
  }
}

function exactly(args: readonly string[], count: number, message: string): readonly string[] {
  if (args.length !== count) throw new ArgumentError(message);
  return args;
}

/** Formats tags as Python prints them: a list from a Pyro4 name server, a set from a Pyro5 one. */
function tags(names: NameServerClient, metadata: ReadonlySet<string>): string {
  return pyRepr(names.protocol === 4 ? [...metadata] : metadata);
}

function printList(names: NameServerClient, found: ReadonlyMap<string, Registered>, title = ""): void {
  say(`--------START LIST ${title}`);
  for (const [name, { uri, metadata }] of found) {
    say(`${name} --> ${uri}`);
    if (metadata.size > 0) say(`    metadata: ${tags(names, metadata)}`);
  }
  say(`--------END LIST ${title}`);
}

async function confirm(): Promise<boolean> {
  const question = "Potentially removing lots of items from the Name server. Are you sure (y/n)?";
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question)).trim().toLowerCase() === "y";
  } finally {
    terminal.close();
  }
}
