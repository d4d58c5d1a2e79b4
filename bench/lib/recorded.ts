/** The recorded run, `recorded.json`: what later ones are compared with, and what the README and the chart show. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Group } from "./peers.ts";
import { BENCH } from "./places.ts";
import type { CodecFigures, Machine, Results } from "./results.ts";
import { median } from "./statistics.ts";
import { type Row, type Rows, summarize } from "./summary.ts";
import { type Outcome, outcomes } from "./targets.ts";
import { OPS, type Op } from "./work.ts";

const FILE = join(BENCH, "recorded.json");

/** How much of a recorded ratio must be there again. */
export const KEPT = 0.85;

/** Medians and ratio; how far samples lay apart stays with the raw results. */
export type RecordedRow = Omit<Row, "n" | "quiet" | "lo" | "hi">;

export interface RecordedPeer {
  readonly title: string;
  readonly group: Group;
  readonly variant?: boolean;
  readonly works: Readonly<Partial<Record<Op, RecordedRow>>>;
}

export interface Recorded {
  readonly when: string;
  readonly machine: Machine;
  readonly extent: string;
  readonly peers: Readonly<Record<string, RecordedPeer>>;
  readonly codecs: Readonly<Record<string, Readonly<Record<string, CodecFigures>>>>;
  readonly targets: readonly Outcome[];
}

/** A run without its samples: medians and ratios, four digits each. */
export function compacted(results: Results): Recorded {
  const rows = summarize(results);
  const peers: Record<string, RecordedPeer> = {};
  for (const { name, title, group, variant } of results.peers) {
    const own = rows[name];
    if (own === undefined) continue;
    const works: Partial<Record<Op, RecordedRow>> = {};
    for (const op of OPS) {
      if (own[op] === undefined) continue;
      const { n, quiet, lo, hi, ...kept } = own[op];
      works[op] = kept;
    }
    peers[name] = { title, group, ...(variant === true ? { variant } : {}), works };
  }
  const codecs: Record<string, Record<string, CodecFigures>> = {};
  for (const [name, shapes] of Object.entries(results.codecs)) {
    codecs[name] = {};
    for (const [shape, list] of Object.entries(shapes)) {
      const of = (field: keyof CodecFigures): number => median(list.map((one) => one[field]));
      codecs[name][shape] = { enc: of("enc"), dec: of("dec"), bytes: of("bytes") };
    }
  }
  const { when, machine, extent } = results;
  return { when, machine, extent, peers, codecs, targets: outcomes(results) };
}

export function writeRecorded(recorded: Recorded): void {
  const text = JSON.stringify(recorded, (_, value: unknown) => (typeof value === "number" ? rounded(value) : value), 2);
  // What holds nothing but figures is one line.
  writeFileSync(FILE, `${text.replace(/\{[^{}]*\}/g, (inner) => inner.replace(/\s+/g, " "))}\n`);
}

/** The recorded run; undefined where none is. */
export function readRecorded(): Recorded | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Recorded) : undefined;
}

function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

/** A ratio that is not what it was. */
export interface Fall {
  readonly peer: string;
  readonly op: Op;
  readonly was: number;
  readonly now: number;
}

export interface Comparison {
  /** How many ratios both runs have. */
  readonly compared: number;
  readonly fallen: readonly Fall[];
}

/** The ratios of pyro-ts in a run beside those recorded; a floor's own ratios are not judged. */
export function compare(recorded: Recorded, rows: Rows): Comparison {
  const both = Object.entries(recorded.peers).flatMap(([peer, { group, works }]) =>
    OPS.flatMap((op): Fall[] => {
      const [was, now] = [works[op]?.ratio, rows[peer]?.[op]?.ratio];
      return group !== "ours" || was === undefined || now === undefined ? [] : [{ peer, op, was, now }];
    }),
  );
  return { compared: both.length, fallen: both.filter(({ was, now }) => now < was * KEPT) };
}
