/** What the command line says. */
import { parseArgs } from "node:util";
import type { Plan } from "./bench.ts";
import { WORKLOAD_WORDS } from "./work.ts";

export const USAGE: string = `usage: npm run bench -- [options]

  --peers A,B*        only these; a * at the end stands for the rest of a name
  --workloads W1,W3   only these: ${WORKLOAD_WORDS.join(" ")}
  --sessions N        how often everything is started anew (3)
  --rounds N          turns that each peer has in a session (4)
  --seconds S         of one sample (0.4)
  --quick             one session, two rounds of 0.2 s
  --syscalls          count system calls too (takes strace)
  --no-codecs         leave out the serializers alone
  --name NAME         of the raw results in .cache/bench (latest)
  --from A,B          measure nothing: take the results of earlier runs by name
  --record            keep the run: recorded.json, the table in README.md, the chart
  --check             a short run of pyro-ts and the floors; exit code 1 when a ratio
                      fell by more than 15 % since the recorded run
  --list              show the peers and what they do
  --help

Examples: npm run bench -- --quick --peers 'raw-node,ours' --workloads w1,w2
          npm run bench -- --peers 'raw-node,node-mini,abl-*' --name ablation
`;

/** A wrong command line: exit code 2. */
export class UsageError extends Error {}

export interface Options {
  readonly mode: "help" | "list" | "run" | "check" | "from";
  readonly peers: readonly string[] | undefined;
  readonly workloads: readonly string[] | undefined;
  readonly plan: Plan;
  readonly name: string;
  /** With mode "from": the names of earlier runs. */
  readonly from: readonly string[];
  readonly record: boolean;
}

/** @throws {UsageError} for what is unknown, out of range, or does not go together. */
export function parseOptions(args: readonly string[]): Options {
  const values = parsed(args);
  const { quick = false, check = false, record = false, from, name = "latest" } = values;
  const full = !quick && values.peers === undefined && values.workloads === undefined;
  if (check && (record || from !== undefined || !full))
    throw new UsageError("--check goes with no choice of what is measured");
  if (record && from === undefined && !full)
    throw new UsageError("only a full run is recorded: no --peers, --workloads or --quick");
  for (const one of [name, ...words(from)]) {
    if (!/^[\w.-]+$/.test(one)) throw new UsageError(`a name has letters, digits, ".", "-" and "_": ${one}`);
  }
  const workloads =
    values.workloads === undefined ? undefined : words(values.workloads).map((one) => one.toLowerCase());
  for (const one of workloads ?? []) {
    if (!WORKLOAD_WORDS.includes(one))
      throw new UsageError(`unknown workload ${one}; there are ${WORKLOAD_WORDS.join(", ")}`);
  }
  const codecs = values["no-codecs"] !== true && (workloads === undefined || workloads.includes("codecs"));
  const plan: Plan = {
    sessions: quick ? 1 : number("sessions", values.sessions, 3, true),
    rounds: quick ? 2 : number("rounds", values.rounds, 4, true),
    seconds: quick ? 0.2 : number("seconds", values.seconds, 0.4, false),
    startups: quick ? 3 : 9,
    codecRounds: codecs ? (quick ? 1 : 3) : 0,
    syscalls: values.syscalls ?? false,
  };
  const mode = values.help ? "help" : values.list ? "list" : check ? "check" : from !== undefined ? "from" : "run";
  return {
    mode,
    peers: values.peers === undefined ? undefined : words(values.peers),
    workloads,
    plan,
    name,
    from: words(from),
    record,
  };
}

/** `--check`: two sessions, so that what is measured once a session has two samples. */
export const CHECK_PLAN: Plan = { sessions: 2, rounds: 3, seconds: 0.3, startups: 5, codecRounds: 0, syscalls: false };

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        peers: { type: "string" },
        workloads: { type: "string" },
        sessions: { type: "string" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        name: { type: "string" },
        from: { type: "string" },
        quick: { type: "boolean" },
        syscalls: { type: "boolean" },
        "no-codecs": { type: "boolean" },
        record: { type: "boolean" },
        check: { type: "boolean" },
        list: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function words(list: string | undefined): string[] {
  return list === undefined
    ? []
    : list
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "");
}

function number(option: string, text: string | undefined, otherwise: number, whole: boolean): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(`--${option} takes a ${whole ? "whole " : ""}number above 0, not ${JSON.stringify(text)}`);
}
