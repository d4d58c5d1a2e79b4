/** `npm run hosts -- VERB`: the Compose file's services on several machines, as hosts.yml says. */
import { parseArgs } from "node:util";
import { Fault } from "./hosts/faults.ts";
import { Problems } from "./hosts/problems.ts";
import { UsageError } from "./hosts/usage-error.ts";
import { USAGE, VERBS } from "./hosts/verbs.ts";

const OPTIONS = {
  file: { type: "string", short: "f", default: "hosts.yml" },
  help: { type: "boolean", short: "h" },
  host: { type: "string" },
  "no-build": { type: "boolean" },
  json: { type: "boolean" },
  tail: { type: "string" },
  "no-follow": { type: "boolean" },
  volumes: { type: "boolean" },
  images: { type: "boolean" },
  days: { type: "string", default: "365" },
} as const;

const known = (word: string): word is keyof typeof VERBS => Object.hasOwn(VERBS, word);

async function main(args: readonly string[]): Promise<number> {
  // What stands behind the verb and its service is a command of its own, with options that are not ours.
  const at = args.findIndex((word, index) => known(word) && args[index - 1] !== "-f" && args[index - 1] !== "--file");
  const verb = args[at];
  const open = verb === "exec" || verb === "nsc";
  const { values, positionals } = parseArgs({
    args: open ? args.slice(0, at + 1) : [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  if (values.help === true || (positionals.length === 0 && at < 0)) {
    (values.help ? process.stdout : process.stderr).write(USAGE);
    return values.help ? 0 : 2;
  }
  if (verb === undefined || positionals[0] !== verb) {
    throw new UsageError(`there is no ${positionals[0]}: ${Object.keys(VERBS).join(", ")}`);
  }
  const rest = open ? args.slice(at + 1) : positionals.slice(1);
  return VERBS[verb as keyof typeof VERBS]({ ...values, rest });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  if (error instanceof Fault || error instanceof Problems) {
    console.error(error.message);
  } else if (error instanceof Error && process.env["NODE_DEBUG"] === undefined) {
    console.error(`hosts: ${error.message}`);
  } else {
    console.error(error);
  }
  process.exitCode = usage || error instanceof Problems ? 2 : 1;
}
// Connections that are kept for the next question would keep the process.
process.exit();
