/** Samples to figures: medians of the quiet ones, and ratios of what was measured side by side. */
import { type Figures, FOREIGN_CORES, type Results, type Sample } from "./results.ts";
import { median } from "./statistics.ts";
import { type Op, referenceFor } from "./work.ts";

type Field = Exclude<keyof Figures, "foreign">;

const FIELDS: readonly Field[] = [
  "rate",
  "p50us",
  "p99us",
  "serverUs",
  "clientUs",
  "idleRss",
  "fullRss",
  "perConnKiB",
  "openRate",
  "ms",
  "cpuMs",
];

/** Medians of one peer at one work. */
export type Row = { readonly [Name in Field]?: number } & {
  /** Samples, and how many of them no other process disturbed. */
  readonly n: number;
  readonly quiet: number;
  /** The middle half of the rates lies between them. */
  readonly lo?: number;
  readonly hi?: number;
  /** Rate to that of the reference in the same round. */
  readonly ratio?: number;
};

/** By the names of the peers. */
export type Rows = Readonly<Record<string, Readonly<Partial<Record<Op, Row>>>>>;

export function summarize({ samples }: Pick<Results, "samples">): Rows {
  const rows: Record<string, Partial<Record<Op, Row>>> = {};
  for (const [key, list] of groups(samples)) {
    const [peer, op] = key.split(" ") as [string, Op];
    rows[peer] = { ...rows[peer], [op]: rowOf(list, ofPeer(samples, referenceFor(op), op)) };
  }
  return rows;
}

/** The median ratio of one peer's rates to another's in the same rounds; undefined where they share none. */
export function pairedRatio(samples: readonly Sample[], peer: string, other: string, op: Op): number | undefined {
  return ratioOf(undisturbed(ofPeer(samples, peer, op)), ofPeer(samples, other, op));
}

function groups(samples: readonly Sample[]): Map<string, Sample[]> {
  return Map.groupBy(samples, ({ peer, op }) => `${peer} ${op}`);
}

function ofPeer(samples: readonly Sample[], peer: string, op: Op): Sample[] {
  return samples.filter((one) => one.peer === peer && one.op === op);
}

/** Samples during which others used little of the machine; all of them where fewer than three are so. */
function undisturbed(samples: readonly Sample[]): readonly Sample[] {
  const quiet = samples.filter(isQuiet);
  return quiet.length >= 3 ? quiet : samples;
}

function isQuiet({ foreign = 0 }: Sample): boolean {
  return foreign <= FOREIGN_CORES;
}

function ratioOf(samples: readonly Sample[], others: readonly Sample[]): number | undefined {
  const rates = new Map(others.map(({ session, round, rate }) => [`${session}/${round}`, rate]));
  const ratio = median(
    samples.map(({ session, round, rate }) => rate / (rates.get(`${session}/${round}`) ?? Number.NaN)),
  );
  return Number.isNaN(ratio) ? undefined : ratio;
}

function rowOf(all: readonly Sample[], reference: readonly Sample[]): Row {
  const samples = undisturbed(all);
  const rates = samples.map(({ rate }) => rate).toSorted((a, b) => a - b);
  const figures: Record<string, number | undefined> = {
    lo: rates[Math.floor(rates.length * 0.25)],
    hi: rates[Math.floor(rates.length * 0.75)],
    ratio: ratioOf(samples, reference),
  };
  for (const field of FIELDS) figures[field] = median(samples.map((one) => one[field]));
  const known = Object.entries(figures).filter(([, value]) => value !== undefined && Number.isFinite(value));
  return {
    n: all.length,
    quiet: all.filter(isQuiet).length,
    ...(Object.fromEntries(known) as Omit<Row, "n" | "quiet">),
  };
}
