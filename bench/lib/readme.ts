/** The table of figures in this room's README, between two markers. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markdownTable, ratioText, shortNumber } from "./format.ts";
import { BENCH } from "./places.ts";
import type { Recorded, RecordedRow } from "./recorded.ts";
import { type Op, PAYLOAD_BYTES, referenceFor } from "./work.ts";

const FILE = join(BENCH, "README.md");
const BEGIN = "<!-- figures: written by `npm run bench -- --record` -->";
const END = "<!-- end of figures -->";

/** What a line shows: a rate, or a figure of which less is better. */
interface Line {
  readonly work: string;
  readonly op: Op;
  readonly field?: "rate" | "perConnKiB" | "ms";
  /** The peers of the columns pyro-ts, Pyro5 and Pyro4. */
  readonly peers?: readonly [ours: string, pyro5: string, pyro4: string];
}

const CALLS = ["ours", "pyro5-thread-serpent", "pyro4-thread-serpent"] as const;
const NAME_SERVERS = ["ours-ns", "pyro5-ns-memory", "pyro4-ns-memory"] as const;

const LINES: readonly Line[] = [
  { work: "W1 small call, calls/s", op: "w1" },
  { work: "W2 64 in flight, calls/s", op: "w2" },
  { work: "W3 1 KiB text, calls/s", op: "w3s" },
  { work: "W3 64 KiB bytes, MB/s", op: "w3m" },
  { work: "W3 8 MiB bytes, MB/s", op: "w3l" },
  { work: "W4 1000 dicts, calls/s", op: "w4" },
  { work: "W5 1000 connections, calls/s", op: "w5" },
  { work: "W5 connect, call, close /s", op: "w5hs" },
  { work: "W5 KiB a connection", op: "w5", field: "perConnKiB" },
  { work: "W6 lookup/s", op: "w6lookup", peers: NAME_SERVERS },
  { work: "W6 list of 10,000 /s", op: "w6list", peers: NAME_SERVERS },
  { work: "W7 items/s", op: "w7" },
  { work: "W8 start from source, ms", op: "w8", field: "ms", peers: ["ours-nsd", "pyro5-nsd", "pyro4-nsd"] },
  { work: "W8 start, built, ms", op: "w8", field: "ms", peers: ["ours-nsd-dist", "pyro5-nsd", "pyro4-nsd"] },
];

/** Puts the recorded figures in place of those in the README. */
export function writeReadme(recorded: Recorded): void {
  const text = readFileSync(FILE, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("bench/README.md has lost the markers of its figures");
  writeFileSync(FILE, `${text.slice(0, begin)}${BEGIN}\n${figures(recorded)}${text.slice(end)}`);
}

/** The table, with what it was measured on. */
export function figures(recorded: Recorded): string {
  const { when, machine, extent, targets } = recorded;
  const lines = LINES.flatMap((line) => {
    const cells = cellsOf(recorded, line);
    return cells.every((cell) => cell === "") ? [] : [[line.work, ...cells]];
  });
  const judged = targets.filter(({ met }) => met !== undefined);
  const missed = judged.filter(({ met }) => met === false).map(({ work, target }) => `${work} ${target}`);
  const list = missed.length === 0 ? "" : `; missed: ${missed.join("; ")}`;
  return [
    `${when.slice(0, 10)}, ${machine.cores} × ${machine.cpu}, Node ${machine.node}, ${machine.python}; ${extent}.`,
    `Targets met: ${judged.length - missed.length} of ${judged.length}${list}.`,
    "",
    ...markdownTable(["work", "floor", "pyro-ts", "of the floor", "Pyro5", "Pyro4", "best other"], lines),
  ].join("\n");
}

function cellsOf({ peers }: Recorded, { op, field = "rate", peers: names = CALLS }: Line): string[] {
  const text = (row: RecordedRow | undefined): string => {
    const value = row?.[field];
    const unit = field === "rate" ? (PAYLOAD_BYTES[op] ?? 1e6) / 1e6 : 1;
    return value === undefined ? "" : shortNumber(value * unit);
  };
  const row = (name: string): RecordedRow | undefined => peers[name]?.works[op];
  const [ours, pyro5, pyro4] = names;
  const others = Object.values(peers).filter(({ group, works }) => group === "rpc" && works[op]?.[field] !== undefined);
  const better = field === "rate" ? 1 : -1;
  const value = (works: Readonly<Partial<Record<Op, RecordedRow>>>): number => (works[op]?.[field] ?? 0) * better;
  const [best] = others.toSorted((a, b) => value(b.works) - value(a.works));
  return [
    text(row(referenceFor(op))),
    text(row(ours)),
    field === "perConnKiB" ? "" : ratioText(row(ours)?.ratio),
    text(row(pyro5)),
    text(row(pyro4)),
    best === undefined ? "" : `${text(best.works[op])} (${best.title.split(" ")[0]?.replace(",", "")})`,
  ];
}
