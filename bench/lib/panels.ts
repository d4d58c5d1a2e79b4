/** What the chart shows: a panel for each work, a bar for each peer. */
import { ratioText, shortNumber } from "./format.ts";
import type { Group } from "./peers.ts";
import type { Recorded, RecordedPeer, RecordedRow } from "./recorded.ts";
import { type Op, PAYLOAD_BYTES } from "./work.ts";

export interface Bar {
  readonly title: string;
  readonly group: Group;
  readonly value: number;
  /** Written behind the bar. */
  readonly text: string;
}

export interface Panel {
  readonly title: string;
  readonly subtitle: string;
  /** The best first. */
  readonly bars: readonly Bar[];
}

/** A work and what its bars are: ratios to a floor, or milliseconds. */
interface View {
  readonly op: Op;
  readonly title: string;
  readonly floor: string;
  readonly unit: string;
}

const RAW = "raw-node";
const MINI = "node-mini";

const VIEWS: readonly View[] = [
  { op: "w1", title: "W1: a small call, one after the other", floor: RAW, unit: "calls/s" },
  { op: "w2", title: "W2: small calls, 64 in flight", floor: RAW, unit: "calls/s" },
  { op: "w3s", title: "W3: echo of 1 KiB text", floor: RAW, unit: "calls/s" },
  { op: "w3m", title: "W3: echo of 64 KiB bytes", floor: RAW, unit: "MB/s" },
  { op: "w3l", title: "W3: echo of 8 MiB bytes", floor: RAW, unit: "MB/s" },
  { op: "w4", title: "W4: echo of 1000 dicts", floor: MINI, unit: "calls/s" },
  { op: "w5", title: "W5: calls on 1000 connections", floor: RAW, unit: "calls/s" },
  { op: "w5hs", title: "W5: connect, call, close", floor: RAW, unit: "times/s" },
  { op: "w6lookup", title: "W6: name server, lookup", floor: MINI, unit: "lookups/s" },
  { op: "w6list", title: "W6: name server, list of 10,000", floor: MINI, unit: "lists/s" },
  { op: "w7", title: "W7: items of a stream", floor: MINI, unit: "items/s" },
];

/** The panels that the run has figures for. */
export function panelsOf({ peers }: Recorded): Panel[] {
  const shown = Object.values(peers).filter(({ group, variant }) => group !== "ablation" && variant !== true);
  const panels = [...VIEWS.map((view) => ratioPanel(view, shown)), startPanel(shown)];
  return panels.filter(({ bars }) => bars.length > 1);
}

function ratioPanel({ op, title, floor, unit }: View, peers: readonly RecordedPeer[]): Panel {
  const scale = (PAYLOAD_BYTES[op] ?? 1e6) / 1e6;
  const bar = (peer: RecordedPeer, { ratio, rate }: RecordedRow): Bar | undefined =>
    ratio === undefined
      ? undefined
      : { ...peer, value: ratio, text: `${ratioText(ratio)}  (${shortNumber((rate ?? 0) * scale)})` };
  return {
    title,
    subtitle: `ratio to ${floor} (${unit}): longer is better`,
    bars: barsOf(op, peers, bar).toSorted((a, b) => b.value - a.value),
  };
}

function startPanel(peers: readonly RecordedPeer[]): Panel {
  const bar = (peer: RecordedPeer, { ms }: RecordedRow): Bar | undefined =>
    ms === undefined ? undefined : { ...peer, value: ms, text: `${shortNumber(ms)} ms` };
  return {
    title: "W8: from start to first answer",
    subtitle: "milliseconds: shorter is better",
    bars: barsOf("w8", peers, bar).toSorted((a, b) => a.value - b.value),
  };
}

function barsOf(
  op: Op,
  peers: readonly RecordedPeer[],
  bar: (peer: RecordedPeer, row: RecordedRow) => Bar | undefined,
): Bar[] {
  return peers.flatMap((peer) => {
    const row = peer.works[op];
    const made = row === undefined ? undefined : bar(peer, row);
    return made === undefined ? [] : [made];
  });
}
