/** The tables of a run. */
import { markdownTable, ratioText, shortNumber } from "./format.ts";
import type { PeerLine, Results } from "./results.ts";
import { median } from "./statistics.ts";
import { type Row, type Rows, summarize } from "./summary.ts";
import { outcomes } from "./targets.ts";
import { type Op, PAYLOAD_BYTES } from "./work.ts";

const LEGEND =
  "Medians; in brackets the ratio to raw-node (W4, W6, W7: node-mini; W8: Node net server) in the same round. MB/s counts " +
  "the payload one way, CPU is µs per call, server/client. W1, W3 1 KiB and W6 lookup run with both sides on one core " +
  "(the cost of a call without waking another core); W2, the larger W3, W4, W5, W7 and W6 list with a core for each side; " +
  "the free columns as the scheduler placed them.";

/** A heading and what a peer has under it. */
type Column = readonly [head: string, cell: (rows: Readonly<Partial<Record<Op, Row>>>) => string];

function rate(op: Op): Column[1] {
  return (rows) => withRatio(rows[op], 1);
}

/** MB/s in place of calls. */
function throughput(op: Op): Column[1] {
  return (rows) => withRatio(rows[op], (PAYLOAD_BYTES[op] ?? 0) / 1e6);
}

function cpu(op: Op, unit = 1): Column[1] {
  return (rows) => {
    const { serverUs, clientUs } = rows[op] ?? {};
    if (serverUs === undefined || clientUs === undefined) return "";
    return `${shortNumber(serverUs / unit)}/${shortNumber(clientUs / unit)}`;
  };
}

function figure(op: Op, field: Exclude<keyof Row, "n" | "quiet">, unit = 1): Column[1] {
  return (rows) => {
    const value = rows[op]?.[field];
    return value === undefined ? "" : shortNumber(value / unit);
  };
}

function withRatio(row: Row | undefined, unit: number): string {
  if (row?.rate === undefined) return "";
  const ratio = ratioText(row.ratio);
  return shortNumber(row.rate * unit) + (ratio === "" ? "" : ` (${ratio})`);
}

const CALLS: readonly Column[] = [
  ["W1 calls/s", rate("w1")],
  ["p50 µs", figure("w1", "p50us")],
  ["p99 µs", figure("w1", "p99us")],
  ["CPU", cpu("w1")],
  ["W1 free calls/s", rate("w1f")],
  ["p50 µs", figure("w1f", "p50us")],
  ["W2 calls/s (64 in flight)", rate("w2")],
  ["CPU", cpu("w2")],
  ["W2 free calls/s", rate("w2f")],
  ["W3 1 KiB text, calls/s", rate("w3s")],
  ["64 KiB, MB/s", throughput("w3m")],
  ["8 MiB, MB/s", throughput("w3l")],
  ["W4 nested, calls/s", rate("w4")],
  ["CPU", cpu("w4")],
  ["W7 items/s", rate("w7")],
  ["CPU", cpu("w7")],
];

const CONNECTIONS: readonly Column[] = [
  ["calls/s", rate("w5")],
  ["CPU", cpu("w5")],
  ["server idle, MiB", figure("w5", "idleRss")],
  ["with 1000, MiB", figure("w5", "fullRss")],
  ["KiB a connection", figure("w5", "perConnKiB")],
  ["connect, call, close /s", rate("w5hs")],
  ["CPU", cpu("w5hs")],
];

const NAME_SERVERS: readonly Column[] = [
  ["lookup/s", rate("w6lookup")],
  ["p50 µs", figure("w6lookup", "p50us")],
  ["CPU", cpu("w6lookup")],
  ["list/s", rate("w6list")],
  ["list ms", figure("w6list", "p50us", 1000)],
  ["CPU, ms", cpu("w6list", 1000)],
  ["server MiB", figure("w6lookup", "idleRss")],
];

const STARTS: readonly Column[] = [
  ["ms to the first answer", figure("w8", "ms")],
  ["ratio", (rows) => ratioText(rows.w8?.ratio)],
  ["CPU ms", figure("w8", "cpuMs")],
  ["idle MiB", figure("w8", "idleRss")],
];

/** The whole report, Markdown. */
export function report(results: Results): string {
  const { when, machine, extent } = results;
  const rows = summarize(results);
  const table = (title: string, ops: readonly Op[], columns: readonly Column[]): string[] =>
    peerTable(title, results.peers, rows, ops, columns);
  return [
    `# Benchmark, ${when}`,
    "",
    `${machine.cores} × ${machine.cpu}, Linux ${machine.kernel}, Node ${machine.node}, ${machine.python}; ${extent}.`,
    "",
    LEGEND,
    "",
    ...table("calls", ["w1", "w1f", "w2", "w2f", "w3s", "w3m", "w3l", "w4", "w7"], CALLS),
    ...table("W5: 1000 connections", ["w5"], CONNECTIONS),
    ...table("W6: name server, 10,000 names", ["w6lookup"], NAME_SERVERS),
    ...table("W8: start", ["w8"], STARTS),
    ...codecTable(results),
    ...syscallTable(results),
    ...failureList(results),
    ...targetTable(results),
  ].join("\n");
}

function peerTable(
  title: string,
  peers: readonly PeerLine[],
  rows: Rows,
  ops: readonly Op[],
  columns: readonly Column[],
): string[] {
  const lines = peers.flatMap((peer) => {
    const own = rows[peer.name];
    if (own === undefined || !ops.some((op) => own[op] !== undefined)) return [];
    return [[peer.title, ...columns.map(([, cell]) => cell(own))]];
  });
  // What nobody was measured at is left away.
  const used = columns.map((_, i) => lines.some((line) => line[i + 1] !== ""));
  const kept = (cells: readonly string[]): string[] => cells.filter((_, i) => i === 0 || used[i - 1] === true);
  return markdownTable(kept([title, ...columns.map(([head]) => head)]), lines.map(kept));
}

function codecTable({ codecs }: Results): string[] {
  const names = Object.keys(codecs);
  const shapes = Object.keys(codecs[names[0] ?? ""] ?? {});
  const lines = names.map((name) => {
    const cells = shapes.map((shape) => {
      const figures = codecs[name]?.[shape] ?? [];
      const of = (field: "enc" | "dec" | "bytes"): number => median(figures.map((one) => one[field]));
      return `${shortNumber(of("enc"))}/${shortNumber(of("dec"))} (${of("bytes")})`;
    });
    return [name, ...cells];
  });
  return markdownTable(["Serializer alone: µs to write/to read (bytes)", ...shapes], lines);
}

function syscallTable({ syscalls }: Results): string[] {
  const text = (counts: Readonly<Record<string, number>> = {}): string =>
    Object.entries(counts)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 6)
      .map(([name, count]) => `${name} ${count.toFixed(2)}`)
      .join(", ");
  const lines = Object.entries(syscalls).map(([peer, works]) => [
    peer,
    ...["w1", "w2"].flatMap((work) => [text(works[work]?.server), text(works[work]?.client)]),
  ]);
  return markdownTable(["System calls per call", "W1 server", "W1 client", "W2 server", "W2 client"], lines);
}

function failureList({ failures }: Results): string[] {
  const lines = Object.entries(failures).flatMap(([peer, reasons]) =>
    Object.entries(reasons).map(
      ([doing, reason]) => `- ${peer} ${doing}: ${reason.replace(/\s+/g, " ").slice(0, 200)}`,
    ),
  );
  return lines.length === 0 ? [] : ["Failed:", "", ...lines, ""];
}

function targetTable(results: Results): string[] {
  const lines = outcomes(results).map(({ work, target, measured, met }) => [
    work,
    target,
    measured,
    met === undefined ? "not measured" : met ? "yes" : "NO",
  ]);
  return markdownTable(["Target", "pyro-ts", "measured", "met"], lines);
}
