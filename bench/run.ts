/**
 * `npm run bench`: the same work for pyro-ts, both Pyros of Python, what else Node has for calling other programs, and the
 * floors, in one run, as ratios. Loopback only; every loop ends by time, and everything started is stopped.
 */

import { measureCalls } from "./blocks/calls.ts";
import { measureCodecs } from "./blocks/codecs.ts";
import { measureConnections } from "./blocks/connections.ts";
import { measureNameServers } from "./blocks/name-servers.ts";
import { measureStartups } from "./blocks/startups.ts";
import { drawChart } from "./chart.ts";
import { Bench, type Plan } from "./lib/bench.ts";
import { ratioText } from "./lib/format.ts";
import { onPath, whyNot } from "./lib/needs.ts";
import { CHECK_PLAN, type Options, parseOptions, USAGE, UsageError } from "./lib/options.ts";
import { choosePeers, loadPeers, type Peer, unknownPatterns } from "./lib/peers.ts";
import { whyUnplaced } from "./lib/placement.ts";
import { PLACES } from "./lib/places.ts";
import { Processes } from "./lib/processes.ts";
import { writeReadme } from "./lib/readme.ts";
import { type Comparison, compacted, compare, KEPT, readRecorded, writeRecorded } from "./lib/recorded.ts";
import { report } from "./lib/report.ts";
import { merged, type Results } from "./lib/results.ts";
import { runnable } from "./lib/runnable.ts";
import { loadResults, saveResults } from "./lib/store.ts";
import { summarize } from "./lib/summary.ts";
import type { Op, Work } from "./lib/work.ts";

/** Whom `--check` measures: pyro-ts, and the floors that its ratios are to. */
const CHECKED = ["raw-node", "node-mini", "node-tcp", "ours", "ours-ns", "ours-nsd", "ours-nsd-dist"];

/** Runs what the command line wants and gives the exit code: 0 done, 1 something fell, 2 usage. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  switch (options.mode) {
    case "help":
      console.log(USAGE.trimEnd());
      return 0;
    case "list":
      for (const { name, works, title } of chosen(await loadPeers(PLACES), options)) {
        console.log(name.padEnd(24), works.join(" ").padEnd(40), title);
      }
      return 0;
    case "check":
      return check();
    case "from": {
      const [first, ...others] = options.from.map(loadResults);
      if (first === undefined) throw new UsageError("--from takes the names of earlier runs");
      return tell(merged(first, ...others), options);
    }
    case "run": {
      const results = await measure(chosen(await loadPeers(PLACES), options), options.plan);
      saveResults(options.name, results, report(results));
      return tell(results, options);
    }
    default:
      return options.mode satisfies never;
  }
}

/** @throws {UsageError} for a name that no peer has. */
function chosen(all: readonly Peer[], { peers, workloads }: Pick<Options, "peers" | "workloads">): Peer[] {
  const unknown = unknownPatterns(all, peers ?? []);
  if (unknown.length > 0) {
    throw new UsageError(
      `no peer is called ${unknown.join(", ")}; there are ${all.map(({ name }) => name).join(", ")}`,
    );
  }
  return choosePeers(all, peers, workloads);
}

async function measure(peers: readonly Peer[], wanted: Plan): Promise<Results> {
  const say = (line: string): void => console.error(line);
  const able = runnable(peers, ({ name }, reason) => say(`left out: ${name} (${reason})`));
  const plan = { ...wanted, ...withoutTools(wanted, say) };
  const unplaced = whyUnplaced();
  if (unplaced !== undefined) say(`left out: placement (${unplaced}); these ratios are not those of other runs`);
  using processes = new Processes();
  const interrupted = (signal: NodeJS.Signals): void => {
    processes[Symbol.dispose]();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  const bench = new Bench(able, plan, processes);
  for (const block of [measureCalls, measureConnections, measureNameServers, measureStartups, measureCodecs]) {
    await block(bench);
  }
  process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  return bench.results;
}

/** What the plan loses where a tool or package is not there. */
function withoutTools(plan: Plan, say: (line: string) => void): Partial<Plan> {
  const less: { syscalls?: boolean; codecRounds?: number } = {};
  if (plan.syscalls && !onPath("strace")) {
    say("left out: system calls (there is no strace)");
    less.syscalls = false;
  }
  const reason = plan.codecRounds > 0 ? whyNot("npm packages") : undefined;
  if (reason !== undefined) {
    say(`left out: serializers alone (${reason})`);
    less.codecRounds = 0;
  }
  return less;
}

async function tell(results: Results, { record }: Pick<Options, "record">): Promise<number> {
  console.log(report(results));
  if (!record) return 0;
  const recorded = compacted(results);
  writeRecorded(recorded);
  writeReadme(recorded);
  const reason = whyNot("npm packages");
  if (reason === undefined) await drawChart(recorded);
  else console.error(`left out: the chart (${reason})`);
  return 0;
}

/** The peers of `--check`, without the works whose placement is left to chance. */
function checked(all: readonly Peer[], words?: readonly string[]): Peer[] {
  const placed = (work: Work): boolean => work !== "w1f" && work !== "w2f";
  return choosePeers(all, CHECKED, words).map((peer) => ({ ...peer, works: peer.works.filter(placed) }));
}

/** What has fallen is measured once more, so that one disturbed sample is no alarm. */
async function check(): Promise<number> {
  const recorded = readRecorded();
  if (recorded === undefined) throw new UsageError("no run is recorded yet: npm run bench -- --record");
  const all = await loadPeers(PLACES);
  let results = await measure(checked(all), CHECK_PLAN);
  let found = compare(recorded, summarize(results));
  if (found.fallen.length > 0) {
    const words = [...new Set(found.fallen.map(({ op }) => wordOf(op)))];
    console.error(`once more: ${words.join(", ")}`);
    const again = await measure(checked(all, words), CHECK_PLAN);
    results = merged(results, again);
    found = compare(recorded, summarize(results));
  }
  saveResults("check", results, report(results));
  return judge(found, recorded.when);
}

/** The word that chooses the work that a figure is of. */
function wordOf(op: Op): string {
  return /^w[56]/.test(op) ? op.slice(0, 2) : op;
}

function judge({ compared, fallen }: Comparison, when: string): number {
  const percent = Math.round((1 - KEPT) * 100);
  for (const { peer, op, was, now } of fallen) {
    console.log(`FELL ${peer} ${op}: ${ratioText(was)} of the floor on ${when.slice(0, 10)}, ${ratioText(now)} now`);
  }
  if (compared === 0) {
    console.log("nothing could be compared");
    return 1;
  }
  console.log(
    `${fallen.length === 0 ? "nothing" : fallen.length} of ${compared} ratios fell by more than ${percent} %`,
  );
  return fallen.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE.trimEnd()}`);
  process.exitCode = 2;
}
